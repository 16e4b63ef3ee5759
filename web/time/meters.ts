import type { Eye } from '../../src/protocol/ws.js';
import { Pairing, type Shown } from '../stereo/pairing.js';
import { SkewMeter } from '../stereo/skew.js';
import { Arrivals } from './arrivals.js';
import { Clock } from './clock.js';
import { LatencyMeter, type ShownFrame } from './latency.js';
import { videoClockRate } from './rtp.js';

/** What a display tells of both eyes that it shows; times are ms of performance.now(). */
export type Told = Pick<Shown<unknown>, 'kind' | 'skewTicks'> &
  Pick<ShownFrame, 'presentationTime' | 'expectedDisplayTime'> & { rtpTimestamp: number };

/** Delay and skew of what is really shown: by the video elements themselves, or by a display that takes the frames from elsewhere and tells of them. */
export class Meters {
  readonly clock = new Clock();
  readonly latency = new LatencyMeter(this.clock);
  readonly skew = new SkewMeter();
  readonly #arrivals = new Arrivals();
  #pairing = new Pairing<null>(() => 0);
  #paired = false;
  #telling = 0;

  /** Another connection; `twin`: of two tracks, which are paired. */
  reset(twin: boolean, frameTicks: () => number): void {
    this.#paired = twin;
    this.#pairing = new Pairing(frameTicks);
    this.latency.reset();
    this.skew.reset();
  }

  /** Until the function returned is called, a display tells of each of its frames by `handleTold`, and what the videos say does not count. */
  tells(): () => void {
    this.#telling += 1;
    this.#restart();
    return () => {
      this.#telling -= 1;
      this.#restart();
    };
  }

  handleTold(told: Told): void {
    this.latency.handleFrame({ ...this.#arrivals.of(told.rtpTimestamp), ...told });
    if (this.#paired) this.skew.handleShown(told, videoClockRate);
  }

  /** A video's own frame callback. */
  handleVideo(eye: Eye, metadata: VideoFrameCallbackMetadata): void {
    if (eye === 'left') this.#arrivals.remember(metadata);
    if (this.#telling > 0) return;
    if (eye === 'left') this.latency.handleFrame(metadata);
    if (!this.#paired || metadata.rtpTimestamp === undefined) return;
    const shown = this.#pairing.handleFrame(eye, metadata.rtpTimestamp, performance.now(), null);
    if (shown) this.skew.handleShown(shown, videoClockRate);
  }

  #restart(): void {
    this.latency.restart();
    this.skew.reset();
  }
}
