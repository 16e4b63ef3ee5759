import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packagePath } from '../../src/paths.js';
import { wholeProcess } from './processor-time.js';

/** The compiled program, started as a user's shell would. */
export const program = packagePath('dist', 'src', 'cli', 'main.js');

export interface Ready {
  url: string;
  urls: string[];
  viewerUrls: string[];
  fingerprint: string | null;
  rigs: { name: string; layout: string; source: unknown; encoder: string }[];
}

export interface Finished {
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** An option of Mesa: to the plan, software GL is a graphics card then, and a picture goes the way that it goes there. */
export const likeAGraphicsCard = { force_gl_renderer: 'a graphics card' };

/** Runs `binocle ARGS` to its end. */
export async function binocle(...args: string[]): Promise<Finished> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const [status, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { status, signal, stdout: stdout(), stderr: stderr() };
}

/** A running `binocle run` with its own state folder, on a free loopback port. */
export class Running {
  readonly ready: Ready;
  readonly child: ChildProcess;
  readonly #stderr: () => string;
  readonly #state: string;

  private constructor(child: ChildProcess, ready: Ready, stderr: () => string, state: string) {
    this.child = child;
    this.ready = ready;
    this.#stderr = stderr;
    this.#state = state;
  }

  /** Plain http without tokens unless `secure`; `under`: a command that runs it in its own place; further arguments as on the command line. */
  static async start(
    args: string[],
    options: { secure?: boolean; env?: NodeJS.ProcessEnv; under?: readonly string[] } = {},
  ): Promise<Running> {
    const state = await mkdtemp(join(tmpdir(), 'binocle-state-'));
    const open = options.secure ? [] : ['--set', 'server.tls.mode=off', '--set', 'server.auth.mode=none'];
    const [command, ...before] = [...(options.under ?? []), process.execPath];
    const child = spawn(
      command,
      [
        ...before,
        program,
        'run',
        '--json',
        '--set',
        'server.host=127.0.0.1',
        '--set',
        'server.port=0',
        '--set',
        `state_dir=${state}`,
        ...open,
        ...args,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...options.env } },
    );
    const stderr = collect(child.stderr);
    const lines = createInterface({ input: child.stdout });
    try {
      const ready = await Promise.race([
        once(lines, 'line').then(([line]) => JSON.parse(String(line)) as Ready & { event: string }),
        once(child, 'close').then(([status]) => {
          throw new Error(`binocle run ended with status ${String(status)} before it was ready:\n${stderr()}`);
        }),
      ]);
      return new Running(child, ready, stderr, state);
    } catch (error) {
      child.kill('SIGKILL');
      await rm(state, { recursive: true, force: true });
      throw error;
    }
  }

  /** The address without the token. */
  get origin(): string {
    return new URL(this.ready.url).origin;
  }

  get stderr(): string {
    return this.#stderr();
  }

  /** Pid of the engine process that streams: the oldest one, the other waits. */
  async engine(): Promise<number> {
    const engines = await this.#engines();
    if (engines.length === 0) throw new Error('no engine process runs');
    return Math.min(...engines);
  }

  /** Resolves when another engine waits beside it, loaded and at rest: some ten seconds after the stream began. */
  async spare(): Promise<void> {
    for (let before = -1; ;) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      const engines = await this.#engines();
      const used = engines.length < 2 ? -1 : wholeProcess(Math.max(...engines));
      if (before >= 0 && used - before < 0.02) return;
      before = used;
    }
  }

  async #engines(): Promise<number[]> {
    const below = await descendants(this.child.pid!);
    return below.filter(({ command }) => command.includes('engine/main.js')).map(({ pid }) => pid);
  }

  /** SIGTERM, then the exit status and how long it took, ms; whatever is left behind afterwards is returned and killed. */
  async stop(): Promise<{ status: number | null; ms: number; leftBehind: string[] }> {
    const family = await descendants(this.child.pid!);
    const started = performance.now();
    let status = this.child.exitCode;
    if (status === null && this.child.signalCode === null) {
      const closed = once(this.child, 'close');
      this.child.kill('SIGTERM');
      const overdue = setTimeout(() => this.child.kill('SIGKILL'), 10_000);
      [status] = (await closed) as [number | null];
      clearTimeout(overdue);
    }
    const ms = performance.now() - started;
    const left = [];
    for (const { pid, command } of family) {
      if ((await commandLine(pid)) !== command) continue;
      left.push(command);
      process.kill(pid, 'SIGKILL');
    }
    await rm(this.#state, { recursive: true, force: true });
    return { status, ms, leftBehind: left };
  }
}

/** Every process below `pid`, from /proc. */
export async function descendants(pid: number): Promise<{ pid: number; command: string }[]> {
  const children = new Map<number, number[]>();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const found: number[] = [];
  for (const queue = [pid]; queue.length > 0;) {
    const next = children.get(queue.shift()!) ?? [];
    found.push(...next);
    queue.push(...next);
  }
  const named = await Promise.all(found.map(async (child) => ({ pid: child, command: await commandLine(child) })));
  return named.filter((child) => child.command !== '');
}

async function commandLine(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return text.replaceAll('\0', ' ').trim();
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}
