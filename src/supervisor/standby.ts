import { freemem } from 'node:os';
import type { Drawing } from '../protocol/engine.js';
import { BinocleError } from '../protocol/errors.js';
import type { EngineProcess } from './engine-process.js';

/** An engine that waits takes about 100 MB; what is free must be several times that, bytes. */
const enoughMemory = 512 * 2 ** 20;
/** Loading one takes a second of processor time, which pages that open have better uses for, ms. */
const afterMs = 10_000;

/**
 * At most one engine process that is loaded before it is known whether it is needed, with the graph that runs drawn: what takes the longest when an engine
 * ends is done then. Owns the process until it is taken.
 */
export class Standby {
  readonly #fork: () => EngineProcess;
  #engine: EngineProcess | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(fork: () => EngineProcess) {
    this.#fork = fork;
  }

  /** A graph plays: an engine waits for its end from ten seconds on, where this machine can afford that, and has drawn what `drawing` says then. */
  expectEnd(drawing: () => Drawing | null): void {
    this.#forget();
    this.#timer = setTimeout(() => {
      const likely = drawing();
      if (likely === null || (this.#engine === null && !affordable())) return;
      this.#engine ??= this.#load();
      // What is wrong with it is told to whoever wants it.
      this.#engine.request('prepare', likely).catch(() => undefined);
    }, afterMs).unref();
  }

  /** Whoever takes it owns it. */
  take(): EngineProcess | null {
    const engine = this.#engine;
    this.#engine = null;
    this.#forget();
    return engine;
  }

  close(): void {
    void this.take()?.stop('exited', new BinocleError('engine-failed', 'it was not needed'));
  }

  #load(): EngineProcess {
    const engine = this.#fork();
    engine.once('ended', () => {
      if (this.#engine === engine) this.#engine = null;
    });
    return engine;
  }

  #forget(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

/** Whether this machine has the memory for an engine that only waits. */
function affordable(): boolean {
  return freemem() >= enoughMemory;
}
