import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

test('four processes take turns, and one that is killed gives its turn away', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'binocle-turns-'));
  const record = join(folder, 'turns');
  const program = (/** @type {string} */ body) => `
    const { appendFileSync } = await import('node:fs');
    const { oneAtATime } = await import(${JSON.stringify(new URL('../../src/setup/one-at-a-time.mjs', import.meta.url).href)});
    await oneAtATime(async () => {
      appendFileSync(${JSON.stringify(record)}, 'in ');
      ${body}
    });`;
  const start = (/** @type {string} */ body) =>
    promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program(body)]);
  const takesTime = `await new Promise((r) => setTimeout(r, 100)); appendFileSync(${JSON.stringify(record)}, 'out ');`;
  try {
    await assert.rejects(start("process.kill(process.pid, 'SIGKILL')"));
    await Promise.all([1, 2, 3, 4].map(() => start(takesTime)));
    assert.equal(await readFile(record, 'utf8'), `in ${'in out '.repeat(4)}`);
  } finally {
    await rm(folder, { recursive: true });
  }
});
