import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileJobs, compileTitle, memoryComplaint, ranOutOfMemory } from '../../src/setup/memory.mjs';
import { run, StepFailed } from '../../src/setup/step.mjs';

describe('compilers at once', () => {
  const boards = [
    {
      name: 'Zero 2 W',
      cores: 4,
      memory: 0.44e9,
      jobs: 1,
      says: /\(one file at a time, for there are 0\.4 GB of memory/,
    },
    { name: 'Pi 3', cores: 4, memory: 0.97e9, jobs: 2, says: /\(2 files at a time, for there are 1\.0 GB of memory/ },
    { name: 'Pi 4 of 2 GB', cores: 4, memory: 1.97e9, jobs: 4, says: /more on a Pi\)$/ },
    { name: 'Pi 5 of 4 GB', cores: 4, memory: 4.2e9, jobs: 4, says: /a minute, more on a Pi\)$/ },
    { name: 'one core', cores: 1, memory: 8e9, jobs: 1, says: /a minute, more on a Pi\)$/ },
  ];
  for (const { name, cores, memory, jobs, says } of boards)
    test(`${name}: ${jobs}`, () => {
      assert.equal(compileJobs({ cores, memory }), jobs);
      assert.match(compileTitle({ cores, memory }), says);
    });
});

describe('whether memory ran out', () => {
  const ended = { code: 1, signal: null };
  const cases = [
    {
      name: 'gcc 12',
      log: 'g++: fatal error: Killed signal terminated program cc1plus\ncompilation terminated.',
      out: true,
    },
    { name: 'gcc 6', log: 'g++: internal compiler error: Killed (program cc1plus)', out: true },
    {
      name: 'a limit of the address space',
      log: 'cc1plus: out of memory allocating 65536 bytes after a total of 1 bytes',
      out: true,
    },
    {
      name: 'Node',
      log: 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
      out: true,
    },
    { name: 'Go', log: 'fatal error: runtime: cannot allocate memory', out: true },
    { name: 'the shell', log: 'x\nKilled\ny', out: true },
    { name: 'fork', log: 'npm error spawn ENOMEM\nCannot allocate memory', out: true },
    { name: 'a fault of the source', log: 'a.cc:1:1: error: ‘Killed’ was not declared', out: false },
    { name: 'a host that is not there', log: 'npm error code ENOTFOUND', out: false },
  ];
  for (const { name, log, out } of cases) test(name, () => assert.equal(ranOutOfMemory({ log, ...ended }), out));

  test('the command itself was killed', () => {
    assert.ok(ranOutOfMemory({ log: '', code: null, signal: 'SIGKILL' }));
    assert.ok(ranOutOfMemory({ log: '', code: 137, signal: null }));
    assert.ok(!ranOutOfMemory({ log: '', code: null, signal: 'SIGSEGV' }));
  });
});

/** @param {string[]} shell */
const failure = async (...shell) => {
  const error = await run('sh', ['-c', ...shell], { log: 'memory-test', mend: 'another mend' }).catch(
    (thrown) => thrown,
  );
  assert.ok(error instanceof StepFailed);
  return error;
};

test('a compiler that the kernel kills is told of with the mend, wherever in the log it stands', async () => {
  const program = 'int main(void) { return 0; }';
  // gcc starts its compiler proper as a child; that one kills itself as the kernel would, and 100 more lines follow.
  const killed = await failure(
    `dir=$(mktemp -d); printf '#!/bin/sh\\nkill -KILL $$\\n' > "$dir/cc1"; chmod +x "$dir/cc1"; echo '${program}' | gcc -B "$dir/" -x c -; status=$?; rm -r "$dir"; seq 100; exit $status`,
  );
  assert.match(killed.message, /not enough memory: \d+\.\d GB and what swap there is/);
  assert.match(killed.mend, /^sudo fallocate .* && sudo swapon /m);
  assert.deepEqual(killed.mend, memoryComplaint(1).mend);
});

test('any other failure keeps its own mend', async () => {
  const failed = await failure('echo no such host; exit 4');
  assert.match(failed.message, /^sh -c .* ended with status 4$/);
  assert.equal(failed.mend, 'another mend');
});
