import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { niceness, withPriority } from '../../src/engine/priority.js';
import { descendants, Running } from '../harness/binocle.js';
import { tasksOf } from '../harness/processor-time.js';

/** Takes the limits that `binocle doctor` tells a user to raise. */
const noLimits = ['prlimit', '--nice=0:0', '--rtprio=0:0'];
/** Root's own right, which no other user has to give away. */
const noCapability = ['setpriv', '--bounding-set=-sys_nice', '--inh-caps=-sys_nice'];
const forbidden = process.getuid!() === 0 ? [...noLimits, ...noCapability] : noLimits;
const roundRobin = 2;
/** The tests may run under nice(1) themselves. */
const usual = getPriority();

interface Scheduled {
  name: string;
  nice: number;
  policy: number;
}

/** How the kernel schedules each thread of a process (proc(5), stat). */
function scheduled(pid: number): Scheduled[] {
  return tasksOf(pid).map((task) => {
    const [thread, ...name] = task.split(' ');
    const stat = readFileSync(`/proc/${pid}/task/${thread!}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { name: name.join(' '), nice: Number(fields[16]), policy: Number(fields[38]) };
  });
}

/** The threads that frames pass through: cameras, queues, and whatever the encoder began. */
function streaming(threads: readonly Scheduled[]): Scheduled[] {
  const found = threads.filter(({ name }) => /source|encoder/.test(name));
  assert.ok(found.length >= 3, `${threads.map(({ name }) => name).join(', ')}: two cameras and an encoder`);
  return found;
}

const ways = [
  { priority: 'normal', under: [], nice: usual, session: 0, policy: 0, told: false },
  { priority: 'high', under: [], nice: niceness, session: niceness, policy: 0, told: false },
  { priority: 'realtime', under: [], nice: usual, session: 0, policy: roundRobin, told: false },
  { priority: 'high', under: forbidden, nice: usual, session: 0, policy: 0, told: true },
  { priority: 'realtime', under: forbidden, nice: usual, session: 0, policy: 0, told: true },
] as const;

for (const { priority, under, nice, session, policy, told } of ways)
  describe(
    `${priority}${told ? ', where it is not allowed' : ''}`,
    { skip: !told && !withPriority(priority) && `this user may not take ${priority} priority` },
    () => {
      let running: Running;
      before(async () => {
        running = await Running.start(['--set', `server.priority=${priority}`], { under });
      });
      after(() => running.stop());

      test('every thread that frames pass through has it', async () => {
        for (const thread of streaming(scheduled(await running.engine())))
          assert.deepEqual(thread, { name: thread.name, nice, policy });
      });

      test('its session has it, where the kernel shares the processor among sessions first', async (t) => {
        const group = `/proc/${await running.engine()}/autogroup`;
        if (!existsSync(group)) return t.skip('this kernel does not');
        assert.equal(Number(/nice (-?\d+)/.exec(readFileSync(group, 'utf8'))![1]), session);
      });

      test('the people’s process has not', () => {
        for (const thread of scheduled(running.child.pid!))
          assert.deepEqual(thread, { name: thread.name, nice: usual, policy: 0 });
      });

      test(told ? 'it is told once, and streams' : 'nothing is told', () => {
        const lines = running.stderr.split('\n').filter((line) => line.includes('server.priority'));
        assert.equal(lines.length, told ? 1 : 0, lines.join('\n'));
      });
    },
  );

test(
  'an engine that waits has none, and takes it when it streams',
  { skip: !withPriority('high') && 'this user may not take high priority' },
  async () => {
    const running = await Running.start([]);
    try {
      await running.spare();
      const first = await running.engine();
      const all = (await descendants(running.child.pid!)).filter(({ command }) => /engine.main/.test(command));
      const waiting = all.map(({ pid }) => pid).find((pid) => pid !== first)!;
      const main = scheduled(waiting).find(({ name }) => name === 'node');
      assert.deepEqual(main, { name: 'node', nice: usual, policy: 0 });
      process.kill(first, 'SIGKILL');
      for (const until = Date.now() + 10_000; !scheduled(waiting).some(({ name }) => /source/.test(name));)
        if (Date.now() > until) assert.fail('it does not stream');
        else await pause(50);
      for (const thread of streaming(scheduled(waiting)))
        assert.deepEqual(thread, { name: thread.name, nice: niceness, policy: 0 });
    } finally {
      await running.stop();
    }
  },
);
