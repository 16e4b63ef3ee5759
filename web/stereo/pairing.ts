import type { Eye } from '../../src/protocol/ws.js';
import { rtpDifference } from '../time/rtp.js';

/** A frame held for its partner. `value` is whatever shows it: a texture. */
interface Held<T> {
  rtpTimestamp: number;
  at: number;
  value: T;
}

export interface Shown<T> {
  left: T;
  right: T;
  /** pair: the same instant. unpaired: the newest of each. mono: one eye alone, shown to both. */
  kind: 'pair' | 'unpaired' | 'mono';
  /** Left minus right, ticks of the RTP clock; 0 unless unpaired. */
  skewTicks: number;
}

/** Frames held an eye: two tracks of one sender rarely differ by more than two. */
export const depth = 3;
/** An eye without a frame for this long is gone, and frames that never match are shown unpaired after it, ms. */
export const holdMs = 250;

/**
 * Chooses what to show of two tracks: the newest two frames with equal RTP timestamps, so that both eyes see the same instant. When no new pair has
 * come for `holdMs`, it shows what there is and says so. Pure bookkeeping: time is passed in.
 */
export class Pairing<T> {
  readonly #held: Record<Eye, Held<T>[]> = { left: [], right: [] };
  #shown: Shown<T> | null = null;
  #pairedAt = -Infinity;

  /** Takes a frame; returns what to show from now on, or null to leave what is shown. */
  handleFrame(eye: Eye, rtpTimestamp: number, at: number, value: T): Shown<T> | null {
    const mine = this.#held[eye];
    mine.push({ rtpTimestamp, at, value });
    if (mine.length > depth) mine.shift();
    if (this.#pairedAt === -Infinity) this.#pairedAt = at;
    const partner = this.#held[other(eye)].findLast((frame) => frame.rtpTimestamp === rtpTimestamp);
    if (partner) {
      this.#pairedAt = at;
      this.#forget(rtpTimestamp);
      return this.#show(eye, value, partner.value, 'pair', 0);
    }
    if (at - this.#pairedAt < holdMs) return null;
    const newest = this.#held[other(eye)].at(-1);
    if (!newest || at - newest.at >= holdMs) return this.#show(eye, value, value, 'mono', 0);
    const difference = rtpDifference(rtpTimestamp, newest.rtpTimestamp);
    return this.#show(eye, value, newest.value, 'unpaired', eye === 'left' ? difference : -difference);
  }

  get shown(): Shown<T> | null {
    return this.#shown;
  }

  /** What is being held or shown, and must not be overwritten. */
  inUse(value: T): boolean {
    const { left, right } = this.#held;
    return (
      this.#shown?.left === value || this.#shown?.right === value || [...left, ...right].some((h) => h.value === value)
    );
  }

  #show(eye: Eye, mine: T, theirs: T, kind: Shown<T>['kind'], skewTicks: number): Shown<T> {
    this.#shown =
      eye === 'left' ? { left: mine, right: theirs, kind, skewTicks } : { left: theirs, right: mine, kind, skewTicks };
    return this.#shown;
  }

  /** Frames up to this instant can no longer become a newer pair. */
  #forget(rtpTimestamp: number): void {
    for (const eye of ['left', 'right'] as const)
      this.#held[eye] = this.#held[eye].filter((frame) => rtpDifference(frame.rtpTimestamp, rtpTimestamp) > 0);
  }
}

function other(eye: Eye): Eye {
  return eye === 'left' ? 'right' : 'left';
}
