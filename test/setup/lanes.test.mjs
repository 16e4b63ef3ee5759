import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readArguments, refuse } from '../../src/setup/lanes.mjs';

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

test('a lane says what it lacks here, before anything is installed or made', () => {
  const [pi, pc] = [
    { user: 1000, processor: 'arm64' },
    { user: 0, processor: 'x64' },
  ];
  refuse([], pi);
  refuse(['arm64'], { ...pc, user: 1000 });
  refuse(['arm64', 'libcamera', 'debian13'], pc);
  assert.throws(() => refuse(['arm64', 'libcamera', 'debian13'], { ...pc, user: 1000 }), {
    message: /^libcamera and debian13: .* only root can$/,
    mend: /as root/,
    status: 3,
  });
  assert.throws(() => refuse(['arm64'], pi), { message: /^arm64: .* here is arm64$/, mend: /npm test/, status: 3 });
});
