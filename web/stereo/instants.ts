import type { Eye } from '../../src/protocol/ws.js';
import { Emitter } from '../events.js';
import { DecodedFrames } from '../media/decoded-frames.js';
import type { Viewer } from '../viewer.js';
import { Pairing, type Shown } from './pairing.js';

/** Both eyes of one instant as decoded frames; the same frame twice where one track has both. */
export interface Instant extends Shown<VideoFrame> {
  /** Of the left eye's frame. */
  rtpTimestamp: number;
}

interface InstantsEvents {
  /** Its frames are open until the next one. */
  instant: [Instant];
}

/** Decoded frames held for a partner: few, since hardware decoders have few pictures to decode into. */
const held = 4;

/** What both eyes should see, from decoder to display without a video element between: the newest frame of one track, the newest pair of two. */
export class Instants extends Emitter<InstantsEvents> {
  readonly #viewer: Viewer;
  readonly #stop: (() => void)[];
  readonly #open = new Map<VideoFrame, number>();
  readonly #followed = new Map<Eye, { track: MediaStreamTrack; frames: DecodedFrames }>();
  #pairing: Pairing<VideoFrame>;
  #current: Instant | null = null;

  constructor(viewer: Viewer) {
    super();
    this.#viewer = viewer;
    this.#pairing = new Pairing(() => viewer.frameTicks, held);
    this.#stop = [
      viewer.on('tracks', () => this.#forget()),
      viewer.on('track', (eye, track) => this.#follow(eye, track)),
    ];
    for (const eye of ['left', 'right'] as const) {
      const { track } = viewer.videos[eye];
      if (track) this.#follow(eye, track);
    }
  }

  /** Null until there is one. */
  get current(): Instant | null {
    return this.#current;
  }

  close(): void {
    for (const stop of this.#stop) stop();
    this.#forget();
  }

  #follow(eye: Eye, track: MediaStreamTrack): void {
    const before = this.#followed.get(eye);
    // One that was there already is announced again after it was found.
    if (before?.track === track) return;
    before?.frames.close();
    const waiting = this.#viewer.layout === 'twin' ? held : 1;
    const frames = new DecodedFrames(track, waiting, (frame, rtpTimestamp) => this.#handle(eye, frame, rtpTimestamp));
    this.#followed.set(eye, { track, frames });
  }

  #handle(eye: Eye, frame: VideoFrame, rtpTimestamp: number): void {
    this.#viewer.pictured(frame.displayWidth, frame.displayHeight);
    this.#open.set(frame, rtpTimestamp);
    const shown: Shown<VideoFrame> | null =
      this.#viewer.layout === 'twin'
        ? this.#pairing.handleFrame(eye, rtpTimestamp, performance.now(), frame)
        : { left: frame, right: frame, kind: 'pair', skewTicks: 0 };
    if (shown) this.#current = { ...shown, rtpTimestamp: this.#open.get(shown.left)! };
    for (const other of this.#open.keys()) if (!this.#needed(other)) this.#drop(other);
    if (shown) this.emit('instant', this.#current!);
  }

  #needed(frame: VideoFrame): boolean {
    return this.#current?.left === frame || this.#current?.right === frame || this.#pairing.inUse(frame);
  }

  #drop(frame: VideoFrame): void {
    this.#open.delete(frame);
    frame.close();
  }

  #forget(): void {
    for (const { frames } of this.#followed.values()) frames.close();
    this.#followed.clear();
    this.#current = null;
    this.#pairing = new Pairing(() => this.#viewer.frameTicks, held);
    for (const frame of this.#open.keys()) this.#drop(frame);
  }
}
