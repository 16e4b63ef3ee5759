import { EventEmitter } from 'node:events';
import { changes } from '../config/cost.js';
import { patchBetween } from '../config/difference.js';
import type { Mapping } from '../config/merge.js';
import type { ProfileFiles } from '../config/profile-files.js';
import type { Logger } from '../log.js';
import type { Profile } from '../protocol/configuration.js';
import { BinocleError } from '../protocol/errors.js';
import type { Applied, AppliedCost, Saved, ServerMessages, Unsaved } from '../protocol/ws.js';
import type { Supervisor } from '../supervisor/supervisor.js';

/** More than anybody waits for: who asks faster than it can be done is told so. */
const longestQueue = 500;

/** A graph that fails within this time of its first frames was no good change, ms. */
const probationMs = 5_000;

/** A session's id, or where else a change came from; see `profile` in protocol/ws.ts. */
export type By = string;

/**
 * The settings of one rig. Whoever changes them (a page, HTTP, a file, SIGHUP) takes the same road: one transaction at a time, in order; judged whole,
 * made true by the cheapest step, answered, announced. What is refused has touched nothing. Owns the files' watch.
 */
export class Settings extends EventEmitter<{ announced: [ServerMessages['profile']] }> {
  /** Changes in force, by what they cost. */
  readonly counts = new Map<AppliedCost, number>();
  readonly #supervisor: Supervisor;
  readonly #files: ProfileFiles;
  readonly #log: Logger;
  #revision = 1;
  /** What the files said when that was last made true. */
  #taken: Profile;
  #unsaved: Unsaved;
  /** What ran before the last change that may yet turn out to give no picture, and until when (performance.now). */
  #before: { profile: Profile; until: number } | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(supervisor: Supervisor, files: ProfileFiles, log: Logger) {
    super();
    this.setMaxListeners(0);
    this.#supervisor = supervisor;
    this.#files = files;
    this.#log = log;
    this.#taken = files.profile;
    this.#unsaved = files.unsaved(this.profile);
    supervisor.on('down', ({ cause, error }) => {
      if (cause === 'failed') this.#takeBack(error);
    });
  }

  get profile(): Profile {
    return this.#supervisor.profile;
  }

  get revision(): number {
    return this.#revision;
  }

  get unsaved(): Unsaved {
    return this.#unsaved;
  }

  /** A JSON Merge Patch on the profile. @throws BinocleError `stale-revision` unless `ifRevision` is the one in force, and why it cannot be. */
  set(patch: Mapping, by: By, ifRevision?: readonly number[]): Promise<Applied> {
    const asked = performance.now();
    return this.#inTurn(async () => {
      this.#requireRevision(ifRevision);
      return this.#become(await this.#files.patched(this.profile, patch), by, asked);
    });
  }

  /** Back to what the files say now. @throws BinocleError where they cannot be read, or what they say cannot be. */
  rollback(ifRevision?: readonly number[]): Promise<Applied> {
    const asked = performance.now();
    return this.#inTurn(async () => {
      this.#requireRevision(ifRevision);
      await this.#files.read();
      const applied = await this.#become(this.#files.profile, 'rollback', asked);
      this.#taken = this.#files.profile;
      return applied;
    });
  }

  /** Makes the files say what is in force. @throws BinocleError where they cannot be written; nothing is lost then. */
  save(by: By, ifRevision?: readonly number[]): Promise<Saved> {
    return this.#inTurn(async () => {
      this.#requireRevision(ifRevision);
      // What somebody else wrote there meanwhile comes first.
      await this.#reread();
      const saved = await this.#files.save(this.profile);
      this.#taken = this.#files.profile;
      this.#announce(this.profile, by);
      return saved;
    });
  }

  /** The files may be others: what changed in them changes here. What is wrong is told in the log, and changes nothing. */
  reread(): Promise<void> {
    return this.#inTurn(async () => {
      try {
        await this.#reread();
      } catch (thrown) {
        this.#log.error(`the configuration stays as it is: ${BinocleError.from(thrown).message}`);
      }
    });
  }

  /** From now on an edited file takes effect by itself. */
  watch(): void {
    this.#files.watch(() => void this.reread());
  }

  close(): void {
    this.#files.close();
  }

  /** Only what differs from the last time is taken over: what was set here and not saved stays. */
  async #reread(): Promise<void> {
    const asked = performance.now();
    const { changed, serverChanged } = await this.#files.read();
    if (serverChanged) this.#log.warn('what changed below "server" takes effect at the next start of binocle');
    const said = this.#files.profile;
    const patch = patchBetween(this.#taken, said);
    const before = this.#revision;
    await this.#become(await this.#files.patched(this.profile, patch), 'file', asked);
    this.#taken = said;
    if (this.#revision !== before) this.#log.info('the changed file is in force', { revision: this.#revision });
    else if (changed) this.#log.info('read again; the profile is the same');
  }

  /** The graph failed by itself right after it was changed: what ran before comes back. */
  #takeBack({ message }: BinocleError): void {
    const before = this.#before;
    if (before === null || performance.now() > before.until) return;
    this.#before = null;
    this.#log.error(`the last change is taken back, since its graph failed: ${message}`);
    const asked = performance.now();
    this.#inTurn(() => this.#become(before.profile, 'undone', asked)).catch((thrown: unknown) =>
      this.#log.error(`it could not be taken back: ${BinocleError.from(thrown).message}`),
    );
  }

  /** The step of one transaction: `next` is whole and valid. */
  async #become(next: Profile, by: By, asked: number): Promise<Applied> {
    const before = this.profile;
    const differing = changes(before, next);
    const cost = differing.length === 0 ? 'none' : await this.#apply(next, differing);
    if (differing.length > 0) {
      // Before the offers of a new graph, which carry it.
      this.#revision += 1;
      const risky = (cost === 'encoder' || cost === 'graph') && by !== 'undone';
      if (risky) this.#before = { profile: before, until: performance.now() + probationMs };
      else if (by !== 'undone') this.#before = null;
      this.counts.set(cost, (this.counts.get(cost) ?? 0) + 1);
    }
    this.#announce(before, by);
    const ms = Math.round((performance.now() - asked) * 10) / 10;
    return { revision: this.#revision, cost, ms, profile: this.profile, unsaved: this.#unsaved };
  }

  async #apply(next: Profile, differing: ReturnType<typeof changes>): Promise<AppliedCost> {
    const supervisor = this.#supervisor;
    await supervisor.started;
    if (differing.every(({ path }) => path === 'description')) {
      supervisor.adopt(next);
      return 'none';
    }
    const step = supervisor.state === 'running' ? await supervisor.request('apply', { profile: next }) : null;
    if (step !== null && step.cost !== 'graph') {
      supervisor.adopt(next, step.report);
      return step.cost;
    }
    if (step !== null) this.#log.info(`a new graph: ${step.because}`);
    await supervisor.replace(next);
    return 'graph';
  }

  #announce(before: Profile, by: By): void {
    const unsaved = this.#files.unsaved(this.profile);
    const patch = patchBetween(before, this.profile);
    const same = Object.keys(patch).length === 0 && unsaved.join() === this.#unsaved.join();
    this.#unsaved = unsaved;
    if (!same) this.emit('announced', { revision: this.#revision, patch, by, unsaved });
  }

  #requireRevision(allowed: readonly number[] | undefined): void {
    if (allowed === undefined || allowed.includes(this.#revision)) return;
    throw new BinocleError(
      'stale-revision',
      `the profile has revision ${String(this.#revision)} by now, not ${allowed.join(' or ') || 'the one given'}: look at it and ask again`,
      { path: 'ifRevision' },
    );
  }

  #inTurn<T>(transaction: () => Promise<T>): Promise<T> {
    if (this.#waiting >= longestQueue)
      return Promise.reject(
        new BinocleError('timeout', `${String(longestQueue)} changes wait already: ask more slowly`),
      );
    this.#waiting += 1;
    const turn = this.#turn.then(transaction).finally(() => {
      this.#waiting -= 1;
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
