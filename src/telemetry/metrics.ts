import { Counter, Gauge, Registry } from 'prom-client';
import { viewerStates, type ViewerState } from '../protocol/ws.js';
import type { BoardReadings } from './board.js';
import type { RigLedger } from './ledger.js';
import { ShownFrames } from './shown-frames.js';

/** What the metrics are read from, at the moment they are asked for. */
export interface Observed {
  version: string;
  rigs: {
    name: string;
    ledger: RigLedger;
    restarts: ReadonlyMap<string, number>;
    changes: ReadonlyMap<string, number>;
    sessions: ObservedSession[];
  }[];
  board: BoardReadings;
  server: { busy: number; cpuSeconds: number; residentBytes: number };
}

export interface ObservedSession {
  id: string;
  state: ViewerState;
  readings: { roundTripTime?: number; packetsLost?: number; jitter?: number; sentBytes: number } | null;
}

interface Sample {
  labels?: Record<string, string>;
  value: number;
}

interface Metric {
  name: string;
  type: 'counter' | 'gauge';
  help: string;
  labels: readonly string[];
  read(observed: Observed): Sample[];
}

/** Every metric that is read when it is asked for, in base units. A series exists for as long as what it tells of does: a viewer's go with the viewer. */
const metrics: readonly Metric[] = [
  {
    name: 'build_info',
    type: 'gauge',
    help: 'Always 1; the label says which version runs.',
    labels: ['version', 'node'],
    read: ({ version }) => [{ labels: { version, node: process.version }, value: 1 }],
  },
  {
    name: 'frames_total',
    type: 'counter',
    help: 'Frames by stage: captured by the camera of that name, encoded for that eye (which sees the other camera with view.swap); eye "both" is one picture of two eyes.',
    labels: ['rig', 'eye', 'stage'],
    read: ofRigs(({ ledger }) =>
      ledger.frames.map(({ eye, stage, frames }) => ({ labels: { eye, stage }, value: frames })),
    ),
  },
  {
    name: 'frames_dropped_total',
    type: 'counter',
    help: 'Frames left out between capture and encoder because a later one was there, to within the few on their way; with two tracks, what an eye is sent is held against the camera of its name.',
    labels: ['rig', 'eye', 'stage', 'reason'],
    read: ofRigs(({ ledger }) =>
      ledger.drops.map(({ eye, stage, reason, frames }) => ({ labels: { eye, stage, reason }, value: frames })),
    ),
  },
  {
    name: 'encoder_bitrate_bits_per_second',
    type: 'gauge',
    help: 'What the encoders produced over the last second, all pictures of the rig together.',
    labels: ['rig'],
    read: ofRigs(({ ledger }) => [{ value: ledger.bitsPerSecond }]),
  },
  {
    name: 'sessions',
    type: 'gauge',
    help: 'Viewers by the state of their connection.',
    labels: ['rig', 'state'],
    read: ofRigs(({ sessions }) =>
      [...byState(sessions)].map(([state, count]) => ({ labels: { state }, value: count })),
    ),
  },
  {
    name: 'session_round_trip_seconds',
    type: 'gauge',
    help: 'Round trip by RTCP, per viewer.',
    labels: ['rig', 'session'],
    read: ofSessions(({ roundTripTime }) => roundTripTime),
  },
  {
    name: 'session_packets_lost_total',
    type: 'counter',
    help: 'RTP packets that a viewer reports as lost.',
    labels: ['rig', 'session'],
    read: ofSessions(({ packetsLost }) => packetsLost),
  },
  {
    name: 'session_jitter_seconds',
    type: 'gauge',
    help: 'Interarrival jitter (RFC 3550, 6.4.1) that a viewer reports.',
    labels: ['rig', 'session'],
    read: ofSessions(({ jitter }) => jitter),
  },
  {
    name: 'session_sent_bytes_total',
    type: 'counter',
    help: 'RTP bytes sent to a viewer.',
    labels: ['rig', 'session'],
    read: ofSessions(({ sentBytes }) => sentBytes),
  },
  {
    name: 'engine_restarts_total',
    type: 'counter',
    help: 'Engine processes replaced, by what ended them.',
    labels: ['rig', 'reason'],
    read: ofRigs(({ restarts }) => [...restarts].map(([reason, value]) => ({ labels: { reason }, value }))),
  },
  {
    name: 'profile_changes_total',
    type: 'counter',
    help: 'Changes of the profile that came into force, by what they cost: none, hot, encoder or graph.',
    labels: ['rig', 'cost'],
    read: ofRigs(({ changes }) => [...changes].map(([cost, value]) => ({ labels: { cost }, value }))),
  },
  {
    name: 'engine_last_frame_timestamp_seconds',
    type: 'gauge',
    help: 'When the engine was last seen to have encoded a new frame, seconds since 1970.',
    labels: ['rig'],
    read: ofRigs(({ ledger }) => known(ledger.lastFrameUnixSeconds)),
  },
  {
    name: 'engine_js_busy_ratio',
    type: 'gauge',
    help: 'Share of the engine process’s JavaScript thread in use over the last second.',
    labels: ['rig'],
    read: ofRigs(({ ledger }) => known(ledger.readings?.jsBusy)),
  },
  {
    name: 'engine_cpu_seconds_total',
    type: 'counter',
    help: 'CPU time of the running engine process, all threads.',
    labels: ['rig'],
    read: ofRigs(({ ledger }) => known(ledger.readings?.cpuSeconds)),
  },
  {
    name: 'engine_resident_bytes',
    type: 'gauge',
    help: 'Resident memory of the running engine process.',
    labels: ['rig'],
    read: ofRigs(({ ledger }) => known(ledger.readings?.residentBytes)),
  },
  {
    name: 'server_js_busy_ratio',
    type: 'gauge',
    help: 'Share of the server process’s JavaScript thread in use over the last second.',
    labels: [],
    read: ({ server }) => [{ value: server.busy }],
  },
  {
    name: 'server_cpu_seconds_total',
    type: 'counter',
    help: 'CPU time of the server process.',
    labels: [],
    read: ({ server }) => [{ value: server.cpuSeconds }],
  },
  {
    name: 'server_resident_bytes',
    type: 'gauge',
    help: 'Resident memory of the server process.',
    labels: [],
    read: ({ server }) => [{ value: server.residentBytes }],
  },
  {
    name: 'cpu_temperature_celsius',
    type: 'gauge',
    help: 'Temperature of the CPU, where the board says it.',
    labels: [],
    read: ({ board }) => known(board.temperatureCelsius),
  },
  {
    name: 'cpu_throttled',
    type: 'gauge',
    help: '1 while the firmware holds the clocks down (Raspberry Pi: under-voltage, frequency cap, temperature).',
    labels: [],
    read: ({ board }) => known(board.throttled === null ? null : Number(board.throttled)),
  },
];

/** A registry of its own that reads `observe()` anew at each scrape; what viewers show is told as it comes. */
export class Metrics {
  readonly #registry = new Registry();
  readonly shown = new ShownFrames(this.#registry);
  readonly #observe: () => Promise<Observed>;
  readonly #instruments: { metric: Metric; instrument: Counter | Gauge }[];

  constructor(observe: () => Promise<Observed>) {
    this.#observe = observe;
    this.#instruments = metrics.map((metric) => {
      const Instrument = metric.type === 'counter' ? Counter : Gauge;
      const instrument = new Instrument({
        name: `binocle_${metric.name}`,
        help: metric.help,
        labelNames: [...metric.labels],
        registers: [this.#registry],
      });
      return { metric, instrument };
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  async text(): Promise<string> {
    const observed = await this.#observe();
    for (const { metric, instrument } of this.#instruments) {
      instrument.reset();
      // An instrument without labels starts at 0; one that is not known is left out instead.
      if (metric.labels.length === 0) instrument.remove();
      for (const { labels = {}, value } of metric.read(observed)) instrument.inc(labels, value);
    }
    return this.#registry.metrics();
  }
}

function known(value: number | null | undefined): Sample[] {
  return value === null || value === undefined ? [] : [{ value }];
}

function ofRigs(read: (rig: Observed['rigs'][number]) => Sample[]): Metric['read'] {
  return ({ rigs }) =>
    rigs.flatMap((rig) => read(rig).map(({ labels, value }) => ({ labels: { rig: rig.name, ...labels }, value })));
}

function ofSessions(read: (readings: NonNullable<ObservedSession['readings']>) => number | undefined): Metric['read'] {
  return ofRigs(({ sessions }) =>
    sessions.flatMap(({ id, readings }) =>
      known(readings === null ? null : read(readings)).map(({ value }) => ({ labels: { session: id }, value })),
    ),
  );
}

function byState(sessions: readonly ObservedSession[]): Map<ViewerState, number> {
  const counts = new Map<ViewerState, number>(viewerStates.map((state) => [state, 0]));
  for (const { state } of sessions) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}
