import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fields } from '../../src/engine/gst/property.js';
import { trackTiming } from '../../src/engine/timing.js';

/** As GStreamer prints a payloader’s statistics. */
const stats = (runningTime: bigint, timestamp: number, offset = 1_000) =>
  fields(
    `application/x-rtp-payload-stats, clock-rate=(uint)90000, running-time=(guint64)${runningTime}, seqnum=(uint)1, timestamp=(uint)${timestamp}, ssrc=(uint)7, pt=(uint)96, seqnum-offset=(uint)0, timestamp-offset=(uint)${offset};`,
  );
const base = 5_000_000_000;

test('capture time from ticks, as GStreamer 1.22 counts running time', () => {
  const timing = trackTiming('video0', stats(180_000n, 181_000), base);
  assert.deepEqual(timing, { mid: 'video0', clockRate: 90_000, rtpTimestamp: 181_000, captureMs: 7_000 });
});

test('capture time from nanoseconds, as it is documented', () => {
  assert.equal(trackTiming('video0', stats(2_000_000_000n, 181_000), base)?.captureMs, 7_000);
});

test('timestamps wrap at 32 bits', () => {
  const ticks = 2n ** 33n + 90_000n;
  const timing = trackTiming('video0', stats(ticks, 90_000 + 1_000), base);
  assert.equal(timing?.captureMs, 5_000 + Number(ticks) / 90);
});

test('numbers of two different frames give nothing, nor does a payloader without a frame', () => {
  assert.equal(trackTiming('video0', stats(180_000n, 184_000), base), null);
  assert.equal(trackTiming('video0', stats(2n ** 64n - 1n, 1_000), base), null);
  assert.equal(trackTiming('video0', fields('application/x-rtp-payload-stats;'), base), null);
});
