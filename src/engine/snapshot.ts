import { BinocleError } from '../protocol/errors.js';
import type { Graph } from './graph.js';
import type { Content } from '../protocol/ws.js';
import { Branch } from './gst/branch.js';
import { parseBin } from './gst/parse.js';
import { elementNamed, originOf } from './gst/pipeline.js';
import { pullSample } from './gst/sample.js';
import type { Element } from './gst/gst.js';
import type { Polled } from './pump.js';

/** Two frames at one frame a second, and the time to encode them as PNG where something else takes the processor. */
const limitMs = 8_000;
/** A camera whose timestamps do not tell when a picture was taken is believed after this long, ms. */
const strictMs = 500;

/** One picture taken from a `${content}_raw` tee, of what was to be seen when it was asked for or after: a branch that exists until that is encoded. */
export class Snapshot implements Polled {
  readonly picture: Promise<Uint8Array>;
  readonly #graph: Graph;
  readonly #branch: Branch;
  readonly #elements: Element[];
  readonly #since = performance.now();
  /** On the pipeline's clock, ns. */
  readonly #asked = Number(process.hrtime.bigint());
  #settle!: { resolve(picture: Uint8Array): void; reject(error: BinocleError): void };
  #closed = false;

  /** `text`: a fragment from an element named `snapshot_queue` to an appsink named `snapshot_sink`. */
  constructor(graph: Graph, content: Content, text: string) {
    this.#graph = graph;
    this.picture = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    const bin = parseBin(text);
    const queue = elementNamed(bin, 'snapshot_queue');
    this.#elements = [elementNamed(bin, 'snapshot_sink'), queue];
    this.#branch = new Branch(bin, ['snapshot_queue'], this.#elements);
    this.#branch.hang(graph.pipeline, [graph.output(content).raw]);
  }

  hurried(): boolean {
    return true;
  }

  tick(now: number): void {
    if (this.#closed) return;
    const sample = pullSample(this.#elements[0]!);
    // What was under way already may show how things were before.
    if (sample !== null && (this.#capturedAt(sample.pts) >= this.#asked || now - this.#since > strictMs)) {
      try {
        this.#settle.resolve(sample.bytes());
      } catch (error) {
        this.#settle.reject(BinocleError.from(error));
      }
      this.close();
    } else if (now - this.#since > limitMs) {
      this.close();
    }
  }

  #capturedAt(pts: number): number {
    return (originOf(this.#elements[1]!, this.#graph.pipeline) ?? 0) + pts;
  }

  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#branch.close();
    this.#settle.reject(new BinocleError('timeout', 'no picture came within 8 s'));
  }
}
