import type { ShownFrame } from './latency.js';

type Arrival = Pick<ShownFrame, 'receiveTime' | 'processingDuration'>;

/** Frames. */
const kept = 32;

/** What only a video element tells of a frame, by RTP timestamp: for displays that show the frame by other means. */
export class Arrivals {
  readonly #known = new Map<number, Arrival>();

  remember({ rtpTimestamp, receiveTime, processingDuration }: Arrival & Pick<ShownFrame, 'rtpTimestamp'>): void {
    if (rtpTimestamp === undefined) return;
    this.#known.set(rtpTimestamp, { receiveTime, processingDuration });
    for (const old of this.#known.keys()) if (this.#known.size > kept) this.#known.delete(old);
  }

  of(rtpTimestamp: number): Arrival {
    return this.#known.get(rtpTimestamp) ?? {};
  }
}
