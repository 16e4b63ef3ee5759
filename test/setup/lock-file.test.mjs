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

/** Each machine asks the registry that it is set up for: .npmrc keeps addresses out, a mirror's would be of no use elsewhere. */
test('package-lock.json names no host', () => {
  const lock = readFileSync(inPackage('package-lock.json'), 'utf8');
  assert.deepEqual(lock.match(/"resolved": "https?:[^"]+/g) ?? [], []);
});
