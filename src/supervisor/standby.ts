import { freemem } from 'node:os';
import { BinocleError } from '../protocol/errors.js';
import type { Drawing } from '../protocol/engine.js';
import type { EngineProcess } from './engine-process.js';

/** Where memory is short, an engine is loaded only for a change that is coming: who changes one setting soon changes another, ms. */
const keptMs = 20_000;
/** An engine that waits takes about 100 MB; what is free must be several times that, bytes. */
const enoughMemory = 512 * 2 ** 20;
/** Loading one takes a second of processor time, which pages that open have better uses for, ms. */
export const spareAfterMs = 10_000;

/** Whether this machine can afford an engine that only waits. */
export function canSpare(): boolean {
  return freemem() >= enoughMemory;
}

/**
 * An engine process that is loaded before it is known whether it is needed: what takes the longest when an engine ends or another graph is wished for is
 * done then. Owns the process until it is taken.
 */
export class Standby {
  readonly #engine: EngineProcess;
  readonly #gone: () => void;
  readonly #timer: NodeJS.Timeout | null;
  #left = false;

  /** `spare`: kept as long as it takes. `gone`: it was taken, or is no more. */
  constructor(engine: EngineProcess, { spare, gone }: { spare: boolean; gone: () => void }) {
    this.#engine = engine;
    this.#gone = gone;
    this.#timer = spare ? null : setTimeout(() => this.close(), keptMs).unref();
    void this.#engine.ended.then(() => this.#leave());
  }

  /** Has it draw what is most likely to be wanted of it: the same again. */
  prepare(drawing: Drawing): void {
    // What is wrong with it is told to whoever wants it.
    this.#engine.request('prepare', drawing).catch(() => undefined);
  }

  /** Whoever takes it owns it. */
  take(): EngineProcess {
    this.#leave();
    return this.#engine;
  }

  close(): void {
    if (this.#left) return;
    this.#leave();
    void this.#engine.stop('exited', new BinocleError('engine-failed', 'it was not needed'));
  }

  #leave(): void {
    if (this.#left) return;
    this.#left = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#gone();
  }
}
