import { BinocleError } from '../protocol/errors.js';
import type { Graph } from './graph.js';
import type { Content } from '../protocol/ws.js';
import { parseBin } from './gst/parse.js';
import { attach, detach, elementNamed, type Branch } from './gst/pipeline.js';
import { pullBytes } from './gst/sample.js';
import type { Element } from './gst/gst.js';
import type { Polled } from './pump.js';

/** Two frames at one frame a second, and the time to encode one. */
const limitMs = 3_000;

/** One picture taken from a `${content}_raw` tee: a branch that exists until its first picture is encoded. */
export class Snapshot implements Polled {
  readonly picture: Promise<Uint8Array>;
  readonly #graph: Graph;
  readonly #branch: Branch;
  readonly #elements: Element[];
  readonly #since = performance.now();
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
    this.#branch = attach(graph.pipeline, bin, [{ name: 'picture', entrance: queue, tee: graph.output(content).raw }]);
  }

  hurried(): boolean {
    return true;
  }

  tick(now: number): void {
    if (this.#closed) return;
    const picture = pullBytes(this.#elements[0]!);
    if (picture !== null) {
      this.#settle.resolve(picture);
      this.close();
    } else if (now - this.#since > limitMs) {
      this.close();
    }
  }

  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    detach(this.#graph.pipeline, this.#branch, this.#elements);
    this.#settle.reject(new BinocleError('timeout', 'no picture came within 3 s'));
  }
}
