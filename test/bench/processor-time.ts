import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** Processor seconds used so far by a process, all threads, or by its main thread alone, which is Node's JS thread (proc(5), stat). */
export function processorSeconds(pid: number, mainThreadOnly = false): number {
  const stat = readFileSync(mainThreadOnly ? `/proc/${pid}/task/${pid}/stat` : `/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Processor seconds a second over a window, of each process. */
export async function processorShares(
  pids: readonly number[],
  seconds: number,
  mainThreadOnly = false,
): Promise<number[]> {
  const [started, before] = [performance.now(), pids.map((pid) => processorSeconds(pid, mainThreadOnly))];
  await pause(seconds * 1000);
  const passed = (performance.now() - started) / 1000;
  return pids.map((pid, index) => (processorSeconds(pid, mainThreadOnly) - before[index]!) / passed);
}
