import { BinocleError } from '../protocol/errors.js';
import type { EngineProcess } from './engine-process.js';

/** Who changes a setting that needs a new graph changes another soon; after this long it was a mistake, ms. */
const keptMs = 20_000;

/** An engine process that is loaded before it is known whether it is needed. Owns the process until it is taken. */
export class Standby {
  readonly #engine: EngineProcess;
  readonly #gone: () => void;
  readonly #timer: NodeJS.Timeout;
  #left = false;

  /** `gone`: it was taken, or is no more. */
  constructor(fork: () => EngineProcess, gone: () => void) {
    this.#engine = fork();
    this.#gone = gone;
    this.#timer = setTimeout(() => this.close(), keptMs).unref();
    void this.#engine.ended.then(() => this.#leave());
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
    clearTimeout(this.#timer);
    this.#gone();
  }
}
