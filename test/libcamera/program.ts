import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Ready } from '../harness/binocle.js';
import { withCameras } from './rig.js';

/** `binocle ARGS` on Debian 13 with the virtual cameras; killing it leaves nothing. */
export function onDebian13(...args: string[]): ChildProcess {
  const [command, ...rest] = withCameras(['node', 'dist/src/cli/main.js', ...args]);
  return spawn(command!, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Both virtual cameras, on this machine alone, without certificate and token. */
const bothCameras = {
  'server.host': '127.0.0.1',
  'server.port': '0',
  'server.tls.mode': 'off',
  'server.auth.mode': 'none',
  'profile.cameras.left.source': 'libcamera',
  'profile.cameras.left.device': 'Virtual0',
  'profile.cameras.right.source': 'libcamera',
  'profile.cameras.right.device': 'Virtual1',
};

/** `binocle run` there, from its ready line to its end. */
export class Streaming {
  /** What it has logged. */
  errors = '';
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterableIterator<string>;
  ready!: Ready;

  private constructor(set: Record<string, string>) {
    const all = Object.entries({ ...bothCameras, ...set }).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
    this.#child = onDebian13('run', '--json', ...all);
    this.#child.stderr!.setEncoding('utf8').on('data', (chunk: string) => (this.errors += chunk));
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  /** @param set keys of the configuration, e.g. `profile.layout` */
  static async start(set: Record<string, string>): Promise<Streaming> {
    const streaming = new Streaming(set);
    const { value, done } = await streaming.#lines.next();
    if (done === true) throw new Error(`ended before it was ready:\n${streaming.errors}`);
    streaming.ready = JSON.parse(value) as Ready;
    return streaming;
  }

  /** Resolves when the log says this. */
  async said(what: RegExp): Promise<void> {
    while (!what.test(this.errors)) {
      if (this.#child.exitCode !== null) throw new Error(`ended without ${what.source}:\n${this.errors}`);
      await once(this.#child.stderr!, 'data', { signal: AbortSignal.timeout(20_000) });
    }
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'close');
  }
}
