import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inPackage } from '../../src/setup/places.mjs';

/** `npm install` leaves out what its registry lacks, and `npm ci` refuses such a file wherever it runs. */
test('package-lock.json knows the binaries of every platform', () => {
  const { packages } = JSON.parse(readFileSync(inPackage('package-lock.json'), 'utf8'));
  const unknown = Object.entries(packages).flatMap(([, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !(`node_modules/${name}` in packages)),
  );
  assert.deepEqual(unknown, []);
});

/** A lock file made behind a mirror of the registry names it; such an address is of no use elsewhere. */
test('package-lock.json names no host but the public registry', () => {
  const hosts = readFileSync(inPackage('package-lock.json'), 'utf8').match(/"resolved": "https?:\/\/[^/"]+/g) ?? [];
  assert.deepEqual(
    [...new Set(hosts)].filter((host) => !host.endsWith('//registry.npmjs.org')),
    [],
  );
});
