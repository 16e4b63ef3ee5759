import { Emitter } from '../events.js';
import type { Comparison } from '../view/views.js';
import type { GuideName } from './guides.js';
import type { OffsetReading } from './offset-meter.js';

interface OverlayEvents {
  /** Other guides, another density of them, another comparison. */
  guides: [];
  /** Measuring began or ended, or there is a new reading. */
  offset: [];
}

/** Fewest and most lines from top to bottom. */
export const densities = { least: 3, most: 40, usual: 12 } as const;

/** What lies over the picture, on the page and in the headset alike. */
export class Overlays extends Emitter<OverlayEvents> {
  #guides: GuideName = 'none';
  #density: number = densities.usual;
  #comparison: Comparison | null = null;
  #measuring = false;
  #offset: OffsetReading | null = null;

  get guides(): GuideName {
    return this.#guides;
  }

  set guides(name: GuideName) {
    this.#guides = name;
    this.emit('guides');
  }

  /** Lines from top to bottom. */
  get density(): number {
    return this.#density;
  }

  set density(lines: number) {
    this.#density = Math.min(densities.most, Math.max(densities.least, Math.round(lines)));
    this.emit('guides');
  }

  /** In the headset: both eyes are shown both pictures so. */
  get comparison(): Comparison | null {
    return this.#comparison;
  }

  set comparison(comparison: Comparison | null) {
    this.#comparison = comparison;
    this.emit('guides');
  }

  get measuring(): boolean {
    return this.#measuring;
  }

  set measuring(on: boolean) {
    if (on === this.#measuring) return;
    this.#measuring = on;
    this.#offset = null;
    this.emit('offset');
  }

  /** The last reading; null until there is one. */
  get offset(): OffsetReading | null {
    return this.#offset;
  }

  /** It is true no more. */
  forgetReading(): void {
    this.#offset = null;
    this.emit('offset');
  }

  handleReading(reading: OffsetReading): void {
    if (!this.#measuring) return;
    this.#offset = reading;
    this.emit('offset');
  }
}
