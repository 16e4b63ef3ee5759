import { freemem } from 'node:os';
import type { Drawing } from '../protocol/engine.js';
import { BinocleError } from '../protocol/errors.js';
import type { EngineProcess } from './engine-process.js';

/** Where memory is short, an engine is loaded only for a change that is coming: who changes one setting soon changes another, ms. */
const keptMs = 20_000;
/** An engine that waits takes about 100 MB; what is free must be several times that, bytes. */
const enoughMemory = 512 * 2 ** 20;
/** Loading one takes a second of processor time, which pages that open have better uses for, ms. */
const afterMs = 10_000;

/**
 * At most one engine process that is loaded before it is known whether it is needed: what takes the longest when an engine ends or another graph is wished
 * for is done then. Owns the process until it is taken.
 */
export class Standby {
  readonly #fork: () => EngineProcess;
  #engine: EngineProcess | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(fork: () => EngineProcess) {
    this.#fork = fork;
  }

  /** One is wanted now, where none waits. */
  load(): void {
    if (this.#engine !== null) return;
    const engine = this.#fork();
    this.#engine = engine;
    engine.once('ended', () => {
      if (this.#engine === engine) this.#engine = null;
    });
    if (!affordable()) this.#after(keptMs, () => this.close());
  }

  /** A stream has begun: one waits for its end from ten seconds on, where this machine can afford that, and has drawn what `drawing` says then. */
  expectEnd(drawing: () => Drawing | null): void {
    if (this.#engine !== null) return;
    this.#after(afterMs, () => {
      const likely = drawing();
      if (likely === null || !affordable()) return;
      this.load();
      // What is wrong with it is told to whoever wants it.
      this.#engine?.request('prepare', likely).catch(() => undefined);
    });
  }

  /** Whoever takes it owns it. */
  take(): EngineProcess | null {
    const engine = this.#engine;
    this.#engine = null;
    this.#after(0, null);
    return engine;
  }

  close(): void {
    void this.take()?.stop('exited', new BinocleError('engine-failed', 'it was not needed'));
  }

  #after(ms: number, work: (() => void) | null): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = work === null ? null : setTimeout(work, ms).unref();
  }
}

/** Whether this machine has the memory for an engine that only waits. */
function affordable(): boolean {
  return freemem() >= enoughMemory;
}
