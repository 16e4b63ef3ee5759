import { BinocleError } from '../protocol/errors.js';
import type { Eye } from '../protocol/ws.js';
import type { Graph } from './graph.js';
import { DetourBranch, detourFrames } from './gst/detour.js';
import type { Bin, Element } from './gst/gst.js';
import { parsePart } from './gst/parse.js';
import { capsInto } from './gst/pipeline.js';
import type { Polled } from './pump.js';
import { Trial } from './trial.js';

/** From a start to the first frame, ms: software GL makes its context and compiles the shader in some 100. */
const limitMs = 5_000;
/** Its thread does the branch's work, so that the picture goes on while GL starts; as in `capture/count.gst`. */
const entrance = 'queue leaky=downstream max-size-buffers=1 max-size-bytes=0 max-size-time=0';

/**
 * A rectification put into a running graph at its `${eye}_detour`, or taken out, without a frame lost: the graph has the place where nothing was to be rectified
 * when it was built. It is tried first in a pipeline of its own, then goes beside the direct way until it gives frames, which have the caps of the direct way, so
 * that nothing after it is negotiated again. Another branch at the place is taken out before.
 */
export class RectifyChange implements Polled {
  /** Resolves when frames have taken the new way. Rejects with the reason, and they go straight on. */
  readonly done: Promise<void>;
  readonly #graph: Graph;
  readonly #eye: Eye;
  readonly #detour: Element;
  readonly #bin: Bin | null;
  readonly #trial: Trial | null;
  #settle!: { resolve(): void; reject(error: BinocleError): void };
  #phase: 'trying' | 'leaving' | 'entering' | 'over' = 'trying';
  #since = performance.now();
  #before = { direct: 0, around: 0 };
  #fault: BinocleError | null = null;

  /**
   * `text`: the branch, from raw frames of the encoder's format and the eye's size to the same; null: none. GL's environment is set already. Throws
   * `missing-software`, `bad-graph`, and `not-found` where the graph has no such place, with nothing touched.
   */
  constructor(graph: Graph, eye: Eye, text: string | null) {
    this.#graph = graph;
    this.#eye = eye;
    this.#detour = graph.detour(eye);
    const caps = capsInto(this.#detour);
    this.#bin = text === null ? null : parsePart(`${entrance} ! ${text}`);
    this.#trial = text === null ? null : new Trial(caps, text, caps);
    this.done = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }

  hurried(): boolean {
    return this.#phase !== 'over';
  }

  tick(now: number): void {
    try {
      if (this.#phase === 'trying') this.#try(now);
      else if (this.#phase === 'leaving') this.#follow(now);
      else if (this.#phase === 'entering') this.#enter(now);
    } catch (error) {
      this.#over(BinocleError.from(error));
    }
  }

  /** The graph ends meanwhile. */
  close(): void {
    this.#over(new BinocleError('engine-failed', 'the graph ended while its rectification was being changed'));
  }

  #try(now: number): void {
    const path = `profile.view.${this.#eye}`;
    const fault = this.#trial?.fault('the rectification', path) ?? null;
    if (fault !== null) return this.#over(fault);
    if (this.#trial?.works() ?? true) {
      this.#trial?.close();
      this.#leave(now);
    } else if (now - this.#since > limitMs) this.#over(silent());
  }

  /** Frames go straight on, and the branch that is there comes off after the next of them. */
  #leave(now: number): void {
    this.#begin('leaving', now);
    const branch = this.#graph.branches.get(this.#eye);
    if (branch === undefined) this.#left(now);
    else branch.leave();
  }

  #follow(now: number): void {
    // A camera that gives no frame has none in the branch.
    if (detourFrames(this.#detour).direct === this.#before.direct && now - this.#since < limitMs) return;
    this.#graph.branches.get(this.#eye)?.close();
    this.#graph.branches.delete(this.#eye);
    this.#left(now);
  }

  #left(now: number): void {
    if (this.#bin === null || this.#fault !== null) return this.#over(this.#fault);
    this.#begin('entering', now);
    this.#graph.branches.set(this.#eye, new DetourBranch(this.#graph.pipeline, this.#detour, this.#bin));
  }

  #enter(now: number): void {
    if (detourFrames(this.#detour).around > this.#before.around) return this.#over(null);
    if (now - this.#since < limitMs) return;
    this.#fault = silent();
    this.#leave(now);
  }

  #begin(phase: 'leaving' | 'entering', now: number): void {
    this.#phase = phase;
    this.#since = now;
    this.#before = detourFrames(this.#detour);
  }

  #over(error: BinocleError | null): void {
    if (this.#phase === 'over') return;
    this.#phase = 'over';
    this.#trial?.close();
    if (error === null) this.#settle.resolve();
    else this.#settle.reject(error);
  }
}

function silent(): BinocleError {
  return new BinocleError('engine-failed', `the rectification gave no frame within ${limitMs / 1000} s`);
}
