import { BinocleError } from '../protocol/errors.js';
import type { EngineEvent, EngineEvents, EngineMethods, GraphReport } from '../protocol/engine.js';
import type { Content, Eye } from '../protocol/ws.js';
import { setLive, type SmallStep } from './apply-step.js';
import type { Blueprint } from './blueprint.js';
import { EncoderChange } from './encoder-change.js';
import { Graph } from './graph.js';
import { Keyframes } from './keyframes.js';
import type { Memory } from './memory.js';
import { Pump } from './pump.js';
import { Readings } from './readings.js';
import { RectifyChange } from './rectify-change.js';
import { Snapshot } from './snapshot.js';
import { Viewer } from './viewer.js';
import { patient, Watch, type StartLimits } from './watch.js';

export type Notify = <E extends EngineEvent>(event: E, data: EngineEvents[E]) => void;
type Params<M extends keyof EngineMethods> = EngineMethods[M]['params'];

/** One running stereo pair: the graph, its viewers, and everything that looks after them. */
export class Rig {
  /** What the graph was built with; small steps lead away from it. */
  readonly built: Blueprint['plan']['stages'];
  #blueprint: Blueprint;
  readonly #notify: Notify;
  readonly #graph: Graph;
  readonly #pump = new Pump();
  readonly #memory: Memory;
  readonly #keyframes: Keyframes;
  readonly #viewers = new Map<string, Viewer>();
  readonly #wanted = new Map<string, Params<'addViewer'>>();
  readonly #snapshots = new Set<Snapshot>();
  readonly #changes = new Set<RectifyChange | EncoderChange>();
  #exchanging = false;
  #running = false;
  #startMs = 0;
  #closed = false;

  /** Builds the graph; nothing runs yet. Throws `missing-software` or `bad-graph`. */
  constructor(blueprint: Blueprint, memory: Memory, notify: Notify) {
    this.#blueprint = blueprint;
    this.#memory = memory;
    this.built = blueprint.plan.stages;
    this.#notify = notify;
    this.#graph = new Graph(blueprint.text, {
      eyes: blueprint.plan.sources.right === undefined ? ['left'] : ['left', 'right'],
      contents: blueprint.plan.outputs.map(({ content }) => content),
    });
    this.#keyframes = new Keyframes(this.#graph);
  }

  /**
   * Plays, and resolves when every output has produced its first encoded frame. Rejects with what went wrong; nothing is left running then. A fault after
   * that is a `failed` event. `within`: ms to the first frame, where a graph that was asked for while another ran has to show soon that it can.
   */
  async start(within?: number): Promise<void> {
    try {
      await this.#untilRunning(within === undefined ? patient : this.#blueprint.limits(within));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Started and not closed. */
  get running(): boolean {
    return this.#running && !this.#closed;
  }

  get blueprint(): Blueprint {
    return this.#blueprint;
  }

  /** Who asked to be a viewer and has not left. */
  get wanted(): Iterable<Params<'addViewer'>> {
    return this.#wanted.values();
  }

  /**
   * Does what leads to another blueprint, and follows that from then on; `back` leads here again. Encoders that give something else than was offered offer
   * every viewer anew.
   * Rejects with the reason, and everything is as it was.
   */
  async apply(after: Blueprint, step: SmallStep, back: SmallStep): Promise<void> {
    setLive(this.#graph, step.live, back.live);
    try {
      await this.#rectify(step.rectify);
      if (step.encoders.size > 0) await this.#exchangeEncoders(after, step.encoders);
    } catch (error) {
      if (!this.#closed) {
        await this.#rectify(back.rectify);
        setLive(this.#graph, back.live, []);
      }
      throw error;
    }
    this.#blueprint = after;
    const delay = after.profile?.rate.playout_delay;
    if (delay !== undefined) for (const viewer of this.#viewers.values()) viewer.setPlayoutDelay(delay);
  }

  report(): GraphReport {
    const { layout, codec, encoder, sources, capture, gl, outputs, choices } = this.#blueprint.plan;
    return {
      layout,
      codec,
      encoder,
      sources,
      capture,
      gl,
      outputs: outputs.map(({ content, width, height }) => ({ content, width, height })),
      choices: choices.map(({ what, chosen, because }) => `${what}: ${chosen} (${because})`),
      launch: this.#blueprint.launch,
      exclusive: this.#blueprint.exclusive,
      startMs: this.#startMs,
    };
  }

  /** Throws `bad-message` for a name that is taken, and what the branch’s text throws. */
  addViewer(wanted: Params<'addViewer'>): void {
    if (this.#wanted.has(wanted.viewer))
      throw new BinocleError('bad-message', `the viewer "${wanted.viewer}" is there already`);
    // While encoders are exchanged there is nothing to offer: its turn comes after that.
    if (!this.#exchanging) this.#attach(wanted);
    this.#wanted.set(wanted.viewer, wanted);
  }

  #attach({ viewer, ice }: Params<'addViewer'>): void {
    const added = new Viewer(this.#graph, {
      viewer,
      ice,
      layout: this.#blueprint.plan.layout,
      text: (timestampOffset) => this.#blueprint.viewer(timestampOffset),
      extensions: this.#blueprint.extensions,
      keyframe: () => this.#keyframes.request(),
      notify: this.#notify,
    });
    this.#viewers.set(viewer, added);
    this.#pump.add(added);
  }

  answer({ viewer, sdp }: Params<'answer'>): void {
    this.#viewer(viewer).answer(sdp);
    this.#pump.wake();
  }

  candidate({ viewer, ...candidate }: Params<'candidate'>): void {
    this.#viewer(viewer).candidate(candidate);
  }

  /** One that is not there is no error. */
  removeViewer({ viewer }: Params<'removeViewer'>): void {
    this.#wanted.delete(viewer);
    this.#detach(viewer);
  }

  #detach(viewer: string): void {
    const leaving = this.#viewers.get(viewer);
    if (leaving === undefined) return;
    this.#viewers.delete(viewer);
    this.#pump.delete(leaving);
    leaving.close();
    this.#memory.released();
  }

  /** Branches in or out of the eyes' places. */
  async #rectify(branches: ReadonlyMap<Eye, string | null>): Promise<void> {
    await Promise.all([...branches].map(([eye, text]) => this.#until(new RectifyChange(this.#graph, eye, text))));
  }

  async #exchangeEncoders(after: Blueprint, texts: ReadonlyMap<Content, string>): Promise<void> {
    const leave = (asOffered: boolean): void => {
      if (asOffered) return;
      for (const id of this.#viewers.keys()) this.#detach(id);
    };
    const change = new EncoderChange(this.#graph, texts, leave);
    this.#exchanging = true;
    try {
      await this.#until(change);
      // What viewers are made of is of the encoders that they get.
      this.#blueprint = after;
    } finally {
      this.#exchanging = false;
      const waiting = [...this.#wanted.values()].filter(({ viewer }) => !this.#viewers.has(viewer));
      if (!this.#closed) for (const wanted of waiting) this.#attach(wanted);
    }
  }

  async #until(change: RectifyChange | EncoderChange): Promise<void> {
    this.#changes.add(change);
    this.#pump.add(change);
    try {
      await change.done;
    } finally {
      this.#pump.delete(change);
      this.#changes.delete(change);
      this.#memory.released();
    }
  }

  keyframe(): void {
    this.#keyframes.request();
    this.#pump.wake();
  }

  async snapshot({ eye, format }: Params<'snapshot'>): Promise<{ base64: string }> {
    const { output, text } = this.#blueprint.snapshot(eye, format);
    const snapshot = new Snapshot(this.#graph, output, text);
    this.#snapshots.add(snapshot);
    this.#pump.add(snapshot);
    try {
      return { base64: Buffer.from(await snapshot.picture).toString('base64') };
    } finally {
      this.#snapshots.delete(snapshot);
      this.#pump.delete(snapshot);
      this.#memory.released();
    }
  }

  graph({ format }: Params<'graph'>): { text: string } {
    const texts = {
      launch: () => this.#blueprint.launch,
      dot: () => this.#graph.dot(),
      json: () => JSON.stringify(this.report(), null, 2),
    };
    return { text: texts[format]() };
  }

  /** Viewers first, then the graph: when it returns, no thread of GStreamer’s is left. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#pump.close();
    for (const change of this.#changes) change.close();
    for (const viewer of this.#viewers.values()) viewer.close();
    for (const snapshot of this.#snapshots) snapshot.close();
    this.#viewers.clear();
    this.#wanted.clear();
    this.#graph.close();
    this.#memory.released();
  }

  #viewer(name: string): Viewer {
    const viewer = this.#viewers.get(name);
    if (viewer === undefined) throw new BinocleError('not-found', `there is no viewer "${name}"`);
    return viewer;
  }

  #untilRunning(limits: StartLimits): Promise<void> {
    return new Promise((resolve, reject) => {
      const started = performance.now();
      const watch = new Watch(this.#graph, this.#blueprint.plan.capture.fps, limits, {
        running: () => {
          this.#running = true;
          this.#startMs = Math.round(performance.now() - started);
          this.#pump.add(new Readings(this.#graph, this.#viewers, (readings) => this.#tell(readings)));
          resolve();
        },
        warning: (message) => this.#notify('warning', { message }),
        failed: (fault) => {
          if (this.#running) this.#notify('failed', fault.toShape());
          else reject(fault);
        },
      });
      for (const polled of [watch, this.#keyframes, this.#memory]) this.#pump.add(polled);
      this.#graph.play();
    });
  }

  #tell(readings: EngineEvents['readings']): void {
    this.#notify('readings', readings);
    for (const viewer of this.#viewers.values()) {
      if (viewer.state === 'connected') this.#notify('timing', { viewer: viewer.id, tracks: viewer.timing() });
    }
  }
}
