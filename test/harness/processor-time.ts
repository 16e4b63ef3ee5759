import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** Processor seconds that a process has used so far. */
type Account = (pid: number) => number;

/** All threads, those that ended too (proc(5), stat). */
export const wholeProcess: Account = (pid) => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
};

/** The main thread alone, which is Node's JS thread; to the nanosecond (kernel: scheduler/sched-stats). */
export const mainThread: Account = (pid) => threadSeconds(pid, pid);

function threadSeconds(pid: number, thread: number): number {
  return schedstat(pid, thread)[0]! / 1e9;
}

/** Running, and waiting for a core, ns; and how often it ran. */
function schedstat(pid: number, thread: number): number[] {
  return readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ').map(Number);
}

/** Not used but waited for: while a core had another thread's work to do, all threads that have not ended. */
export const waitingForCores: Account = (pid) =>
  readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => sum + schedstat(pid, Number(thread))[1]! / 1e9, 0);

/** Its threads by number and name, `1234 queue0:src`: GLib gives a thread that has nothing to do the next one's work, and name. */
export function tasksOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`).map(
    (thread) => `${thread} ${readFileSync(`/proc/${pid}/task/${thread}/comm`, 'utf8').trim()}`,
  );
}

/** These threads of a process, which must outlive the window. */
export function someThreads(threads: readonly number[]): Account {
  return (pid) => threads.reduce((sum, thread) => sum + threadSeconds(pid, thread), 0);
}

/** Processor seconds a second over a window, of each process. */
export async function processorShares(
  pids: readonly number[],
  seconds: number,
  account = wholeProcess,
): Promise<number[]> {
  const [started, before] = [performance.now(), pids.map(account)];
  await pause(seconds * 1000);
  const passed = (performance.now() - started) / 1000;
  return pids.map((pid, index) => (account(pid) - before[index]!) / passed);
}
