import { Worker } from 'node:worker_threads';

/** How long this process’s own thread may stand still, ms: GStreamer’s calls take tens of milliseconds, opening a camera up to some seconds. */
const aliveMs = 15_000;
const lookEveryMs = 200;

/**
 * Kills this process when its main thread hangs in GStreamer: a hung thread runs no timer, sees neither SIGTERM nor the end of the IPC channel, and
 * would stay for ever as an orphan. It is a thread of its own that shares one number with the main thread: until when it lives.
 */
export class Watchdog {
  readonly #until = new BigInt64Array(new SharedArrayBuffer(8));
  readonly #worker: Worker;

  constructor() {
    this.alive();
    this.#worker = new Worker(
      `const { workerData } = require('node:worker_threads');
      const sleeper = new Int32Array(new SharedArrayBuffer(4));
      for (;;) {
        Atomics.wait(sleeper, 0, 0, ${lookEveryMs});
        if (process.hrtime.bigint() > Atomics.load(workerData, 0)) process.kill(process.pid, 'SIGKILL');
      }`,
      {
        eval: true,
        workerData: this.#until,
        resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 },
      },
    );
    this.#worker.unref();
  }

  /** The main thread runs. */
  alive(): void {
    this.within(aliveMs);
  }

  /** What happens now is over in this many milliseconds, or the process is. */
  within(ms: number): void {
    Atomics.store(this.#until, 0, process.hrtime.bigint() + BigInt(Math.round(ms * 1e6)));
  }
}
