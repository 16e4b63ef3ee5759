import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Polled } from './pump.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** How long after the last removal, ms: those who leave together are collected together. */
const quietMs = 300;
/** Longest wait while viewers keep leaving, ms. */
const latestMs = 3_000;
/** A collection frees wrappers, then GLib their objects on this thread, and the next collection what those held: bin, webrtcbin, ICE object, agent. */
const passes = 6;

/**
 * GStreamer objects that JavaScript has seen live until their wrappers are collected, and an engine that does nothing per frame never fills its heap:
 * it would keep the threads and sockets of viewers who left. So it collects soon after something was removed.
 */
export class Memory implements Polled {
  #first: number | null = null;
  #last = 0;
  #left = 0;

  /** Something that GStreamer should free is no longer referred to. */
  released(): void {
    this.#last = performance.now();
    this.#first ??= this.#last;
    this.#left = passes;
  }

  tick(now: number): void {
    if (this.#first === null) return;
    if (now - this.#last < quietMs && now - this.#first < latestMs) return;
    collect();
    this.#left -= 1;
    this.#first = this.#left > 0 ? now : null;
    this.#last = now;
  }
}
