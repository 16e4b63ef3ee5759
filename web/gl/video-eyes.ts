import type { Eye } from '../../src/protocol/ws.js';
import { layoutFacts } from '../stereo/layouts.js';
import { depth, Pairing } from '../stereo/pairing.js';
import type { Viewer } from '../viewer.js';
import type { EyeTextures } from './eyes.js';
import type { Cut } from './painter.js';
import { Picture } from './picture.js';

/**
 * What the video elements show, for browsers that hand no decoded frames to the page: taken in their frame callbacks. Two tracks are held until both have the
 * same instant: `current` never mixes instants unless the tracks cannot be paired at all.
 */
export class VideoEyes implements EyeTextures {
  readonly #gl: WebGL2RenderingContext;
  readonly #viewer: Viewer;
  readonly #changed: () => void;
  readonly #stop: (() => void)[];
  #pictures: Record<Eye, Picture[]> = { left: [], right: [] };
  #pairing: Pairing<Picture>;
  #current: Record<Eye, Picture> | null = null;

  /** `changed` is called when there is something new to draw, in the painting step of the frame. */
  constructor(gl: WebGL2RenderingContext, viewer: Viewer, changed: () => void) {
    this.#gl = gl;
    this.#viewer = viewer;
    this.#changed = changed;
    this.#pairing = new Pairing(() => viewer.frameTicks);
    this.#stop = [
      viewer.on('frame', (eye, metadata) => this.#handleFrame(eye, metadata)),
      viewer.on('tracks', () => this.#forget()),
    ];
  }

  /** Null until there is a picture. */
  get current(): Record<Eye, Cut> | null {
    if (!this.#current) return null;
    const { eyes } = layoutFacts[this.#viewer.layout];
    return {
      left: { picture: this.#current.left, region: eyes.left.region },
      right: { picture: this.#current.right, region: eyes.right.region },
    };
  }

  /** Takes what the videos show at this moment, for a first picture before the next frame comes. */
  fill(): void {
    if (this.#current || this.#viewer.state.phase !== 'playing') return;
    const { eyes } = layoutFacts[this.#viewer.layout];
    if (eyes.right.video === 'left') this.#handleFrame('left', null);
  }

  /** The videos tell of their frames themselves. */
  shown(): void {}

  close(): void {
    for (const stop of this.#stop) stop();
    this.#forget();
  }

  #handleFrame(eye: Eye, metadata: VideoFrameCallbackMetadata | null): void {
    const picture = this.#upload(eye);
    if (picture.width === 0) return;
    if (this.#viewer.layout !== 'twin') this.#current = { left: picture, right: picture };
    else {
      // Without a timestamp there is nothing to pair by; the time of arrival is the next best.
      const timestamp = metadata?.rtpTimestamp ?? Math.round(performance.now() * 90);
      const shown = this.#pairing.handleFrame(eye, timestamp, performance.now(), picture);
      if (!shown) return;
      this.#current = shown;
    }
    this.#changed();
  }

  #upload(eye: Eye): Picture {
    const mine = this.#pictures[eye];
    let picture = this.#viewer.layout === 'twin' ? mine.find((one) => !this.#pairing.inUse(one)) : mine[0];
    // At most those held, the one shown and the one being taken.
    if (!picture && mine.length < depth + 2) mine.push((picture = new Picture(this.#gl)));
    picture ??= mine[0]!;
    picture.upload(this.#viewer.videos[eye].element);
    return picture;
  }

  #forget(): void {
    for (const picture of [...this.#pictures.left, ...this.#pictures.right]) picture.close();
    this.#pictures = { left: [], right: [] };
    this.#pairing = new Pairing(() => this.#viewer.frameTicks);
    this.#current = null;
  }
}
