import { percentile } from '../measure.js';
import type { Presented } from './reader.js';
import { wrapMs } from './stamp.js';

/** What one window of watching came to. Delays in ms. */
export interface Summary {
  p50: number;
  p95: number;
  p99: number;
  /** Frames a second that an eye was shown. */
  fps: { left: number; right: number; slower: number };
  /** Display frames with both eyes, and those of them whose eyes were of different instants. */
  pairs: number;
  mixed: number;
  frames: number;
  unreadable: number;
}

const eyes = ['left', 'right'] as const;

/**
 * @param presented in the order of their `at`
 * @param offsetMs CLOCK_MONOTONIC minus the page's clock
 * @param seconds length of the window
 */
export function summarise(presented: readonly Presented[], offsetMs: number, seconds: number): Summary {
  const stamped = eyes.flatMap((eye) =>
    presented.filter((frame) => frame[eye] !== undefined).map((frame) => ({ frame, captured: frame[eye]! })),
  );
  const readable = stamped.filter(({ captured }) => captured !== null);
  const line = rtpLine(readable);
  const delays = readable
    .map(({ frame, captured }) => since(line(frame) ?? captured, frame.at + offsetMs))
    .toSorted((a, b) => a - b);
  const [left, right] = eyes.map((eye) => distinct(presented, eye) / seconds) as [number, number];
  if (delays.length === 0) throw new Error('no stamp could be read');
  return {
    p50: percentile(delays, 50),
    p95: percentile(delays, 95),
    p99: percentile(delays, 99),
    fps: { left, right, slower: Math.min(left, right) },
    ...pairsOf(presented),
    frames: stamped.length,
    unreadable: stamped.length - readable.length,
  };
}

/**
 * Capture times by RTP timestamp. A video's pixels can be a frame newer than the frame that its callback tells of; on the straight line through all of
 * them, its `rtpTimestamp` says which one was meant. Null for frames without.
 */
function rtpLine(stamped: readonly { frame: Presented; captured: number }[]): (frame: Presented) => number | null {
  const offsets = stamped
    .filter(({ frame }) => frame.rtpTimestamp !== null)
    .map(({ frame, captured }) => modulo(captured - frame.rtpTimestamp! / 90))
    .toSorted((a, b) => a - b);
  if (offsets.length === 0) return () => null;
  const offset = percentile(offsets, 50);
  return ({ rtpTimestamp }) => (rtpTimestamp === null ? null : modulo(rtpTimestamp / 90 + offset));
}

function distinct(presented: readonly Presented[], eye: 'left' | 'right'): number {
  return new Set(presented.map((frame) => frame[eye]).filter((captured) => typeof captured === 'number')).size;
}

/** Of every display frame that showed something new, once both eyes have been seen. */
function pairsOf(presented: readonly Presented[]): { pairs: number; mixed: number } {
  const shown: { left?: number | null; right?: number | null } = {};
  let [pairs, mixed] = [0, 0];
  for (const [index, { at, left, right }] of presented.entries()) {
    if (left !== undefined) shown.left = left;
    if (right !== undefined) shown.right = right;
    if (presented[index + 1]?.at === at || typeof shown.left !== 'number' || typeof shown.right !== 'number') continue;
    pairs += 1;
    if (shown.left !== shown.right) mixed += 1;
  }
  return { pairs, mixed };
}

/** Milliseconds from a capture to `now`, both CLOCK_MONOTONIC, modulo the wrap of the stamps. */
function since(capturedMs: number, now: number): number {
  const apart = modulo(now - capturedMs);
  return apart > wrapMs / 2 ? apart - wrapMs : apart;
}

function modulo(ms: number): number {
  return ((ms % wrapMs) + wrapMs) % wrapMs;
}
