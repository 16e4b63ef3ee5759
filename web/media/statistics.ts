import type { ClientMessageOf } from '../../src/protocol/ws.js';

/** The entries of an RTCStatsReport that are read, by the names of W3C webrtc-stats. */
export interface StatsEntry {
  type: string;
  kind?: string;
  mid?: string;
  nominated?: boolean;
  currentRoundTripTime?: number;
  framesDecoded?: number;
  framesDropped?: number;
  framesPerSecond?: number;
  freezeCount?: number;
  packetsReceived?: number;
  packetsLost?: number;
  bytesReceived?: number;
  jitter?: number;
  jitterBufferDelay?: number;
  jitterBufferEmittedCount?: number;
}

/** Sums over the tracks of a connection since it began. */
export interface Totals {
  framesDecoded: number;
  framesDropped: number;
  freezeCount: number;
  packetsReceived: number;
  packetsLost: number;
  bytesReceived: number;
  jitterBufferDelay: number;
  jitterBufferEmittedCount: number;
  /** The slower track's of those that show something. */
  framesPerSecond: number;
  /** The worse track's of those, seconds. */
  jitter: number;
  roundTripTime: number | undefined;
}

/** `shown`: `mid` of the tracks that show something; no frames of others are no trouble. */
export function totals(entries: Iterable<StatsEntry>, shown: readonly string[]): Totals {
  const all = [...entries];
  const tracks = all.filter(({ type, kind }) => type === 'inbound-rtp' && kind === 'video');
  const sum = (name: keyof StatsEntry): number =>
    tracks.reduce((total, track) => total + ((track[name] as number | undefined) ?? 0), 0);
  const used = tracks.filter(({ mid }) => mid === undefined || shown.includes(mid));
  return {
    framesDecoded: sum('framesDecoded'),
    framesDropped: sum('framesDropped'),
    freezeCount: sum('freezeCount'),
    packetsReceived: sum('packetsReceived'),
    packetsLost: sum('packetsLost'),
    bytesReceived: sum('bytesReceived'),
    jitterBufferDelay: sum('jitterBufferDelay'),
    jitterBufferEmittedCount: sum('jitterBufferEmittedCount'),
    framesPerSecond: used.length === 0 ? 0 : Math.min(...used.map((track) => track.framesPerSecond ?? 0)),
    jitter: Math.max(0, ...used.map((track) => track.jitter ?? 0)),
    roundTripTime: all.find(({ type, nominated }) => type === 'candidate-pair' && nominated)?.currentRoundTripTime,
  };
}

/** The `report` for the server; `jitterBufferDelay` is the mean of the frames since `before`, seconds a frame. */
export function report(now: Totals, before: Totals | null): ClientMessageOf<'report'> {
  const { jitterBufferDelay, jitterBufferEmittedCount, roundTripTime, ...plain } = now;
  const frames = jitterBufferEmittedCount - (before?.jitterBufferEmittedCount ?? 0);
  return {
    type: 'report',
    ...plain,
    ...(frames > 0 ? { jitterBufferDelay: (jitterBufferDelay - (before?.jitterBufferDelay ?? 0)) / frames } : {}),
    ...(roundTripTime === undefined ? {} : { roundTripTime }),
  };
}

/** Fraction of the packets since `before` that were lost. */
export function lossSince(now: Totals, before: Totals): number {
  const lost = Math.max(0, now.packetsLost - before.packetsLost);
  const received = now.packetsReceived - before.packetsReceived;
  return lost + received === 0 ? 0 : lost / (lost + received);
}
