import { iterateMainContext } from './gst/gst.js';

/** What is polled instead of called back: nothing of ours ever runs on a GStreamer thread. */
export interface Polled {
  /** Milliseconds of `performance.now()`. Throws nothing. */
  tick(now: number): void;
  /** Whether somebody waits for the next thing that this will see. */
  hurried?(): boolean;
}

/** While somebody waits (a viewer negotiates, a snapshot is due), ms. */
const quick = 5;
/** Otherwise, ms: what is seen this late is a state of a viewer or an error on the bus. */
const calm = 200;

/** The one timer of the engine. It also lets GLib run what it queued on this thread, without which released objects stay. */
export class Pump {
  readonly #polled = new Set<Polled>();
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  add(polled: Polled): void {
    this.#polled.add(polled);
    this.wake();
  }

  delete(polled: Polled): void {
    this.#polled.delete(polled);
  }

  /** The next tick comes soon, whatever was planned. */
  wake(): void {
    this.#schedule(quick);
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #schedule(delay: number): void {
    if (this.#closed) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tick(), delay);
  }

  #tick(): void {
    iterateMainContext();
    const now = performance.now();
    for (const polled of this.#polled) polled.tick(now);
    const hurried = [...this.#polled].some((polled) => polled.hurried?.() === true);
    this.#schedule(hurried ? quick : calm);
  }
}
