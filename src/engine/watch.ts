import { BinocleError, type Reason } from '../protocol/errors.js';
import type { Content, Eye } from '../protocol/ws.js';
import { faultOf, silentCamera } from './faults.js';
import type { Graph } from './graph.js';
import { drain } from './gst/bus.js';
import { recalculateLatency } from './gst/pipeline.js';
import { onThisMachine } from '../slowness.js';
import type { Polled } from './pump.js';

/** How long everything may take from PLAYING to its first frame, ms. */
export interface StartLimits {
  camera: Record<Eye, number>;
  encoded: number;
}

/** How long a camera may take from PLAYING to the first encoded frame, ms: a USB camera takes 1–3 s, libcamera’s pipelines about 1 s. */
const startLimitMs = 15_000;
/** Nobody waits for another picture meanwhile. */
export function patient(): StartLimits {
  const limit = onThisMachine(startLimitMs);
  return { camera: { left: limit, right: limit }, encoded: limit };
}
/** How often frames are counted, ms. */
const countEveryMs = 250;

/** Longest silence of a running camera or encoder, ms; five frames where they come slowly. */
export function silenceLimit(fps: number): number {
  return Math.max(2_000, 5_000 / fps);
}

export interface WatchEvents {
  /** Every output has produced a frame. Once. */
  running(): void;
  warning(message: string): void;
  /** The graph is of no use any more. Once, and nothing after it. */
  failed(fault: BinocleError): void;
}

/** Empties the bus and counts frames: tells when the graph runs, when it complains, and when it has failed. */
export class Watch implements Polled {
  readonly #graph: Graph;
  readonly #fps: number;
  readonly #limits: StartLimits;
  readonly #events: WatchEvents;
  readonly #started = performance.now();
  readonly #eyes = new Map<Eye, Advance>();
  readonly #outputs = new Map<Content, Advance>();
  #counted = 0;
  #running = false;
  #over = false;

  constructor(graph: Graph, fps: number, limits: StartLimits, events: WatchEvents) {
    this.#graph = graph;
    this.#fps = fps;
    this.#limits = limits;
    this.#events = events;
  }

  hurried(): boolean {
    return !this.#running && !this.#over;
  }

  tick(now: number): void {
    if (this.#over) return;
    const fault = this.#bus() ?? (now - this.#counted >= (this.#running ? countEveryMs : 0) ? this.#frames(now) : null);
    if (fault === null) return;
    this.#over = true;
    this.#events.failed(fault);
  }

  #bus(): BinocleError | null {
    const messages = drain(this.#graph.pipeline);
    if (messages.some(({ kind }) => kind === 'latency')) recalculateLatency(this.#graph.pipeline);
    for (const message of messages.filter(({ kind }) => kind === 'warning')) {
      this.#events.warning(`${message.path.at(-1) ?? ''}: ${message.text} [debug:${message.debug.trim()}]`);
    }
    const errors = messages.filter(({ kind }) => kind === 'error').map((error) => faultOf(error, this.#graph.cameras));
    // One fault makes others fail: a shader’s is the one to tell, then the camera’s.
    const of = (wanted: Reason) => errors.find(({ reason }) => reason === wanted);
    return of('bad-graph') ?? of('source-failed') ?? errors[0] ?? null;
  }

  #frames(now: number): BinocleError | null {
    this.#counted = now;
    const ended = this.#graph.ended();
    if (ended !== null) return ended;
    const limitOf = (starting: number) => (this.#running ? silenceLimit(this.#fps) : starting);
    const silent = (seen: Map<Eye | Content, Advance>, key: Eye | Content, frames: number, limit: number) => {
      const before = seen.get(key) ?? { frames: 0, at: this.#started };
      if (frames > before.frames) seen.set(key, { frames, at: now });
      return now - (seen.get(key) ?? before).at > limit;
    };
    for (const eye of this.#graph.captured.keys()) {
      const limit = limitOf(this.#limits.camera[eye]);
      if (silent(this.#eyes, eye, this.#graph.capturedFrames(eye), limit))
        return silentCamera(eye, `gave no frame for ${inSeconds(limit)}`);
    }
    for (const output of this.#graph.outputs) {
      const limit = limitOf(this.#limits.encoded);
      if (silent(this.#outputs, output.content, this.#graph.encodedFrames(output), limit)) {
        return new BinocleError(
          'engine-failed',
          `No encoded frame of "${output.content}" for ${inSeconds(limit)}, though the cameras run. [encoder:${output.encoder.getName() ?? ''}]`,
        );
      }
    }
    if (!this.#running && this.#outputs.size === this.#graph.outputs.length) {
      const unusable = this.#graph.unusable();
      if (unusable !== null) return unusable;
      this.#running = true;
      this.#events.running();
    }
    return null;
  }
}

function inSeconds(ms: number): string {
  return `${Number((ms / 1000).toFixed(1))} s`;
}

interface Advance {
  frames: number;
  at: number;
}
