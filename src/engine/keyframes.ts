import type { Graph } from './graph.js';
import { forceKeyframe } from './gst/keyframe.js';
import type { Polled } from './pump.js';

/** Least distance between two keyframes that are asked for, ms: ten viewers who come at once share one. */
const leastDistanceMs = 100;

/** Keyframes on demand, for all outputs at once: both eyes start on the same frame. */
export class Keyframes implements Polled {
  readonly #graph: Graph;
  #wanted = false;
  #last = -Infinity;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  request(): void {
    this.#wanted = true;
  }

  hurried(): boolean {
    return this.#wanted;
  }

  tick(now: number): void {
    if (!this.#wanted || now - this.#last < leastDistanceMs) return;
    this.#wanted = false;
    this.#last = now;
    for (const { encoder } of this.#graph.outputs) forceKeyframe(encoder);
  }
}
