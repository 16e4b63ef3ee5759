import { fork, type ChildProcess, type ForkOptions } from 'node:child_process';
import { once } from 'node:events';
import { engineEnvironment } from '../../src/supervisor/engine-environment.js';
import { packagePath } from '../../src/paths.js';
import type { Profile } from '../../src/protocol/configuration.js';
import { BinocleError } from '../../src/protocol/errors.js';
import type {
  EngineEvent,
  EngineEvents,
  EngineMethod,
  EngineMethods,
  EngineNotice,
  EngineReply,
  GraphReport,
} from '../../src/protocol/engine.js';

type Entry = 'src/engine/main.js' | 'test/engine/literal-engine.js';
type Listener = (event: EngineEvent, data: EngineEvents[EngineEvent]) => void;

export const anyIce = { stun: null, turn: [], port_min: 0, port_max: 0, tcp: false };

/** An engine process, forked and asked as the supervisor does. */
export class EngineProcess {
  readonly child: ChildProcess;
  /** Everything it wrote to stderr. */
  stderr = '';
  readonly #pending = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  readonly #listeners = new Set<Listener>();
  #ids = 0;

  /** `program`: another Node than this one. */
  constructor(
    entry: Entry = 'test/engine/literal-engine.js',
    environment: NodeJS.ProcessEnv = {},
    program: Pick<ForkOptions, 'execPath' | 'execArgv'> = {},
  ) {
    this.child = fork(packagePath('dist', entry), {
      ...program,
      silent: true,
      env: { ...engineEnvironment(process.env), ...environment },
    });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.child.stdout!.resume();
    this.child.on('message', (message) => this.#take(message as EngineReply | EngineNotice));
    this.child.once('exit', (code, signal) => {
      for (const pending of this.#pending.values()) {
        pending.reject(new Error(`the engine ended (${String(code ?? signal)}):\n${this.stderr}`));
      }
      this.#pending.clear();
    });
  }

  /** The literal engine, started. */
  static async literal(options: object = {}, environment: NodeJS.ProcessEnv = {}): Promise<EngineProcess> {
    const engine = new EngineProcess('test/engine/literal-engine.js', {
      LITERAL: JSON.stringify(options),
      ...environment,
    });
    await engine.start({} as Profile);
    return engine;
  }

  get pid(): number {
    return this.child.pid!;
  }

  start(profile: Profile): Promise<GraphReport> {
    return this.ask('start', { rig: 'test', profile });
  }

  ask<M extends EngineMethod>(method: M, params: EngineMethods[M]['params']): Promise<EngineMethods[M]['result']> {
    this.#ids += 1;
    const id = this.#ids;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: (result) => resolve(result as EngineMethods[M]['result']), reject });
      this.child.send({ id, method, params }, (error) => error && reject(error));
    });
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The next event of this name that pleases. */
  next<E extends EngineEvent>(event: E, pleases: (data: EngineEvents[E]) => boolean = () => true, limitMs = 15_000) {
    return new Promise<EngineEvents[E]>((resolve, reject) => {
      const stop = this.listen((name, data) => {
        if (name !== event || !pleases(data as EngineEvents[E])) return;
        clearTimeout(limit);
        stop();
        resolve(data as EngineEvents[E]);
      });
      const limit = setTimeout(() => {
        stop();
        reject(new Error(`no ${event} within ${limitMs} ms\n${this.stderr}`));
      }, limitMs);
    });
  }

  /** How it ended, once it has. */
  async ended(): Promise<{ status: number | null; signal: NodeJS.Signals | null }> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
    return { status: this.child.exitCode, signal: this.child.signalCode };
  }

  async close(): Promise<void> {
    this.child.kill('SIGTERM');
    const overdue = setTimeout(() => this.child.kill('SIGKILL'), 5_000);
    await this.ended();
    clearTimeout(overdue);
  }

  #take(message: EngineReply | EngineNotice): void {
    if ('event' in message) {
      for (const listener of this.#listeners) listener(message.event, message.data);
      return;
    }
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if ('error' in message) pending?.reject(BinocleError.fromShape(message.error));
    else pending?.resolve(message.result);
  }
}
