/** Long work that is seen: a line when it starts to take time, the time that passed, and the end of its log when it fails. To stderr only. */
import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryComplaint, ranOutOfMemory, thisMachine } from './memory.mjs';
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

/**
 * Runs `work`, telling how long it takes once that is noticeable.
 * @template T @param {string} title what stands in brackets at its end is told once @param {() => Promise<T>} work
 */
export async function step(title, work) {
  const started = performance.now();
  const short = title.replace(/ \([^()]*\)$/, '');
  const passed = () => `${((performance.now() - started) / 1000).toFixed(0)} s`;
  let announced = false;
  const announce = setTimeout(() => {
    announced = true;
    say(`${title} …`);
  }, silentMs);
  const progress = setInterval(() => say(`${short} … ${passed()}`), everyMs);
  try {
    const result = await work();
    if (announced) say(`${short}: done in ${passed()}`);
    return result;
  } finally {
    clearTimeout(announce);
    clearInterval(progress);
  }
}

/** What is running, as kill(2) names it (a group by a negative number), so that a signal to this process ends it too. @type {Set<number>} */
const running = new Set();
let ending = false;

/**
 * Runs a command to its end, its output in a log file.
 * @param {string} command @param {string[]} args
 * @param {{ log: string, cwd?: string, env?: NodeJS.ProcessEnv, mend?: string, terminal?: boolean }} options terminal: it may ask the person at the terminal
 * @returns {Promise<void>} rejects with StepFailed, the end of the log in it
 */
export async function run(command, args, { log, cwd = packageRoot, env = process.env, mend, terminal = false }) {
  mkdirSync(logFolder, { recursive: true });
  const file = join(logFolder, `${log}.log`);
  const sink = createWriteStream(file);
  const tail = [];
  const stdin = terminal ? 'inherit' : 'ignore';
  const child = spawn(command, args, { cwd, env, detached: !terminal, stdio: [stdin, 'pipe', 'pipe'] });
  const { pid = 0 } = child;
  const name = terminal ? pid : -pid;
  // Without a pid it did not start.
  if (pid > 0) running.add(name);
  for (const stream of [child.stdout, child.stderr]) {
    stream.pipe(sink, { end: false });
    stream.setEncoding('utf8').on('data', (text) => {
      tail.push(...text.split('\n').filter(Boolean));
      tail.splice(0, Math.max(0, tail.length - tailLines));
    });
  }
  /** @type {{ fault?: string, code: number | null, signal: NodeJS.Signals | null }} */
  const ended = await new Promise((resolve) => {
    child.on('error', ({ message }) => resolve({ fault: message, code: null, signal: null }));
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  running.delete(name);
  await new Promise((resolve) => sink.end(resolve));
  // Who broke it off need not be told that it failed; this process is about to end.
  if (ending) await new Promise(() => {});
  const { code, signal, fault = `ended with ${signal ?? `status ${code}`}` } = ended;
  if (code === 0) return;
  const failure = `${[command, ...args.slice(0, 3)].join(' ')} … ${fault}`;
  const told = { tail: `${tail.join('\n')}\n(all of it: ${file})` };
  if (ranOutOfMemory({ log: readFileSync(file, 'utf8'), code, signal })) {
    const { message, mend: more } = memoryComplaint(thisMachine().memory);
    throw new StepFailed(`${failure}\n${message}`, { ...told, mend: more });
  }
  throw new StepFailed(failure, { ...told, ...(mend === undefined ? {} : { mend }) });
}

/** Until the returned function is called, SIGINT and SIGTERM end the running steps, with all that they started, and then this process. */
export function endStepsOnSignals() {
  process.on('SIGINT', endSteps).on('SIGTERM', endSteps);
  return () => process.off('SIGINT', endSteps).off('SIGTERM', endSteps);
}

/** @param {NodeJS.Signals} signal */
function endSteps(signal) {
  ending = true;
  for (const name of running) send(name, signal);
  const overdue = performance.now() + 1500;
  setInterval(() => {
    if (running.size > 0 && performance.now() < overdue) return;
    for (const name of running) send(name, 'SIGKILL');
    process.exit(signal === 'SIGINT' ? 130 : 143);
  }, 20);
}

/** @param {number} name @param {NodeJS.Signals} signal */
function send(name, signal) {
  try {
    process.kill(name, signal);
  } catch (error) {
    // What sudo started is root's. What ended between the look and the signal needs nothing.
    if (error.code === 'EPERM') spawnSync('sudo', ['-n', 'kill', '-s', signal.slice(3), '--', String(name)]);
  }
}
