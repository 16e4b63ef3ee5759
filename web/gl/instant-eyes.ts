import type { Eye } from '../../src/protocol/ws.js';
import { Instants, type Instant } from '../stereo/instants.js';
import { layoutFacts } from '../stereo/layouts.js';
import type { Viewer } from '../viewer.js';
import type { EyeTextures } from './eyes.js';
import type { Cut } from './painter.js';
import { Picture } from './picture.js';

/** Decoded frames as they leave the decoder, the newest there is when one draws: uploaded then, and once. */
export class InstantEyes implements EyeTextures {
  readonly #viewer: Viewer;
  readonly #instants: Instants;
  readonly #untold: () => void;
  readonly #pictures: Record<Eye, Picture>;
  #uploaded: Instant | null = null;
  #told: Instant | null = null;
  #filled = false;

  constructor(gl: WebGL2RenderingContext, viewer: Viewer, changed: () => void) {
    this.#viewer = viewer;
    this.#untold = viewer.meters.tells();
    this.#pictures = { left: new Picture(gl), right: new Picture(gl) };
    this.#instants = new Instants(viewer);
    this.#instants.on('instant', changed);
  }

  get current(): Record<Eye, Cut> | null {
    this.#upload();
    if (!this.#uploaded && !this.#filled) return null;
    const { eyes } = layoutFacts[this.#viewer.layout];
    return {
      left: { picture: this.#pictures[eyes.left.video], region: eyes.left.region },
      right: { picture: this.#pictures[eyes.right.video], region: eyes.right.region },
    };
  }

  fill(): void {
    if (this.#uploaded || this.#viewer.state.phase !== 'playing' || this.#viewer.layout === 'twin') return;
    this.#pictures.left.upload(this.#viewer.videos.left.element);
    this.#filled = this.#pictures.left.width > 0;
  }

  shown(presentationTime: number, expectedDisplayTime: number): void {
    if (!this.#uploaded || this.#told === this.#uploaded) return;
    this.#told = this.#uploaded;
    this.#viewer.meters.handleTold({ ...this.#uploaded, presentationTime, expectedDisplayTime });
  }

  close(): void {
    this.#untold();
    this.#instants.close();
    for (const picture of Object.values(this.#pictures)) picture.close();
  }

  #upload(): void {
    const instant = this.#instants.current;
    if (!instant || instant === this.#uploaded) return;
    this.#uploaded = instant;
    this.#pictures.left.upload(instant.left);
    if (this.#viewer.layout === 'twin') this.#pictures.right.upload(instant.right);
  }
}
