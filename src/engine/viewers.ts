import { randomInt } from 'node:crypto';
import type { EngineMethods } from '../protocol/engine.js';
import { BinocleError } from '../protocol/errors.js';
import type { ViewerReadings } from '../protocol/ws.js';
import type { Blueprint } from './blueprint.js';
import type { Graph } from './graph.js';
import type { PlayoutDelay } from './header-extensions.js';
import type { Memory } from './memory.js';
import { offeredBy } from './offered.js';
import type { Pump } from './pump.js';
import { Viewer, type NotifyOfViewer } from './viewer.js';

type Params<M extends keyof EngineMethods> = EngineMethods[M]['params'];
type Wanted = Required<Params<'addViewer'>>;

/** What viewers hang on: a graph that runs, and what it was drawn from. */
export interface Place {
  readonly graph: Graph;
  readonly blueprint: Blueprint;
  /** Asks the encoders for a keyframe. */
  keyframe(): void;
}

/** Who watches, whichever graph runs. Owns the viewers. */
export class Viewers {
  readonly #pump: Pump;
  readonly #memory: Memory;
  readonly #notify: NotifyOfViewer;
  readonly #wanted = new Map<string, Wanted>();
  readonly #viewers = new Map<string, Viewer>();
  #place: Place | null = null;
  #paused = false;
  #closed = false;

  constructor(pump: Pump, memory: Memory, notify: NotifyOfViewer) {
    this.#pump = pump;
    this.#memory = memory;
    this.#notify = notify;
  }

  /** Its offer comes as an event. Throws `bad-message` for a name that is taken, and what the branch’s text throws. */
  add({ tracks = 1, ...rest }: Params<'addViewer'>): void {
    const wanted = { tracks, ...rest };
    if (this.#wanted.has(wanted.viewer))
      throw new BinocleError('bad-message', `the viewer "${wanted.viewer}" is there already`);
    if (this.#place !== null && !this.#paused) this.#take(this.#made(this.#place, wanted));
    this.#wanted.set(wanted.viewer, wanted);
  }

  answer({ viewer, sdp }: Params<'answer'>): void {
    this.#named(viewer).answer(sdp);
    this.#pump.wake();
  }

  candidate({ viewer, ...candidate }: Params<'candidate'>): void {
    this.#named(viewer).candidate(candidate);
  }

  /** One that is not there is no error. */
  remove({ viewer }: Params<'removeViewer'>): void {
    this.#wanted.delete(viewer);
    this.#dismiss(this.#viewers.get(viewer));
  }

  /**
   * From now on they watch this: on the connection that they have where it gives what they were offered, from its next keyframe on; else they are told that theirs
   * has gone, and are offered it anew. Throws what the branch’s text throws, with nothing changed.
   */
  hangOn(next: Place): void {
    const kept = [...this.#viewers.values()].filter(
      (viewer) => viewer.movable && viewer.offered === this.#offeredTo(this.#wanted.get(viewer.id)!, next),
    );
    const fresh = this.#makeAll(next, new Set(kept.map(({ id }) => id)));
    for (const viewer of this.#viewers.values()) if (!kept.includes(viewer)) this.#dismiss(viewer);
    for (const viewer of kept) viewer.moveTo(next.graph, next.blueprint.plan);
    for (const viewer of fresh) this.#take(viewer);
    const delay = next.blueprint.profile?.rate.playout_delay;
    if (delay !== undefined) this.setPlayoutDelay(delay);
    this.#place = next;
    next.keyframe();
    this.#pump.wake();
  }

  /** Off the graph that goes: nobody sees anything new until they hang on another. */
  letGo(): void {
    for (const viewer of this.#viewers.values()) viewer.letGo();
    this.#place = null;
  }

  /** Who comes waits for {@link resume}: there is nothing to offer. */
  pause(): void {
    this.#paused = true;
  }

  /** What they were offered goes. They are told, and offered anew by {@link resume}. */
  dismissAll(): void {
    for (const viewer of this.#viewers.values()) this.#dismiss(viewer);
  }

  resume(): void {
    this.#paused = false;
    if (this.#place === null || this.#closed) return;
    for (const viewer of this.#makeAll(this.#place, this.#viewers)) this.#take(viewer);
  }

  setPlayoutDelay(delay: PlayoutDelay): void {
    for (const viewer of this.#viewers.values()) viewer.setPlayoutDelay(delay);
  }

  readings(): ViewerReadings[] {
    return [...this.#viewers.values()].map((viewer) => viewer.readings());
  }

  tellTiming(): void {
    for (const viewer of this.#viewers.values())
      if (viewer.state === 'connected') this.#notify('timing', { viewer: viewer.id, tracks: viewer.timing() });
  }

  /** At once: when it returns, no thread of theirs is left. */
  close(): void {
    this.#closed = true;
    for (const viewer of this.#viewers.values()) viewer.close();
    this.#viewers.clear();
    this.#wanted.clear();
  }

  /** For everyone who is wanted and not `there`: all of them, or none. */
  #makeAll(place: Place, there: { has(viewer: string): boolean }): Viewer[] {
    const made: Viewer[] = [];
    try {
      for (const wanted of this.#wanted.values()) if (!there.has(wanted.viewer)) made.push(this.#made(place, wanted));
    } catch (error) {
      for (const viewer of made) viewer.close();
      throw error;
    }
    return made;
  }

  /** It holds nothing of the place: that may go before it. RFC 3550, section 5.1: the initial timestamp is random. */
  #made(place: Place, wanted: Wanted): Viewer {
    const { graph, blueprint } = place;
    const { viewer, ice, tracks } = wanted;
    return new Viewer(graph, blueprint.plan, {
      viewer,
      ice,
      text: blueprint.viewer(tracks, randomInt(2 ** 31)),
      offered: this.#offeredTo(wanted, place),
      extensions: blueprint.extensions,
      keyframe: () => this.#place?.keyframe(),
      notify: this.#notify,
    });
  }

  /** What it is offered there, see {@link offeredBy}. */
  #offeredTo({ tracks }: Wanted, { graph, blueprint }: Place): string {
    return offeredBy(graph, blueprint, tracks);
  }

  #take(viewer: Viewer): void {
    this.#viewers.set(viewer.id, viewer);
    this.#pump.add(viewer);
  }

  /** It hears of it at once; its end takes a while, for which nobody waits. */
  #dismiss(viewer: Viewer | undefined): void {
    if (viewer === undefined) return;
    this.#viewers.delete(viewer.id);
    this.#pump.delete(viewer);
    viewer.leave();
    setImmediate(() => {
      viewer.close();
      this.#memory.released();
    });
  }

  #named(name: string): Viewer {
    const viewer = this.#viewers.get(name);
    if (viewer === undefined) throw new BinocleError('not-found', `there is no viewer "${name}"`);
    return viewer;
  }
}
