import { percentile } from '../measure.js';
import type { Presented } from './reader.js';
import { wrapMs } from './stamp.js';

/** What one window of watching came to. Delays in ms. */
export interface Summary {
  p50: number;
  p95: number;
  p99: number;
  /** Median from the capture to the decoded frame's submission for composition: no display's clock is in it. Null where the page paints. */
  submitted: number | null;
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
 * @param frameMs from one frame of a camera to the next
 */
export function summarise(
  presented: readonly Presented[],
  offsetMs: number,
  seconds: number,
  frameMs: number,
): Summary {
  const stamped = eyes.flatMap((eye) =>
    presented.filter((frame) => frame[eye] !== undefined).map((frame) => ({ eye, frame, captured: frame[eye]! })),
  );
  const readable = stamped.filter(({ captured }) => captured !== null);
  const shown = eyes.flatMap((eye) =>
    meant(
      readable.filter((one) => one.eye === eye),
      frameMs,
    ),
  );
  const delays = sorted(shown.map(({ captured, at }) => since(captured, at + offsetMs)));
  const submitted = sorted(
    shown.flatMap(({ captured, submittedAt }) =>
      submittedAt === null ? [] : [since(captured, submittedAt + offsetMs)],
    ),
  );
  const [left, right] = eyes.map((eye) => distinct(presented, eye) / seconds) as [number, number];
  if (delays.length === 0) throw new Error('no stamp could be read');
  return {
    p50: percentile(delays, 50),
    p95: percentile(delays, 95),
    p99: percentile(delays, 99),
    submitted: submitted.length === 0 ? null : percentile(submitted, 50),
    fps: { left, right, slower: Math.min(left, right) },
    ...pairsOf(presented),
    frames: stamped.length,
    unreadable: stamped.length - readable.length,
  };
}

/**
 * The captures that the browser meant. A video's pixels can be a frame newer than the frame that its callback tells of; the `rtpTimestamp` of all frames of
 * a track lie on a straight line with their captures, and one that is half a frame off it is taken from the line.
 */
function meant(
  stamped: readonly { frame: Presented; captured: number }[],
  frameMs: number,
): { captured: number; at: number; submittedAt: number | null }[] {
  const offsets = stamped
    .filter(({ frame }) => frame.rtpTimestamp !== null)
    .map(({ frame, captured }) => modulo(captured - frame.rtpTimestamp! / 90))
    .toSorted((a, b) => a - b);
  const offset = offsets.length === 0 ? null : percentile(offsets, 50);
  return stamped.map(({ frame: { at, submittedAt, rtpTimestamp }, captured }) => {
    if (offset === null || rtpTimestamp === null) return { captured, at, submittedAt };
    const onLine = modulo(rtpTimestamp / 90 + offset);
    return { captured: Math.abs(since(captured, onLine)) > frameMs / 2 ? onLine : captured, at, submittedAt };
  });
}

function sorted(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
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
