import type { TrackTiming } from '../../src/protocol/ws.js';

/** Ticks a second of every video payload that browsers take (RFC 6184 for H.264, RFC 7741 for VP8). */
export const videoClockRate = 90_000;

/** `a - b` of two RTP timestamps, which are 32 bits and wrap (RFC 3550, 5.1): the shorter way round. */
export function rtpDifference(a: number, b: number): number {
  return (a - b) | 0;
}

/** When the frame with this RTP timestamp was captured: ms of the engine host's monotonic clock, on the line through `timing`. */
export function captureMs(rtpTimestamp: number, timing: TrackTiming): number {
  return timing.captureMs + (rtpDifference(rtpTimestamp, timing.rtpTimestamp) / timing.clockRate) * 1000;
}
