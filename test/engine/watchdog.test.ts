import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { packagePath } from '../../src/paths.js';

test('a process whose main thread hangs is killed by its own watchdog', { timeout: 20_000 }, async () => {
  const child = fork(packagePath('dist', 'test/engine/hang.js'));
  const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  assert.equal(signal, 'SIGKILL');
});
