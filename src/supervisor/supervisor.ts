import { EventEmitter } from 'node:events';
import type { Logger } from '../log.js';
import type { Priority, Profile } from '../protocol/configuration.js';
import { BinocleError } from '../protocol/errors.js';
import type { Drawing, EngineEvents, EngineMethod, EngineMethods, GraphReport, Started } from '../protocol/engine.js';
import { restartDelayMs, wellAfterMs } from './backoff.js';
import { EngineProcess, type EndCause, type EngineEnd } from './engine-process.js';
import { Standby } from './standby.js';

export type EngineState = 'starting' | 'running' | 'restarting' | 'closed';

type Forwarded = Pick<
  EngineEvents,
  'progress' | 'offer' | 'candidate' | 'tracks' | 'viewerState' | 'readings' | 'timing'
>;
const forwarded = ['progress', 'offer', 'candidate', 'tracks', 'viewerState', 'readings', 'timing'] as const;

type Events = { [E in keyof Forwarded]: [Forwarded[E]] } & {
  /** An engine plays: viewers can be added. */
  up: [GraphReport];
  /** Its graph has gone, for one that needs what that had. Its viewers wait. */
  resting: [BinocleError];
  /** It plays another graph than before, which its viewers watch. */
  rebuilt: [GraphReport];
  /** It does not any more; another is on its way. */
  down: [EngineEnd];
};

export interface SupervisorOptions {
  rig: string;
  profile: Profile;
  /** The engine's entry, a path. */
  program: string;
  priority: Priority;
  log: Logger;
}

/** What concerns viewers and no graph. */
const ofViewers: ReadonlySet<EngineMethod> = new Set(['answer', 'candidate', 'removeViewer']);
/** Least and longest time to the first frame of a graph that takes the place of another, ms. */
const leastPatienceMs = 1_500;
const longestPatienceMs = 15_000;

/**
 * Keeps one rig's engine running: starts it, watches it, replaces it with back-off when it dies, hangs or fails, and for another profile. Owns the
 * engine processes and the restart timer. What fails at the first start is the caller's to decide; after that it tries for ever.
 */
export class Supervisor extends EventEmitter<Events> {
  readonly restarts = new Map<EndCause, number>();
  readonly #options: SupervisorOptions;
  #profile: Profile;
  #state: EngineState = 'starting';
  #report: GraphReport | null = null;
  /** What the last engine that played found out about the machine: the first restart after it asks nothing anew, and is quicker by that. */
  #known: string | undefined;
  #lastError: BinocleError | null = null;
  #engine: EngineProcess | null = null;
  /** It plays nothing for a while, but has viewers. */
  #resting = false;
  #quickestStartMs = Infinity;
  #upSince = 0;
  #attempt = 0;
  #retry: NodeJS.Timeout | null = null;
  #started: Promise<void> = Promise.resolve();
  #replacing = false;
  readonly #standby = new Standby(() => this.#fork());
  /** Every engine process that has not ended. */
  readonly #processes = new Set<EngineProcess>();

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
    const starting = this.#launch(this.#profile);
    this.#started = starting.then(
      () => undefined,
      () => undefined,
    );
    return starting;
  }

  /** Settles when the first start has ended, one way or the other. */
  get started(): Promise<void> {
    return this.#started;
  }

  /** @throws BinocleError `engine-failed` while no engine runs, else what EngineProcess.request throws. */
  request<M extends EngineMethod>(method: M, params: EngineMethods[M]['params']): Promise<EngineMethods[M]['result']> {
    const concerned = this.#state === 'running' || (this.#resting && ofViewers.has(method));
    if (this.#engine === null || !concerned) {
      const why = this.#lastError === null ? 'it is being started' : this.#lastError.message;
      return Promise.reject(new BinocleError('engine-failed', `the engine does not run: ${why}`));
    }
    return this.#engine.request(method, params);
  }

  /** Another profile for the graph that runs: what was changed in it is done already. */
  adopt(profile: Profile, report?: GraphReport): void {
    this.#profile = profile;
    if (report !== undefined) this.#report = report;
  }

  /**
   * Another profile: the engine plans and parses its graph while the old one still streams. Where the two need nothing that only one can have, the new one
   * plays before the old one goes; else the old one lets go of its cameras first. Where the new one gives no frames, the old one plays on or comes back, and
   * the error is thrown.
   */
  async replace(profile: Profile): Promise<GraphReport> {
    this.#replacing = true;
    try {
      const report = await (this.#state === 'running' ? this.#rebuild(this.#engine!, profile) : this.#restart(profile));
      this.#count('reconfigured');
      return report;
    } finally {
      this.#replacing = false;
      if (this.#engine === null && this.#retry === null) this.#again(0);
    }
  }

  /** Ends the engine and stays closed. Idempotent; within about a second. */
  async close(): Promise<void> {
    this.#state = 'closed';
    this.#stopRetrying();
    this.#engine = null;
    this.#standby.close();
    const ending = [...this.#processes].map((engine) => engine.stop('exited', theEnd()));
    await Promise.all(ending);
  }

  async #launch(profile: Profile, known?: string): Promise<GraphReport> {
    if (this.#state === 'closed') throw theEnd();
    const spare = this.#standby.take();
    const engine = spare ?? this.#fork();
    this.#engine = engine;
    try {
      const drawing = this.#drawing(profile, known);
      const report = await engine.request('start', drawing);
      if (this.#engine !== engine) throw new BinocleError('engine-failed', 'the engine was ended while it started');
      this.#profile = profile;
      this.#play(engine, report);
      return report;
    } catch (thrown) {
      const error = BinocleError.from(thrown);
      if (this.#engine === engine) this.#engine = null;
      this.#lastError = error;
      const died = engine.over;
      engine.kill('start-failed', error);
      await engine.ended;
      // What ended the engine before may have ended the one that waited too: that says nothing about the graph.
      if (spare !== null && died) return this.#launch(profile, known);
      throw error;
    }
  }

  #drawing(profile: Profile, known?: string): Drawing {
    return { rig: this.#options.rig, profile, ...(known === undefined ? {} : { known }) };
  }

  #fork(): EngineProcess {
    const { program, priority, log } = this.#options;
    const engine = new EngineProcess(program, priority, log);
    this.#processes.add(engine);
    void engine.ended.then(() => this.#processes.delete(engine));
    for (const event of forwarded)
      engine.on(event, (data: EngineEvents[typeof event]) => {
        // An engine that is still starting has nothing to say to viewers, and its frames are not counted yet.
        const concerns = event === 'progress' || this.#state === 'running' || this.#resting;
        if (this.#engine === engine && concerns) this.emit(event, ...([data] as never));
      });
    engine.on('warning', ({ message }) => log.warn(message));
    engine.on('ended', (end) => this.#lost(engine, end));
    return engine;
  }

  /** From now on this is the engine. */
  #play(engine: EngineProcess, { known, ...report }: Started, news: 'up' | 'rebuilt' = 'up'): void {
    engine.watch();
    this.#engine = engine;
    this.#resting = false;
    this.#report = report;
    this.#known = known;
    this.#lastError = null;
    this.#quickestStartMs = Math.min(this.#quickestStartMs, report.startMs);
    this.#upSince = performance.now();
    this.#state = 'running';
    this.#standby.expectEnd(() => (this.#state === 'running' ? this.#drawing(this.#profile, this.#known) : null));
    this.emit(news, report);
  }

  async #rebuild(engine: EngineProcess, profile: Profile): Promise<GraphReport> {
    const drawing = this.#drawing(profile);
    const { exclusive } = await engine.request('prepare', drawing);
    const alone = exclusive && this.#report!.exclusive;
    if (alone && !(await this.#letGo(engine))) return this.#restart(profile);
    try {
      const report = await engine.request('start', { ...drawing, within: this.#patienceMs(profile) });
      if (this.#engine !== engine) throw theEnd();
      this.#profile = profile;
      this.#play(engine, report, 'rebuilt');
      return report;
    } catch (thrown) {
      if (alone) await this.#resume(engine);
      throw thrown;
    }
  }

  /** What runs lets go of what it holds. False where its engine had to be ended for that. */
  async #letGo(engine: EngineProcess): Promise<boolean> {
    engine.rest();
    this.#state = 'restarting';
    this.#resting = true;
    this.#lastError = rebuilt();
    this.emit('resting', this.#lastError);
    try {
      await engine.request('release', {});
      return true;
    } catch (thrown) {
      this.#options.log.error(`the graph before does not end: ${BinocleError.from(thrown).message}`);
      return false;
    }
  }

  /** The graph before comes back. Where it does not, the back-off finds another engine. */
  async #resume(engine: EngineProcess): Promise<void> {
    if (this.#engine !== engine) return;
    try {
      this.#play(engine, await engine.request('start', this.#drawing(this.#profile, this.#known)), 'rebuilt');
    } catch (thrown) {
      const error = BinocleError.from(thrown);
      this.#options.log.error(`the graph before does not come back at once: ${error.message}`);
      // Else the program ends, and nothing is to be begun again.
      if (this.#engine === engine) {
        this.#engine = null;
        this.#fall({ cause: 'start-failed', error });
      }
      engine.kill('start-failed', error);
    }
  }

  /** Another engine, whatever becomes of the one that there is. */
  async #restart(profile: Profile): Promise<GraphReport> {
    this.#stopRetrying();
    const before = this.#engine;
    if (this.#resting) this.#fall({ cause: 'reconfigured', error: rebuilt() });
    this.#engine = null;
    before?.kill('reconfigured', rebuilt());
    await before?.ended;
    return this.#launch(profile);
  }

  /** How long a graph's first frame may take, ms: three times as long as the quickest here took, and more for larger pictures. */
  #patienceMs({ capture: { width, height, fps } }: Profile): number {
    if (this.#report === null) return longestPatienceMs;
    const { capture } = this.#report;
    const larger = Math.max(1, (width * height) / (capture.width * capture.height));
    return Math.min(longestPatienceMs, Math.max(leastPatienceMs, 3 * this.#quickestStartMs * larger) + 2000 / fps);
  }

  #lost(engine: EngineProcess, end: EngineEnd): void {
    if (this.#engine !== engine || this.#state !== 'running') return;
    this.#engine = null;
    this.#count(end.cause);
    if (performance.now() - this.#upSince > wellAfterMs) this.#attempt = 0;
    this.#options.log.error(`the engine ended: ${end.error.message}`, { cause: end.cause });
    this.#fall(end);
    if (!this.#replacing) this.#again(this.#attempt++);
  }

  #fall(end: EngineEnd): void {
    this.#state = 'restarting';
    this.#resting = false;
    this.#lastError = end.error;
    this.emit('down', end);
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
      const known = this.#known;
      // Where that was wrong (a camera is gone), the next try asks the machine.
      this.#known = undefined;
      await this.#launch(this.#profile, known);
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

function rebuilt(): BinocleError {
  return new BinocleError('engine-failed', 'the profile changed; the graph is rebuilt');
}

function theEnd(): BinocleError {
  return new BinocleError('engine-failed', 'the program ends');
}
