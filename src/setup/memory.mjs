/** What little memory means for the set-up: how many compilers run at once, and how it is told that one was killed for want of it. */
import { availableParallelism, totalmem } from 'node:os';
import process from 'node:process';

/** Most that gcc 12 takes for a file of node-gtk (210 MB), and what npm, node-gyp and the system take beside it, bytes. */
const compilerMemory = 250e6;
const besides = 400e6;

/** @typedef {{ cores: number, memory: number }} Size memory in bytes */

/** @returns {Size} of this machine, or of the container that this process may not leave */
export function thisMachine() {
  const limit = process.constrainedMemory();
  const memory = limit > 0 ? Math.min(totalmem(), limit) : totalmem();
  return { cores: availableParallelism(), memory };
}

/** How many compilers run at once. @param {Size} machine */
export function compileJobs({ cores, memory }) {
  return Math.max(1, Math.min(cores, Math.floor((memory - besides) / compilerMemory)));
}

/** The title of the step that compiles node-gtk: what to expect of it. @param {Size} machine */
export function compileTitle(machine) {
  const jobs = compileJobs(machine);
  if (jobs === machine.cores) return 'Compiling node-gtk (a minute, more on a Pi)';
  const files = jobs === 1 ? 'one file' : `${jobs} files`;
  return `Compiling node-gtk (${files} at a time, for there are ${gigabytes(machine.memory)} of memory: many minutes on a small board)`;
}

/** @param {number} bytes */
function gigabytes(bytes) {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** What gcc, make, the kernel, Node and Go say when there is no memory left. */
const signs = [
  /Killed signal terminated program/,
  /^Killed$/m,
  /internal compiler error: Killed/,
  /\bmake: .*\bKilled\b/,
  /virtual memory exhausted/,
  /out of memory allocating \d+ bytes/,
  /cannot allocate memory/i,
  /JavaScript heap out of memory/,
  /fatal error: runtime: (out of memory|cannot allocate)/,
  /std::bad_alloc/,
];

/**
 * Whether a command ended for want of memory: it was killed, and not by us, or it or what it started says so.
 * @param {{ log: string, code: number | null, signal: string | null }} ended
 */
export function ranOutOfMemory({ log, code, signal }) {
  return signal === 'SIGKILL' || code === 137 || signs.some((sign) => sign.test(log));
}

/** @param {number} memory bytes */
export function memoryComplaint(memory) {
  return {
    message: `There was not enough memory: ${gigabytes(memory)} and what swap there is.`,
    mend:
      'Close other programs, or give it 2 GB of swap until the next start of the machine, by this line; then run the same again:\n' +
      'sudo fallocate -l 2G /var/swap.binocle && sudo chmod 600 /var/swap.binocle && sudo mkswap /var/swap.binocle && sudo swapon /var/swap.binocle',
  };
}
