import { randomUUID } from 'node:crypto';
import type { Logger } from '../../log.js';
import type { IceSettings } from '../../protocol/configuration.js';
import { BinocleError } from '../../protocol/errors.js';
import {
  subprotocol,
  type ClientMessageOf,
  type IceServer,
  type RigReadings,
  type Role,
  type ServerMessages,
  type ViewerReadings,
  type ViewerState,
} from '../../protocol/ws.js';
import type { EngineEvents } from '../../protocol/engine.js';
import type { EngineEnd } from '../../supervisor/engine-process.js';
import { monotonicMs } from '../../telemetry/monotonic.js';
import type { ShownFrames } from '../../telemetry/shown-frames.js';
import type { Rig } from '../rig.js';
import { allows } from '../tokens.js';
import type { Connection } from './connection.js';

export type Report = Partial<Record<string, number>>;

export interface SessionSettings {
  ice: IceSettings;
  iceServers: IceServer[];
  shown: ShownFrames;
}

/** A viewer as the HTTP API shows it. */
export interface SessionState {
  id: string;
  rig: string;
  role: Role;
  client: string | null;
  address: string;
  since: string;
  state: ViewerState;
  /** Of the engine, once a second; null until there are any. */
  readings: Omit<ViewerReadings, 'viewer' | 'state'> | null;
  /** What the viewer's own browser said last. */
  report: Report | null;
}

interface Identity {
  role: Role;
  rig: Rig;
  client: string | null;
  /** How many tracks it can show. */
  tracks: number;
  address: string;
}

/**
 * One viewer from its `hello` to the end of its WebSocket: it is added to the engine that runs, and to every engine that replaces it. Owns
 * its viewer in the engine; the WebSocket owns the session.
 */
export class Session {
  readonly id = randomUUID();
  readonly rig: Rig;
  readonly role: Role;
  readonly #client: string | null;
  readonly #tracks: number;
  readonly #address: string;
  readonly #since = new Date();
  readonly #connection: Connection;
  readonly #settings: SessionSettings;
  readonly #log: Logger;
  #state: ViewerState = 'new';
  #readings: ViewerReadings | null = null;
  #report: Report | null = null;
  #added: Promise<unknown> | null = null;
  /** How many offers were made, and whether the last one is of the viewer as it is now. */
  #offers = 0;
  #offered = false;
  #closed = false;

  constructor(identity: Identity, connection: Connection, settings: SessionSettings, log: Logger) {
    this.rig = identity.rig;
    this.role = identity.role;
    this.#client = identity.client;
    this.#tracks = identity.tracks;
    this.#address = identity.address;
    this.#connection = connection;
    this.#settings = settings;
    this.#log = log;
    connection.send('welcome', {
      protocol: subprotocol,
      session: this.id,
      role: this.role,
      rig: this.rig.name,
      revision: this.rig.settings.revision,
      profile: this.rig.settings.profile,
      unsaved: this.rig.settings.unsaved,
      iceServers: settings.iceServers,
    });
    log.info('viewer came', { session: this.id, role: this.role, client: this.#client, address: this.#address });
    if (this.rig.supervisor.state === 'running') this.engineUp();
  }

  get state(): SessionState {
    const { viewer: _viewer, state: _state, ...readings } = this.#readings ?? { viewer: '', state: 'new' as const };
    return {
      id: this.id,
      rig: this.rig.name,
      role: this.role,
      client: this.#client,
      address: this.#address,
      since: this.#since.toISOString(),
      state: this.#state,
      readings: this.#readings === null ? null : (readings as Omit<ViewerReadings, 'viewer' | 'state'>),
      report: this.#report,
    };
  }

  /** An engine plays: the viewer is added to it, and its offer comes. */
  engineUp(): void {
    if (this.#closed) return;
    this.#state = 'new';
    this.#offered = false;
    this.#readings = null;
    this.#added = this.rig.supervisor
      .request('addViewer', { viewer: this.id, ice: this.#settings.ice, tracks: this.#tracks })
      .catch((thrown: unknown) => {
        // Where the engine itself went, `interrupted` says so and the next one is waited for.
        if (this.#closed || this.rig.supervisor.state !== 'running') return;
        const error = BinocleError.from(thrown);
        this.#log.error(`viewer could not be added: ${error.message}`, { session: this.id });
        this.#connection.refuse(error);
        this.#connection.close(1011, 'the viewer could not be added');
      });
  }

  engineDown({ error }: EngineEnd): void {
    this.#state = 'closed';
    this.#readings = null;
    this.#added = null;
    this.#connection.send('interrupted', { reason: error.reason, message: error.message });
  }

  /** Its graph has gone for a while: the viewer waits with its connection. */
  engineRests({ reason, message }: BinocleError): void {
    this.#readings = null;
    if (this.#added !== null) this.#connection.send('interrupted', { reason, message });
  }

  /** It plays again. Who came meanwhile is added. */
  engineGoesOn(): void {
    if (this.#added === null) this.engineUp();
  }

  offer({ sdp, tracks }: EngineEvents['offer']): void {
    this.#offers += 1;
    this.#offered = true;
    this.#connection.send('offer', { sdp, tracks, revision: this.rig.settings.revision, offer: this.#offers });
  }

  candidate({ candidate, sdpMLineIndex }: EngineEvents['candidate']): void {
    this.#connection.send('candidate', { candidate, sdpMLineIndex });
  }

  tracks({ tracks }: EngineEvents['tracks']): void {
    this.#connection.send('tracks', { tracks });
  }

  timing({ tracks }: EngineEvents['timing']): void {
    this.#connection.send('timing', { tracks });
  }

  viewerState({ state }: EngineEvents['viewerState']): void {
    this.#state = state;
    if (state === 'closed') this.#offered = false;
    // It did not ask for that: another encoder or another graph takes over.
    if (state === 'closed' && !this.#closed)
      this.#connection.send('interrupted', {
        reason: 'engine-failed',
        message: 'the settings changed; the picture is made anew',
      });
    this.#log.debug(`viewer ${state}`, { session: this.id });
  }

  /** Everyone is told of the rig; of the viewers, each only of itself. */
  stats(readings: RigReadings, viewers: number): void {
    const own = readings.viewers.filter(({ viewer }) => viewer === this.id);
    this.#readings = own[0] ?? null;
    this.#connection.send('stats', { rig: { ...readings, viewers: own }, viewers });
  }

  async answer({ sdp, offer }: ClientMessageOf<'answer'>): Promise<void> {
    if (this.#isLate(offer)) return;
    await this.rig.supervisor.request('answer', { viewer: this.id, sdp });
  }

  async addCandidate({ candidate, sdpMLineIndex, offer }: ClientMessageOf<'candidate'>): Promise<void> {
    if (this.#isLate(offer)) return;
    await this.rig.supervisor.request('candidate', { viewer: this.id, candidate, sdpMLineIndex });
  }

  async set({ id, patch, ifRevision }: ClientMessageOf<'set'>): Promise<void> {
    this.#requireOperator('change settings');
    const allowed = ifRevision === undefined ? undefined : [ifRevision];
    this.#connection.send('applied', { id, ...(await this.rig.settings.set(patch, this.id, allowed)) });
  }

  async save({ id }: ClientMessageOf<'save'>): Promise<void> {
    this.#requireOperator('save settings');
    this.#connection.send('saved', { id, ...(await this.rig.settings.save(this.id)) });
  }

  async rollback({ id }: ClientMessageOf<'rollback'>): Promise<void> {
    this.#requireOperator('change settings');
    this.#connection.send('applied', { id, ...(await this.rig.settings.rollback()) });
  }

  /** Everyone is told, whoever changed it. */
  profile(announced: ServerMessages['profile']): void {
    this.#connection.send('profile', announced);
  }

  async keyframe({ id }: ClientMessageOf<'keyframe'>): Promise<void> {
    this.#requireOperator('ask for a keyframe');
    await this.rig.supervisor.request('keyframe', {});
    this.#connection.send('ok', { id });
  }

  ping({ id, t }: ClientMessageOf<'ping'>, received: number): void {
    this.#connection.send('pong', { id, t, received, sent: monotonicMs() });
  }

  /** Numbers under the names of the protocol; whatever else a page sends along is not kept. */
  report(message: ClientMessageOf<'report'>, names: readonly string[]): void {
    if (message.shown !== undefined) this.#settings.shown.add(this.rig.name, message.shown);
    const given = message as Record<string, unknown>;
    this.#report = Object.fromEntries(
      names.filter((name) => typeof given[name] === 'number').map((name) => [name, given[name] as number]),
    );
  }

  /** An operator ends it: the page does not come back by itself. */
  end(): void {
    this.#connection.refuse(new BinocleError('forbidden', 'the operator ended this session'));
  }

  /** It crossed a new offer, or the news that the old one is void: the viewer that it was meant for is gone. */
  #isLate(offer: number | undefined): boolean {
    return offer !== undefined && (offer !== this.#offers || !this.#offered);
  }

  /** The message is refused; the session goes on. */
  #requireOperator(what: string): void {
    if (!allows(this.role, 'operator')) throw new BinocleError('forbidden', `only the operator may ${what}`);
  }

  /** The WebSocket is gone. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#log.info('viewer left', { session: this.id });
    const { supervisor } = this.rig;
    const added = this.#added;
    if (added === null) return;
    // In this order even where the viewer is still being added.
    void added
      .then(() => supervisor.request('removeViewer', { viewer: this.id }))
      .catch((thrown: unknown) => {
        if (supervisor.state === 'running')
          this.#log.warn(`viewer could not be removed: ${BinocleError.from(thrown).message}`, { session: this.id });
      });
  }
}
