import { percentile, Window } from '../time/percentile.js';
import type { Shown } from './pairing.js';

export interface Skew {
  /** Between the instants of the two eyes as shown, ms. */
  p50: number;
  p95: number;
  p99: number;
  /** Fraction of the paints whose eyes were a pair, less than half a frame apart. */
  paired: number;
  frames: number;
}

const windowFrames = 300;

/** How far apart the eyes are that are shown together. */
export class SkewMeter {
  readonly #window = new Window<{ ms: number; paired: boolean }>(windowFrames);

  handleShown(shown: Pick<Shown<unknown>, 'kind' | 'skewTicks'>, clockRate: number): void {
    if (shown.kind === 'mono') return;
    this.#window.push({ ms: (Math.abs(shown.skewTicks) / clockRate) * 1000, paired: shown.kind === 'pair' });
  }

  /** Of the frames since this was last asked for, ms. */
  take(): number[] {
    return this.#window.take().map(({ ms }) => ms);
  }

  reset(): void {
    this.#window.clear();
  }

  /** Null with one track, whose eyes were joined before they were sent. */
  read(): Skew | null {
    const frames = this.#window.values;
    if (frames.length === 0) return null;
    const sorted = frames.map(({ ms }) => ms).toSorted((a, b) => a - b);
    return {
      p50: percentile(sorted, 0.5),
      p95: percentile(sorted, 0.95),
      p99: percentile(sorted, 0.99),
      paired: frames.filter(({ paired }) => paired).length / frames.length,
      frames: frames.length,
    };
  }
}
