import { Emitter } from '../events.js';
import { beside, type Beside } from '../stereo/beside.js';
import { Instants, type Instant } from '../stereo/instants.js';
import type { Viewer } from '../viewer.js';
import { DecodedFrames } from './decoded-frames.js';
import { Video } from './video.js';

/** W3C mediacapture-transform as Chromium has it, on the page's thread; undefined elsewhere. TypeScript does not know it yet. */
declare const MediaStreamTrackGenerator:
  (new (init: { kind: 'video' }) => MediaStreamTrack & { readonly writable: WritableStream<VideoFrame> }) | undefined;

interface JoinedEvents {
  /** This browser's frames cannot be joined in time: something else has to show them. */
  failed: [];
}

/** When even the quickest join takes longer than this, frames are copied from a graphics processor, and painting is the earlier way, ms. */
const slow = 5;
/** Joins before that is judged. */
const trial = 30;
/** Frames whose timestamps are remembered until the video tells that it shows them. */
const remembered = 16;

/**
 * Two tracks as one video with both eyes of an instant side by side in every frame. The browser shows a video a display frame earlier, and for half the
 * processor time, than a canvas that is painted; and it never mixes instants as two videos do.
 */
export class Joined extends Emitter<JoinedEvents> {
  readonly video = new Video();
  readonly #viewer: Viewer;
  readonly #instants: Instants;
  readonly #generator = new MediaStreamTrackGenerator!({ kind: 'video' });
  readonly #writer = this.#generator.writable.getWriter();
  readonly #told = new Map<number, Instant>();
  readonly #stop: (() => void)[];
  #layout: Beside | null = null;
  #buffer = new Uint8Array();
  #busy = false;
  #waiting = false;
  #closed = false;
  #joins = 0;
  #quickestMs = Infinity;

  constructor(viewer: Viewer) {
    super();
    this.#viewer = viewer;
    // Where a browser waits for a tap, the tap lets this video play, too.
    this.#stop = [viewer.meters.tells(), viewer.on('state', () => this.video.play())];
    this.#instants = new Instants(viewer);
    this.#instants.on('instant', () => void this.#join());
    this.video.on('frame', (metadata) => this.#shown(metadata));
  }

  static possible(): boolean {
    return DecodedFrames.possible() && typeof MediaStreamTrackGenerator === 'function';
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const stop of this.#stop) stop();
    this.#instants.close();
    this.#generator.stop();
    this.video.clear();
  }

  /** The newest instant; one that comes while another is being copied waits, and only the newest does. */
  async #join(): Promise<void> {
    this.#waiting = this.#busy;
    const instant = this.#instants.current;
    if (this.#busy || this.#closed || !instant) return;
    this.#busy = true;
    try {
      await this.#write(instant);
    } catch {
      this.#fail();
    }
    this.#busy = false;
    if (this.#waiting) void this.#join();
  }

  async #write(instant: Instant): Promise<void> {
    const began = performance.now();
    const { format, timestamp, colorSpace, visibleRect } = instant.left;
    const { width, height } = visibleRect!;
    const layout = this.#shape(instant, width, height);
    if (!layout) return this.#fail();
    // The frames themselves may be closed before they are copied.
    const eyes = [instant.left.clone(), instant.right.clone()] as const;
    try {
      await Promise.all(
        eyes.map((frame, index) => frame.copyTo(this.#buffer, { layout: index === 0 ? layout.left : layout.right })),
      );
    } finally {
      for (const frame of eyes) frame.close();
    }
    if (this.#closed) return;
    this.#remember(timestamp, instant);
    const { width: codedWidth, height: codedHeight, left } = layout;
    const frame = new VideoFrame(this.#buffer, {
      format: format!,
      codedWidth,
      codedHeight,
      timestamp,
      layout: left,
      colorSpace: colorSpace.toJSON(),
    });
    void this.#writer.write(frame).catch(() => frame.close());
    if (!this.video.track) this.video.show(this.#generator);
    this.#judge(performance.now() - began);
  }

  #shape({ left, right }: Instant, width: number, height: number): Beside | null {
    if (right.format !== left.format || right.visibleRect!.width !== width || right.visibleRect!.height !== height)
      return null;
    if (this.#layout?.width !== 2 * width || this.#layout.height !== height) {
      this.#layout = beside(left.format, width, height);
      this.#buffer = new Uint8Array(this.#layout?.size ?? 0);
    }
    return this.#layout;
  }

  #remember(timestamp: number, instant: Instant): void {
    this.#told.set(timestamp, instant);
    for (const old of this.#told.keys()) if (this.#told.size > remembered) this.#told.delete(old);
  }

  #judge(ms: number): void {
    this.#joins += 1;
    this.#quickestMs = Math.min(this.#quickestMs, ms);
    if (this.#joins === trial && this.#quickestMs > slow) this.#fail();
  }

  #shown({ mediaTime, presentationTime, expectedDisplayTime }: VideoFrameCallbackMetadata): void {
    const instant = this.#told.get(Math.round(mediaTime * 1e6));
    if (instant) this.#viewer.meters.handleTold({ ...instant, presentationTime, expectedDisplayTime });
  }

  #fail(): void {
    if (!this.#closed) this.emit('failed');
  }
}
