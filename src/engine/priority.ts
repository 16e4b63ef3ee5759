import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import type { Priority } from '../protocol/configuration.js';

/** Nine times the share of a process of niceness 0 that wants the same core (sched(7)). */
export const niceness = -10;
/** Of SCHED_RR, 1 to 99: below a robot's own control loops and the kernel's interrupt threads (50). */
export const realtimePriority = 10;

/**
 * Gives this process, all its threads and all that they start from now on, a larger share of a busy core (high), or their turn before what else runs here (realtime).
 * @returns null; or a sentence of what the system does not allow, and the most that it does allow is done
 */
export function takePriority(wanted: Priority): string | null {
  if (wanted === 'normal') return null;
  if (wanted === 'realtime' && roundRobin('--all-tasks')) return null;
  const raised = renice(process.pid, niceness) && threads().every((thread) => renice(thread, niceness));
  if (raised) raiseSession();
  if (wanted === 'high' && raised) return null;
  const got = raised ? `; the engine has niceness ${niceness}` : '';
  return `server.priority ${wanted} is not allowed to this user${got}. \`binocle doctor\` says how to allow it.`;
}

/** Does `work` on this thread with as much of that priority as is allowed, and goes back to where it was. @returns whether all of it is allowed */
export function withPriority(wanted: Priority, work: () => void = () => undefined): boolean {
  const before = getPriority();
  const first = wanted === 'realtime' && roundRobin();
  const raised = !first && wanted !== 'normal' && renice(process.pid, niceness);
  work();
  if (first) chrt('--other', '--pid', '0', String(process.pid));
  if (raised) renice(process.pid, before);
  return wanted === 'normal' || first || (wanted === 'high' && raised);
}

function threads(): number[] {
  return readdirSync('/proc/self/task').map(Number);
}

/** Threads have a niceness each (setpriority(2)). */
function renice(thread: number, to: number): boolean {
  try {
    setPriority(thread, to);
    return true;
  } catch (error) {
    // One that has ended meanwhile needs nothing.
    return (error as { info?: { code?: string } }).info?.code === 'ESRCH';
  }
}

/** Where the kernel shares the processor among sessions first (sched(7), autogroup), niceness counts only within one, and the engine leads its own. */
function raiseSession(): void {
  try {
    writeFileSync('/proc/self/autogroup', String(niceness));
  } catch {
    // A kernel without sessions' groups.
  }
}

/** The main thread; with `--all-tasks` the others, too. */
function roundRobin(...options: string[]): boolean {
  return chrt('--rr', ...options, '--pid', String(realtimePriority), String(process.pid));
}

/** Node has no call for it; chrt(1) is in Debian's util-linux, which every system has. */
function chrt(...args: string[]): boolean {
  return spawnSync('chrt', args, { stdio: 'ignore' }).status === 0;
}
