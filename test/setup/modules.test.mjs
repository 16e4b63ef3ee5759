import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { headerVersion, sameModules } from '../../src/setup/modules.mjs';
import { installNode, tooOld } from '../../src/setup/node-version.mjs';
import { inPackage } from '../../src/setup/places.mjs';

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

const debian = (/** @type {number} */ version) => ({ id: 'debian', debian: true, version });

describe('Node is new enough', () => {
  for (const version of ['v20.19.0', 'v20.20.2', 'v22.1.0', 'v24.0.0'])
    test(version, () => assert.equal(tooOld(version, debian(12)), null));
  for (const version of ['v18.20.4', 'v20.18.1'])
    test(`${version} is not`, () =>
      assert.match(tooOld(version, debian(12)) ?? '', new RegExp(`20\\.19 or newer; this is ${version}`)));

  const own = 'sudo apt-get update && sudo apt-get install --no-install-recommends git nodejs npm';
  const nodesource =
    / && curl -fsSL https:\/\/deb\.nodesource\.com\/setup_24\.x \| sudo -E bash - && sudo apt-get install .*nodejs$/;
  test('Debian 13 and later have one themselves', () => {
    for (const version of [13, 14]) assert.equal(installNode(debian(version)), own);
    assert.equal(installNode({ id: 'raspbian', debian: true, version: 13 }), own);
  });
  test('Debian 12 has none, and what is made from Debian counts its releases in another way', () => {
    assert.match(installNode(debian(12)) ?? '', nodesource);
    assert.match(installNode({ id: 'ubuntu', debian: true, version: 24 }) ?? '', nodesource);
  });
  test('elsewhere there is no such command', () =>
    assert.match(
      tooOld('v18.0.0', { id: 'fedora', debian: false, version: 43 }) ?? '',
      /this is v18\.0\.0\. https:\/\/nodejs\.org/,
    ));

  test('README says the same commands', () => {
    const readme = readFileSync(inPackage('README.md'), 'utf8');
    for (const version of [12, 13])
      assert.ok(readme.includes(installNode(debian(version)) ?? '?'), `Debian ${version}`);
  });
});
