import type { EngineEvent, EngineEvents, EngineMethods, GraphReport } from '../protocol/engine.js';
import type { Content, Eye } from '../protocol/ws.js';
import { setLive, type SmallStep } from './apply-step.js';
import type { Blueprint } from './blueprint.js';
import { ControlsCheck } from './controls-check.js';
import { EncoderChange } from './encoder-change.js';
import { Graph } from './graph.js';
import { Keyframes } from './keyframes.js';
import type { Memory } from './memory.js';
import type { Polled, Pump } from './pump.js';
import { Readings } from './readings.js';
import { RectifyChange } from './rectify-change.js';
import { Snapshot } from './snapshot.js';
import type { Place, Viewers } from './viewers.js';
import { patient, Watch, type StartLimits } from './watch.js';

export type Notify = <E extends EngineEvent>(event: E, data: EngineEvents[E]) => void;
type Params<M extends keyof EngineMethods> = EngineMethods[M]['params'];

/** What every graph of a process has to do with. */
export interface Surroundings {
  pump: Pump;
  memory: Memory;
  viewers: Viewers;
}

/** One running stereo pair: the graph and everything that looks after it. */
export class Rig implements Place {
  /** What the graph was built with; small steps lead away from it. */
  readonly built: Blueprint['plan']['stages'];
  #blueprint: Blueprint;
  readonly #notify: Notify;
  readonly graph: Graph;
  readonly #pump: Pump;
  readonly #memory: Memory;
  readonly #viewers: Viewers;
  readonly #keyframes: Keyframes;
  /** What the pump polls for it. */
  readonly #polled = new Set<Polled>();
  readonly #snapshots = new Set<Snapshot>();
  readonly #changes = new Set<RectifyChange | EncoderChange>();
  #running = false;
  #startMs = 0;
  #closed = false;

  /** Builds the graph; nothing runs yet. Throws `missing-software` or `bad-graph`. */
  constructor(blueprint: Blueprint, { pump, memory, viewers }: Surroundings, notify: Notify) {
    this.#blueprint = blueprint;
    this.#pump = pump;
    this.#memory = memory;
    this.#viewers = viewers;
    this.built = blueprint.plan.stages;
    this.#notify = notify;
    this.graph = new Graph(blueprint.text, {
      eyes: Object.keys(blueprint.plan.sources) as Eye[],
      contents: blueprint.plan.outputs.map(({ content }) => content),
    });
    this.#keyframes = new Keyframes(this.graph);
  }

  /**
   * Plays, and resolves when every output has produced its first encoded frame. Rejects with what went wrong; nothing is left running then. A fault after
   * that is a `failed` event. `within`: ms to the first frame, where a graph that was asked for while another ran has to show soon that it can.
   */
  async start(within?: number): Promise<void> {
    try {
      await this.#untilRunning(within === undefined ? patient() : this.#blueprint.limits(within));
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

  /**
   * Does what leads to another blueprint, and follows that from then on; `back` leads here again. Viewers are offered anew where
   * encoders give something else than was offered. Rejects with the reason, and everything is as it was.
   */
  async apply(after: Blueprint, step: SmallStep, back: SmallStep): Promise<void> {
    setLive(this.graph, step.live, back.live);
    try {
      await this.#rectify(step.rectify);
      if (step.encoders.size > 0) await this.#exchangeEncoders(after, step.encoders);
    } catch (error) {
      if (!this.#closed) {
        await this.#rectify(back.rectify);
        setLive(this.graph, back.live, []);
      }
      throw error;
    }
    this.#blueprint = after;
    const delay = after.profile?.rate.playout_delay;
    if (delay !== undefined) this.#viewers.setPlayoutDelay(delay);
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

  /** Branches in or out of the eyes' places. */
  async #rectify(branches: ReadonlyMap<Eye, string | null>): Promise<void> {
    await Promise.all([...branches].map(([eye, text]) => this.#until(new RectifyChange(this.graph, eye, text))));
  }

  async #exchangeEncoders(after: Blueprint, texts: ReadonlyMap<Content, string>): Promise<void> {
    const change = new EncoderChange(this.graph, texts, (asOffered) => {
      if (!asOffered) this.#viewers.dismissAll();
    });
    this.#viewers.pause();
    try {
      await this.#until(change);
      // What viewers are made of is of the encoders that they get.
      this.#blueprint = after;
    } finally {
      this.#viewers.resume();
    }
  }

  async #until(change: RectifyChange | EncoderChange): Promise<void> {
    this.#changes.add(change);
    this.#poll(change);
    try {
      await change.done;
    } finally {
      this.#forget(change);
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
    const snapshot = new Snapshot(this.graph, output, text);
    this.#snapshots.add(snapshot);
    this.#poll(snapshot);
    try {
      return { base64: Buffer.from(await snapshot.picture).toString('base64') };
    } finally {
      this.#snapshots.delete(snapshot);
      this.#forget(snapshot);
      this.#memory.released();
    }
  }

  describe({ format }: Params<'graph'>): { text: string } {
    const texts = {
      launch: () => this.#blueprint.launch,
      dot: () => this.graph.dot(),
      json: () => JSON.stringify(this.report(), null, 2),
    };
    return { text: texts[format]() };
  }

  /** Viewers must be off already. When it returns, no thread of the graph's is left. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const polled of this.#polled) this.#forget(polled);
    for (const change of this.#changes) change.close();
    for (const snapshot of this.#snapshots) snapshot.close();
    this.graph.close();
    this.#memory.released();
  }

  #poll(polled: Polled): void {
    this.#polled.add(polled);
    this.#pump.add(polled);
  }

  #forget(polled: Polled): void {
    this.#polled.delete(polled);
    this.#pump.delete(polled);
  }

  #untilRunning(limits: StartLimits): Promise<void> {
    return new Promise((resolve, reject) => {
      const started = performance.now();
      const warn = (message: string) => this.#notify('warning', { message });
      const watch = new Watch(this.graph, this.#blueprint.plan.capture.fps, limits, {
        running: () => {
          this.#running = true;
          this.#startMs = Math.round(performance.now() - started);
          this.#poll(new Readings(this.graph, this.#viewers, (readings) => this.#tell(readings)));
          this.#poll(new ControlsCheck(this.graph, this.#blueprint, performance.now(), warn));
          resolve();
        },
        warning: warn,
        failed: (fault) => {
          if (this.#running) this.#notify('failed', fault.toShape());
          else reject(fault);
        },
      });
      for (const polled of [watch, this.#keyframes]) this.#poll(polled);
      this.graph.play();
    });
  }

  #tell(readings: EngineEvents['readings']): void {
    this.#notify('readings', readings);
    this.#viewers.tellTiming();
  }
}
