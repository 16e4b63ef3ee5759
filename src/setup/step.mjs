/** Long work that is seen: a line when it starts to take time, the time that passed, and the end of its log when it fails. To stderr only. */
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { logFolder, packageRoot } from './places.mjs';

const silentMs = 700;
const everyMs = 10_000;
const tailLines = 30;

/** A step that failed; `mend` is what a person can do, `status` the exit status it leads to. */
export class StepFailed extends Error {
  /** @param {string} message @param {{ mend?: string, tail?: string, status?: number }} details */
  constructor(message, { mend = '', tail = '', status = 1 } = {}) {
    super(message);
    this.mend = mend;
    this.tail = tail;
    this.status = status;
  }
}

/** @param {string} text */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** Runs `work`, telling how long it takes once that is noticeable. @template T @param {string} title @param {() => Promise<T>} work */
export async function step(title, work) {
  const started = performance.now();
  const passed = () => `${((performance.now() - started) / 1000).toFixed(0)} s`;
  let announced = false;
  const announce = setTimeout(() => {
    announced = true;
    say(`${title} …`);
  }, silentMs);
  const progress = setInterval(() => say(`${title} … ${passed()}`), everyMs);
  try {
    const result = await work();
    if (announced) say(`${title}: done in ${passed()}`);
    return result;
  } finally {
    clearTimeout(announce);
    clearInterval(progress);
  }
}

/** Process groups that are running, so that a signal to this process ends them too. @type {Set<number>} */
const groups = new Set();
let ending = false;

/**
 * Runs a command to its end, its output in a log file.
 * @param {string} command @param {string[]} args
 * @param {{ log: string, cwd?: string, env?: NodeJS.ProcessEnv, mend?: string }} options
 * @returns {Promise<void>} rejects with StepFailed, the end of the log in it
 */
export async function run(command, args, { log, cwd = packageRoot, env = process.env, mend }) {
  mkdirSync(logFolder, { recursive: true });
  const file = join(logFolder, `${log}.log`);
  const sink = createWriteStream(file);
  const tail = [];
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  if (child.pid) groups.add(child.pid);
  for (const stream of [child.stdout, child.stderr]) {
    stream.pipe(sink, { end: false });
    stream.setEncoding('utf8').on('data', (text) => {
      tail.push(...text.split('\n').filter(Boolean));
      tail.splice(0, Math.max(0, tail.length - tailLines));
    });
  }
  const failure = await new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(code === 0 ? null : `ended with ${signal ?? `status ${code}`}`));
  });
  if (child.pid) groups.delete(child.pid);
  sink.end();
  // Who broke it off need not be told that it failed; this process is about to end.
  if (ending) await new Promise(() => {});
  if (failure)
    throw new StepFailed(`${[command, ...args.slice(0, 3)].join(' ')} … ${failure}`, {
      tail: `${tail.join('\n')}\n(all of it: ${file})`,
      ...(mend === undefined ? {} : { mend }),
    });
}

/** Until the returned function is called, SIGINT and SIGTERM end the running steps, whole process groups, and then this process. */
export function endStepsOnSignals() {
  process.on('SIGINT', endSteps).on('SIGTERM', endSteps);
  return () => process.off('SIGINT', endSteps).off('SIGTERM', endSteps);
}

/** @param {NodeJS.Signals} signal */
function endSteps(signal) {
  ending = true;
  for (const group of groups) killGroup(group, signal);
  const overdue = performance.now() + 1500;
  setInterval(() => {
    if (groups.size > 0 && performance.now() < overdue) return;
    for (const group of groups) killGroup(group, 'SIGKILL');
    process.exit(signal === 'SIGINT' ? 130 : 143);
  }, 20);
}

/** @param {number} group @param {NodeJS.Signals} signal */
function killGroup(group, signal) {
  try {
    process.kill(-group, signal);
  } catch {
    // It ended between the look and the signal.
  }
}
