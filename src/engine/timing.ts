import type { TrackTiming } from '../protocol/ws.js';
import { field } from './gst/property.js';

const nsPerSecond = 1_000_000_000n;

/**
 * Capture time of the frame that a payloader sent last, from its `stats` (GstRTPBasePayload): pipeline clock and `process.hrtime` are both
 * CLOCK_MONOTONIC, so capture time is base time + running time, and the RTP timestamp is its image on a line of slope clock-rate.
 * `running-time` is in RTP ticks in GStreamer 1.22, though documented in ns: whichever of the two agrees with the timestamp is meant.
 * Null before the first frame, and when the numbers were read in the middle of an update and belong to two frames.
 */
export function trackTiming(
  mid: string,
  stats: Map<string, string | number | boolean>,
  baseTimeNs: number,
): TrackTiming | null {
  const clockRate = field(stats, 'clock-rate');
  const running = field(stats, 'running-time');
  const rtpTimestamp = field(stats, 'timestamp');
  // GST_CLOCK_TIME_NONE is beyond this.
  if (clockRate === 0 || !stats.has('running-time') || running >= 2 ** 63) return null;
  const sent = BigInt(rtpTimestamp) - BigInt(field(stats, 'timestamp-offset'));
  const asNs = (BigInt(running) * BigInt(clockRate)) / nsPerSecond;
  let runningMs: number;
  if (isNear(BigInt(running), sent)) runningMs = (running * 1e3) / clockRate;
  else if (isNear(asNs, sent)) runningMs = running / 1e6;
  else return null;
  return { mid, clockRate, rtpTimestamp, captureMs: baseTimeNs / 1e6 + runningMs };
}

/** Equal modulo 2^32 but for rounding. */
function isNear(a: bigint, b: bigint): boolean {
  const apart = BigInt.asIntN(32, a - b);
  return apart >= -2n && apart <= 2n;
}
