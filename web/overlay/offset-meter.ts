import { layoutFacts } from '../stereo/layouts.js';
import type { Viewer } from '../viewer.js';
import { captureEyes } from './capture-eyes.js';
import type { VerticalOffset } from './vertical-offset.js';

/** In pixels of one eye's picture as it is sent; `one-eye` where there are no two to compare. */
export type OffsetReading =
  (VerticalOffset & { kind: 'measured'; height: number }) | { kind: 'no-texture' | 'no-agreement' | 'one-eye' };

/** Milliseconds from one reading to the next, and until a pair of two tracks is given up. */
const times = { every: 1000, pair: 800 } as const;

/** The worker's file, by web/build.mjs. */
declare const offsetWorkerPath: string;

/** Measures the vertical offset between the eyes about once a second, while it is on; the reckoning is done by a worker, off the page's frames. */
export class OffsetMeter {
  readonly #viewer: Viewer;
  readonly #tell: (reading: OffsetReading) => void;
  #worker: Worker | null = null;
  #timer = 0;
  /** Of what is being measured: the eye's height as it is sent, and how much larger than its copy. */
  #eye = { height: 0, scale: 1 };

  constructor(viewer: Viewer, tell: (reading: OffsetReading) => void) {
    this.#viewer = viewer;
    this.#tell = tell;
  }

  start(): void {
    if (this.#worker) return;
    const worker = this.#begin();
    void this.#measure(worker);
  }

  /** Drops what is being measured, and begins again when what was sent before has been shown. */
  again(): void {
    if (!this.#worker) return;
    this.stop();
    this.#later(this.#begin(), this.#viewer.latency?.p50);
  }

  #begin(): Worker {
    const worker = new Worker(offsetWorkerPath, { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<VerticalOffset>) => {
      const { dy = 0, error = 0 } = data.kind === 'measured' ? data : {};
      const { height, scale } = this.#eye;
      this.#tell(data.kind === 'measured' ? { ...data, dy: dy * scale, error: error * scale, height } : data);
      this.#later(worker);
    });
    this.#worker = worker;
    return worker;
  }

  stop(): void {
    this.#worker?.terminate();
    this.#worker = null;
    clearTimeout(this.#timer);
  }

  async #measure(worker: Worker): Promise<void> {
    if (this.#viewer.layout === 'mono') this.#tell({ kind: 'one-eye' });
    const height =
      this.#viewer.videos.left.element.videoHeight * layoutFacts[this.#viewer.layout].eyes.left.region.height;
    const eyes = await captureEyes(this.#viewer, AbortSignal.timeout(times.pair));
    if (!eyes) this.#later(worker);
    else if (worker === this.#worker) {
      this.#eye = { height, scale: height / eyes.left.height };
      worker.postMessage(eyes, [eyes.left, eyes.right]);
    } else for (const bitmap of [eyes.left, eyes.right]) bitmap.close();
  }

  /** `wait`: longer than usual by so much, ms. */
  #later(worker: Worker, wait = 0): void {
    if (worker === this.#worker) this.#timer = window.setTimeout(() => void this.#measure(worker), times.every + wait);
  }
}
