import { EventEmitter } from 'node:events';
import type { Logger } from '../log.js';
import type { Profile } from '../protocol/configuration.js';
import { BinocleError } from '../protocol/errors.js';
import type { EngineEvents, EngineMethod, EngineMethods, GraphReport } from '../protocol/engine.js';
import { restartDelayMs, wellAfterMs } from './backoff.js';
import { EngineProcess, type EndCause, type EngineEnd } from './engine-process.js';

export type EngineState = 'starting' | 'running' | 'restarting' | 'closed';

type Forwarded = Pick<EngineEvents, 'progress' | 'offer' | 'candidate' | 'viewerState' | 'readings' | 'timing'>;
const forwarded = ['progress', 'offer', 'candidate', 'viewerState', 'readings', 'timing'] as const;

type Events = { [E in keyof Forwarded]: [Forwarded[E]] } & {
  /** An engine plays: viewers can be added. */
  up: [GraphReport];
  /** It does not any more; another is on its way. */
  down: [EngineEnd];
};

export interface SupervisorOptions {
  rig: string;
  profile: Profile;
  /** The engine's entry, a path. */
  program: string;
  log: Logger;
}

/**
 * Keeps one rig's engine running: starts it, watches it, replaces it with back-off when it dies, hangs or fails. Owns the engine process
 * and the restart timer. What fails at the first start is the caller's to decide; after that it tries for ever.
 */
export class Supervisor extends EventEmitter<Events> {
  readonly restarts = new Map<EndCause, number>();
  readonly #options: SupervisorOptions;
  #profile: Profile;
  #state: EngineState = 'starting';
  #report: GraphReport | null = null;
  #lastError: BinocleError | null = null;
  #engine: EngineProcess | null = null;
  #upSince = 0;
  #attempt = 0;
  #retry: NodeJS.Timeout | null = null;

  constructor(options: SupervisorOptions) {
    super();
    this.setMaxListeners(0);
    this.#options = options;
    this.#profile = options.profile;
  }

  get state(): EngineState {
    return this.#state;
  }

  /** What runs, or what ran last; null before the first graph. */
  get report(): GraphReport | null {
    return this.#report;
  }

  /** Why it does not run; null while it does. */
  get lastError(): BinocleError | null {
    return this.#lastError;
  }

  get profile(): Profile {
    return this.#profile;
  }

  /** Milliseconds since the running graph came up; 0 while none does. */
  get uptimeMs(): number {
    return this.#state === 'running' ? performance.now() - this.#upSince : 0;
  }

  /** The first start. @throws BinocleError why there is no picture; nothing is left running. */
  start(): Promise<GraphReport> {
    return this.#launch(this.#profile);
  }

  /** @throws BinocleError `engine-failed` while no engine runs, else what EngineProcess.request throws. */
  request<M extends EngineMethod>(method: M, params: EngineMethods[M]['params']): Promise<EngineMethods[M]['result']> {
    if (this.#engine === null || this.#state !== 'running') {
      const why = this.#lastError === null ? 'it is being started' : this.#lastError.message;
      return Promise.reject(new BinocleError('engine-failed', `the engine does not run: ${why}`));
    }
    return this.#engine.request(method, params);
  }

  /** Another profile, by a new engine. Where that does not play, the old profile comes back and the error is thrown. */
  async replace(profile: Profile): Promise<GraphReport> {
    const previous = this.#profile;
    await this.#retire(new BinocleError('engine-failed', 'the profile changed; the graph is rebuilt'));
    try {
      this.#profile = profile;
      return await this.#launch(profile);
    } catch (thrown) {
      this.#profile = previous;
      this.#again(0);
      throw thrown;
    }
  }

  /** Ends the engine and stays closed. Idempotent; within about a second. */
  async close(): Promise<void> {
    this.#state = 'closed';
    this.#stopRetrying();
    const engine = this.#engine;
    this.#engine = null;
    await engine?.stop('exited', new BinocleError('engine-failed', 'the program ends'));
  }

  async #launch(profile: Profile): Promise<GraphReport> {
    if (this.#state === 'closed') throw new BinocleError('engine-failed', 'the program ends');
    const { rig, program, log } = this.#options;
    const engine = new EngineProcess(program, log);
    this.#engine = engine;
    for (const event of forwarded)
      engine.on(event, (data: EngineEvents[typeof event]) => {
        // An engine that is still starting has nothing to say to viewers, and its frames are not counted yet.
        const concerns = event === 'progress' || this.#state === 'running';
        if (this.#engine === engine && concerns) this.emit(event, ...([data] as never));
      });
    engine.on('warning', ({ message }) => log.warn(message));
    try {
      const report = await engine.request('start', { rig, profile });
      if (this.#engine !== engine) throw new BinocleError('engine-failed', 'the engine was ended while it started');
      engine.watch();
      engine.on('ended', (end) => this.#lost(engine, end));
      this.#report = report;
      this.#lastError = null;
      this.#upSince = performance.now();
      this.#state = 'running';
      this.emit('up', report);
      return report;
    } catch (thrown) {
      const error = BinocleError.from(thrown);
      if (this.#engine === engine) this.#engine = null;
      this.#lastError = error;
      engine.kill('start-failed', error);
      await engine.ended;
      throw error;
    }
  }

  #lost(engine: EngineProcess, end: EngineEnd): void {
    if (this.#engine !== engine) return;
    this.#engine = null;
    this.#count(end.cause);
    if (performance.now() - this.#upSince > wellAfterMs) this.#attempt = 0;
    this.#options.log.error(`the engine ended: ${end.error.message}`, { cause: end.cause });
    this.#fall(end);
    this.#again(this.#attempt++);
  }

  #fall(end: EngineEnd): void {
    this.#state = 'restarting';
    this.#lastError = end.error;
    this.emit('down', end);
  }

  async #retire(error: BinocleError): Promise<void> {
    this.#stopRetrying();
    const engine = this.#engine;
    this.#engine = null;
    this.#count('reconfigured');
    this.#fall({ cause: 'reconfigured', error });
    await engine?.stop('reconfigured', error);
  }

  #again(attempt: number): void {
    if (this.#state === 'closed') return;
    this.#state = 'restarting';
    const retry = setTimeout(() => void this.#tryAgain(retry), restartDelayMs(attempt));
    this.#retry = retry;
  }

  async #tryAgain(retry: NodeJS.Timeout): Promise<void> {
    const { log } = this.#options;
    try {
      await this.#launch(this.#profile);
      log.info('the engine runs again');
    } catch (thrown) {
      // Closed, or another profile took over meanwhile.
      if (this.#retry !== retry) return;
      this.#attempt += 1;
      this.#count('start-failed');
      const nextTryMs = restartDelayMs(this.#attempt);
      log.error(`the engine did not start: ${BinocleError.from(thrown).message}`, { nextTryMs });
      this.#again(this.#attempt);
    }
  }

  #stopRetrying(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
  }

  #count(cause: EndCause): void {
    this.restarts.set(cause, (this.restarts.get(cause) ?? 0) + 1);
  }
}
