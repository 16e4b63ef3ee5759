import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mustBeRoot, readArguments } from '../../src/setup/lanes.mjs';

const read = (/** @type {string[]} */ ...args) => {
  const { asked, patterns } = readArguments(args);
  return { asked: Object.fromEntries(asked), patterns };
};

test('arguments of npm test: words of paths, and lanes, one of which may have words of its own', () => {
  assert.deepEqual(read('spine', 'web/'), { asked: {}, patterns: ['spine', 'web/'] });
  assert.deepEqual(read('--arm64', '--debian13=spine,cli', 'config'), {
    asked: { arm64: [], debian13: ['spine', 'cli'] },
    patterns: ['config'],
  });
  assert.throws(() => read('--coverage'), {
    message: /npm test knows no --coverage; it knows --libcamera, --debian13/,
    status: 2,
  });
});

test('a lane that mounts says that it wants root, before anything is installed or made; the others want none', () => {
  mustBeRoot(['arm64'], 1000);
  mustBeRoot(['libcamera', 'debian13'], 0);
  assert.throws(() => mustBeRoot(['arm64', 'libcamera', 'debian13'], 1000), {
    message: /^libcamera and debian13: .* only root can$/,
    mend: /as root/,
    status: 3,
  });
});
