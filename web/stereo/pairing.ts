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
  /** pair: as near in time as the two cameras take them. unpaired: the newest of each. mono: one eye alone, shown to both. */
  kind: 'pair' | 'unpaired' | 'mono';
  /** Left minus right, ticks of the RTP clock. */
  skewTicks: number;
}

/** Frames held an eye: how far one track may run ahead of the other. */
export const depth = 8;
/** An eye without a frame for this long is gone, and frames that never match are shown unpaired after it, ms. */
export const holdMs = 250;

/**
 * Chooses what to show of two tracks: the newest two frames that are less than half a frame apart by their RTP timestamps, which are one clock for
 * both; so both eyes see the same instant as nearly as the cameras saw it. When no new pair has come for `holdMs`, it shows what there is and says
 * so. Pure bookkeeping: time is passed in.
 */
export class Pairing<T> {
  readonly #frameTicks: () => number;
  readonly #depth: number;
  readonly #held: Record<Eye, Held<T>[]> = { left: [], right: [] };
  #shown: Shown<T> | null = null;
  /** Since when frames have been coming without a partner; null while they are paired. */
  #aloneSince: number | null = null;

  /** Ticks of the RTP clock between two frames of a track, as it is now; `held`: frames held an eye. */
  constructor(frameTicks: () => number, held = depth) {
    this.#frameTicks = frameTicks;
    this.#depth = held;
  }

  /** Takes a frame; returns what to show from now on, or null to leave what is shown. */
  handleFrame(eye: Eye, rtpTimestamp: number, at: number, value: T): Shown<T> | null {
    const mine: Held<T> = { rtpTimestamp, at, value };
    this.#held[eye].push(mine);
    if (this.#held[eye].length > this.#depth) this.#held[eye].shift();
    const theirs = this.#held[other(eye)];
    const partner = nearest(theirs, rtpTimestamp);
    if (partner && Math.abs(rtpDifference(rtpTimestamp, partner.rtpTimestamp)) <= this.#frameTicks() / 2) {
      this.#aloneSince = null;
      this.#forget(eye, rtpTimestamp);
      this.#forget(other(eye), partner.rtpTimestamp);
      return this.#show(eye, mine, partner, 'pair');
    }
    this.#aloneSince ??= at;
    if (at - this.#aloneSince < holdMs) return null;
    const newest = theirs.at(-1);
    return !newest || at - newest.at >= holdMs
      ? this.#show(eye, mine, mine, 'mono')
      : this.#show(eye, mine, newest, 'unpaired');
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

  #show(eye: Eye, mine: Held<T>, theirs: Held<T>, kind: Shown<T>['kind']): Shown<T> {
    const [left, right] = eye === 'left' ? [mine, theirs] : [theirs, mine];
    const skewTicks = rtpDifference(left.rtpTimestamp, right.rtpTimestamp);
    this.#shown = { left: left.value, right: right.value, kind, skewTicks };
    return this.#shown;
  }

  /** Frames up to this instant can no longer be part of a newer pair. */
  #forget(eye: Eye, rtpTimestamp: number): void {
    this.#held[eye] = this.#held[eye].filter((frame) => rtpDifference(frame.rtpTimestamp, rtpTimestamp) > 0);
  }
}

function nearest<T>(frames: readonly Held<T>[], rtpTimestamp: number): Held<T> | null {
  let best: Held<T> | null = null;
  const distance = (frame: Held<T>): number => Math.abs(rtpDifference(frame.rtpTimestamp, rtpTimestamp));
  for (const frame of frames) if (!best || distance(frame) < distance(best)) best = frame;
  return best;
}

function other(eye: Eye): Eye {
  return eye === 'left' ? 'right' : 'left';
}
