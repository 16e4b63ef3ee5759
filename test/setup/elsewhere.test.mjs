import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

const runner = new URL('../../src/setup/test-run.mjs', import.meta.url).href;

let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'binocle-elsewhere-'));
  const program = `import { runTests } from ${JSON.stringify(runner)};
    process.exitCode = (await runTests(JSON.parse(process.argv[2]))) ? 0 : 1;`;
  await writeFile(join(folder, 'run.mjs'), program);
});
after(() => rm(folder, { recursive: true }));

/** A test file. @param {string} name @param {string} body */
async function file(name, body) {
  const path = join(folder, `${name}.test.mjs`);
  await writeFile(path, `import assert from 'node:assert'; import { test, describe } from 'node:test';\n${body}`);
  return path;
}

/** A command that runs groups of tests, and ends with status 0 when all passed. @param {object[]} groups */
const command = (groups) => [process.execPath, join(folder, 'run.mjs'), JSON.stringify(groups)];

/** What a run of these groups says, as TAP. @param {object[]} groups */
function report(groups) {
  const [program, ...args] = command(groups);
  // What this very test runs in is no concern of it.
  const { NODE_TEST_CONTEXT: _, BINOCLE_TEST_REPORT: __, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', env });
  const counted = [...stdout.matchAll(/^# (tests|pass|fail|skipped) (\d+)$/gm)];
  return {
    status,
    stdout,
    stderr,
    counts: Object.fromEntries(counted.map(([, what, count]) => [what, Number(count)])),
  };
}

/** The same tests, in another place. @param {object[]} groups */
const elsewhere = (groups) => ({ place: 'There', command: ['env', 'BINOCLE_TEST_REPORT=lines', ...command(groups)] });

describe('tests of another place are a part of the run', () => {
  test('what passed, was skipped and failed there is told and counted as what did here', async () => {
    const here = await file('here', `test('one', () => {}); describe('two', () => test('inner', () => {}));`);
    const there = await file(
      'there',
      `test('good', () => {}); test('left out', { skip: 'no camera' }, () => {});
       test('bad', () => assert.deepEqual({ eye: 'left' }, { eye: 'right' }));`,
    );
    const groups = [{ files: [there], concurrency: 1 }];
    const { status, stdout, counts, stderr } = report([{ files: [here], concurrency: 1 }, elsewhere(groups)]);
    assert.deepEqual(counts, { tests: 5, pass: 3, fail: 1, skipped: 1 }, stdout + stderr);
    assert.equal(status, 1);
    for (const line of [
      /^ok 3 - There: good$/m,
      /^ok 4 - There: left out # SKIP no camera$/m,
      /^not ok 5 - There: bad$/m,
      /^1\.\.5$/m,
    ])
      assert.match(stdout, line);
    for (const said of [`expected: "{ eye: 'right' }"`, `actual: "{ eye: 'left' }"`, 'ERR_ASSERTION'])
      assert.ok(stdout.includes(said), stdout);
  });

  test('all that passes there leads to status 0', async () => {
    const groups = [{ files: [await file('well', `test('good', () => {});`)], concurrency: 1 }];
    const { status, counts, stdout } = report([elsewhere(groups)]);
    assert.deepEqual(counts, { tests: 1, pass: 1, fail: 0, skipped: 0 }, stdout);
    assert.equal(status, 0);
  });

  test('a command that ends badly without a failed test, or runs none, is a failed test', async () => {
    const well = await file('fine', `test('good', () => {});`);
    for (const { what, line } of [
      { what: 'status 3', line: ['sh', '-c', 'echo not a report; exit 3'] },
      { what: 'status 0', line: ['true'] },
      { what: 'SIGKILL', line: ['sh', '-c', 'kill -9 $$'] },
      { what: 'ENOENT', line: ['/nowhere/enter.sh'] },
    ]) {
      const { status, stdout, counts } = report([
        { files: [well], concurrency: 1 },
        { place: 'There', command: line },
      ]);
      assert.equal(status, 1, what);
      assert.match(stdout, new RegExp(`^not ok 2 - There: .*${what}`, 'm'));
      assert.deepEqual(counts, { tests: 2, pass: 1, fail: 1, skipped: 0 });
    }
  });

  test('one that breaks off in the middle is no success, whatever passed before', async () => {
    const passed = {
      type: 'test:pass',
      data: { nesting: 0, name: 'good', testNumber: 1, details: { duration_ms: 1 } },
    };
    const breaksOff = ['sh', '-c', `echo '${JSON.stringify(passed)}'; kill -9 $$`];
    const { status, stdout, counts } = report([{ place: 'There', command: breaksOff }]);
    assert.equal(status, 1);
    assert.match(stdout, /^1\.\.2$/m);
    assert.deepEqual(counts, { tests: 2, pass: 1, fail: 1 });
  });
});
