import type { Stage, TrackTiming } from '../../src/protocol/ws.js';
import type { Clock } from './clock.js';
import { median, percentile, Window } from './percentile.js';
import { captureMs } from './rtp.js';

/** What a video element tells of a frame it shows (VideoFrameCallbackMetadata); times are milliseconds of performance.now(). */
export interface ShownFrame {
  rtpTimestamp?: number | undefined;
  /** The last packet had arrived. */
  receiveTime?: number | undefined;
  /** Seconds in the decoder. */
  processingDuration?: number | undefined;
  /** Handed to the browser's compositor. */
  presentationTime: number;
  /** Expected on the display. */
  expectedDisplayTime: number;
}

/** The parts of a frame's way, ms, medians over the window. Not every sum comes out even: see `unattributed`. */
export interface Stages {
  /** Capture until the last packet had arrived: rectify, encode, send, network. Null, as `decode`, while the browser tells of none of the frames. */
  receive: number | null;
  /** Waiting for the decoder, the mean of the last second (getStats jitterBufferDelay); null until known. */
  jitterBuffer: number | null;
  decode: number | null;
  /** From the browser's compositor to the display. */
  display: number;
}

export interface Latency {
  /** Capture → expected on the display, ms. */
  p50: number;
  p95: number;
  p99: number;
  stages: Stages;
  /** Median of what no stage explains, ms: above all the wait for the page's next paint. NaN while nothing is known of the stages. */
  unattributed: number;
  /** The truth lies within ± this of every figure from capture on. */
  clockErrorMs: number;
  /** Frames in the window. */
  frames: number;
}

/** NaN: the display did not tell. */
interface Measured {
  total: number;
  receive: number;
  decode: number;
  display: number;
}

/** Ten seconds at 30 frames a second. */
const windowFrames = 300;

/** Capture → display of every frame shown, for one track; both clocks and the line of RTP timestamps are known once a pong and a `timing` came. */
export class LatencyMeter {
  readonly #clock: Clock;
  readonly #window = new Window<Measured>(windowFrames);
  #timing: TrackTiming | null = null;
  #clockErrorMs = NaN;
  #jitterBufferMs: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  handleTiming(timing: TrackTiming): void {
    this.#timing = timing;
  }

  /** Mean wait in the jitter buffer, ms. */
  handleJitterBuffer(ms: number): void {
    this.#jitterBufferMs = ms;
  }

  handleFrame(frame: ShownFrame): void {
    const clock = this.#clock.read(frame.presentationTime);
    if (!clock || !this.#timing || frame.rtpTimestamp === undefined) return;
    const captured = captureMs(frame.rtpTimestamp, this.#timing) - clock.offsetMs;
    this.#clockErrorMs = clock.errorMs;
    this.#window.push({
      total: frame.expectedDisplayTime - captured,
      receive: (frame.receiveTime ?? NaN) - captured,
      decode: frame.receiveTime === undefined ? NaN : (frame.processingDuration ?? 0) * 1000,
      display: frame.expectedDisplayTime - frame.presentationTime,
    });
  }

  /** The frames come to the display another way. */
  restart(): void {
    this.#window.clear();
  }

  /** Another connection, another line. */
  reset(): void {
    this.#window.clear();
    this.#timing = null;
    this.#jitterBufferMs = null;
  }

  /** Every stage of the frames since this was last asked for, ms; NaN where the browser does not tell. */
  take(): Record<Stage, number>[] {
    const jitterBuffer = this.#jitterBufferMs ?? NaN;
    return this.#window
      .take()
      .map((frame) => ({ ...frame, jitter_buffer: jitterBuffer, unattributed: rest(frame, jitterBuffer) }));
  }

  read(): Latency | null {
    const frames = this.#window.values;
    if (frames.length === 0) return null;
    const totals = frames.map(({ total }) => total).toSorted((a, b) => a - b);
    const jitterBuffer = this.#jitterBufferMs;
    const told = frames.filter(({ receive }) => !Number.isNaN(receive));
    return {
      p50: percentile(totals, 0.5),
      p95: percentile(totals, 0.95),
      p99: percentile(totals, 0.99),
      stages: {
        receive: medianOrNull(told.map(({ receive }) => receive)),
        jitterBuffer,
        decode: medianOrNull(told.map(({ decode }) => decode)),
        display: median(frames.map(({ display }) => display)),
      },
      unattributed: median(told.map((frame) => rest(frame, jitterBuffer ?? NaN))),
      clockErrorMs: this.#clockErrorMs,
      frames: frames.length,
    };
  }
}

/** What the stages leave; a jitter buffer that is not known yet is in it. */
function rest({ total, receive, decode, display }: Measured, jitterBuffer: number): number {
  return total - receive - decode - display - (Number.isNaN(jitterBuffer) ? 0 : jitterBuffer);
}

function medianOrNull(values: readonly number[]): number | null {
  return values.length === 0 ? null : median(values);
}
