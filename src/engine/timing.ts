import type { TrackTiming } from '../protocol/ws.js';
import { field } from './gst/property.js';

const nsPerSecond = 1_000_000_000n;

/**
 * Capture time of the frame that a payloader sent last, from its `stats` (GstRTPBasePayload): pipeline clock and `process.hrtime` are both
 * CLOCK_MONOTONIC, so capture time is base time + running time, and the RTP timestamp is its image on a line of slope clock-rate.
 * Null before the first frame, and when the numbers were read in the middle of an update and belong to two frames.
 */
export function trackTiming(
  mid: string,
  stats: Map<string, string | number | boolean>,
  baseTimeNs: number,
): TrackTiming | null {
  const clockRate = field(stats, 'clock-rate');
  const runningTime = field(stats, 'running-time');
  const rtpTimestamp = field(stats, 'timestamp');
  // GST_CLOCK_TIME_NONE, which is beyond what a number holds exactly.
  if (clockRate === 0 || !stats.has('running-time') || runningTime >= 2 ** 63) return null;
  const ticks = (BigInt(runningTime) * BigInt(clockRate)) / nsPerSecond;
  const expected = Number((BigInt(field(stats, 'timestamp-offset')) + ticks) & 0xffff_ffffn);
  const apart = Math.abs(rtpTimestamp - expected);
  if (Math.min(apart, 2 ** 32 - apart) > 2) return null;
  return { mid, clockRate, rtpTimestamp, captureMs: (baseTimeNs + runningTime) / 1e6 };
}
