import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { headerVersion, sameModules } from '../../src/setup/modules.mjs';
import { tooOld } from '../../src/setup/node-version.mjs';

describe('node modules are those of the lock file', () => {
  const lock = {
    '': {},
    'node_modules/ws': { version: '8.23.0' },
    'node_modules/@esbuild/aix-ppc64': { version: '0.28.2', optional: true },
  };
  const cases = [
    {
      name: 'all there, another platform’s left out',
      installed: { 'node_modules/ws': { version: '8.23.0' } },
      same: true,
    },
    { name: 'another version', installed: { 'node_modules/ws': { version: '8.22.0' } }, same: false },
    { name: 'one missing', installed: {}, same: false },
    {
      name: 'one too many',
      installed: { 'node_modules/ws': { version: '8.23.0' }, 'node_modules/left-pad': { version: '1.0.0' } },
      same: false,
    },
  ];
  for (const { name, installed, same } of cases)
    test(name, () => assert.equal(sameModules(lock, /** @type {any} */ (installed)), same));
});

test('the version of Node’s headers', () => {
  const header = '#define NODE_MAJOR_VERSION 20\n#define NODE_MINOR_VERSION 19\n#define NODE_PATCH_VERSION 2\n';
  assert.equal(headerVersion(header), '20.19.2');
});

describe('Node is new enough', () => {
  for (const version of ['v20.19.0', 'v20.20.2', 'v22.1.0', 'v24.0.0'])
    test(version, () => assert.equal(tooOld(version), null));
  for (const version of ['v18.20.4', 'v20.18.1'])
    test(`${version} is not`, () =>
      assert.match(tooOld(version) ?? '', new RegExp(`20\\.19 or newer; this is ${version}`)));
});
