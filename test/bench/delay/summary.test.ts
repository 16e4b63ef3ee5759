import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Presented } from './reader.js';
import { wrapMs } from './stamp.js';
import { summarise } from './summary.js';

/** Frames captured every 20 ms from `first`, on a display 100 ms behind the monotonic clock. */
function watched(first: number, change: (frame: Presented, n: number) => Partial<Presented> = () => ({})): Presented[] {
  return Array.from({ length: 50 }, (_, n) => {
    const captured = (first + n * 20) % wrapMs;
    const at = first + n * 20 + 15 - 100;
    const frame = { at, receivedAt: null, submittedAt: at - 9, rtpTimestamp: 5000 + n * 1800 };
    return { ...frame, left: captured, right: captured, ...change({ ...frame, left: captured, right: captured }, n) };
  });
}

test('the delay is from the stamp to the display frame, on one clock, across the wrap of the stamps', () => {
  for (const first of [1000, wrapMs - 500]) {
    const summary = summarise(watched(first), 100, 1, 20);
    assert.ok(Math.abs(summary.p50 - 15) < 1e-6 && Math.abs(summary.p99 - 15) < 1e-6, `${summary.p50}`);
    assert.ok(Math.abs(summary.submitted! - 6) < 1e-6, `${summary.submitted}`);
    assert.deepEqual(summary.fps, { left: 50, right: 50, slower: 50 });
    assert.deepEqual([summary.pairs, summary.mixed, summary.frames, summary.unreadable], [50, 0, 100, 0]);
  }
});

test('pixels that are a frame newer than the frame the browser told of do not shorten the delay', () => {
  const newer = watched(1000, ({ left, right }, n) => (n % 5 === 4 ? { left: left! + 20, right: right! + 20 } : {}));
  assert.ok(Math.abs(summarise(newer, 100, 1, 20).p50 - 15) < 1e-6);
  assert.ok(Math.abs(summarise(newer, 100, 1, 20).p95 - 15) < 1e-6);
});

test('unreadable stamps are counted, and eyes of different instants', () => {
  const summary = summarise(
    watched(1000, ({ left }, n) => (n === 3 ? { left: null } : n === 7 ? { right: left! - 20 } : {})),
    100,
    1,
    20,
  );
  assert.deepEqual([summary.unreadable, summary.pairs, summary.mixed], [1, 49, 1]);
});

test('two videos: what stands together in a display frame is a pair, whichever video told first', () => {
  const presented = watched(1000).flatMap(({ at, left, right }, n): Presented[] => [
    { at, receivedAt: null, submittedAt: null, rtpTimestamp: null, left: left! },
    // The tenth of the right comes a display frame later.
    { at: n === 10 ? at + 5 : at, receivedAt: null, submittedAt: null, rtpTimestamp: null, right: right! },
  ]);
  const { pairs, mixed } = summarise(presented, 100, 1, 20);
  assert.deepEqual([pairs, mixed], [51, 1]);
});
