import { drawComparison } from '../gl/comparison.js';
import { eyeTextures, type EyeTextures } from '../gl/eyes.js';
import { Painter } from '../gl/painter.js';
import type { Comparison } from '../view/views.js';
import type { Viewer } from '../viewer.js';
import { half, rigid, type Place, type Size } from './placement.js';

const pixels: Size = { width: 1280, height: 960 };
/** The layer's whole texture. */
// prettier-ignore
const whole = new Float32Array([1, 0, 0, 0,  0, 1, 0, 0,  0, 0, 1, 0,  0, 0, 0, 1]);

/** A layer in place of the video's, on which both eyes are painted into one picture: what no layer of video can do. */
export class ComparisonLayer {
  readonly layer: XRQuadLayer;
  readonly #gl: WebGL2RenderingContext;
  readonly #binding: XRWebGLBinding;
  readonly #comparison: Comparison;
  readonly #painter: Painter;
  readonly #eyes: EyeTextures;
  readonly #framebuffer: WebGLFramebuffer;

  constructor(
    session: XRSession,
    gl: WebGL2RenderingContext,
    space: XRReferenceSpace,
    viewer: Viewer,
    comparison: Comparison,
  ) {
    this.#gl = gl;
    this.#binding = new XRWebGLBinding(session, gl);
    this.#comparison = comparison;
    this.layer = this.#binding.createQuadLayer({
      space,
      layout: 'mono',
      viewPixelWidth: pixels.width,
      viewPixelHeight: pixels.height,
    });
    this.#painter = new Painter(gl);
    this.#framebuffer = gl.createFramebuffer();
    this.#eyes = eyeTextures(gl, viewer, () => {});
    this.#eyes.fill();
  }

  place(place: Place, size: Size): void {
    Object.assign(this.layer, half(size), { transform: rigid(place) });
  }

  draw(frame: XRFrame): void {
    const eyes = this.#eyes.current;
    if (!eyes) return;
    const gl = this.#gl;
    const { colorTexture } = this.#binding.getSubImage(this.layer, frame);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.#framebuffer);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, colorTexture, 0);
    gl.viewport(0, 0, pixels.width, pixels.height);
    drawComparison(this.#painter, eyes, this.#comparison, whole, performance.now());
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    const now = performance.now();
    this.#eyes.shown(now, frame.predictedDisplayTime ?? now);
  }

  close(): void {
    this.#eyes.close();
    this.#painter.close();
    this.#gl.deleteFramebuffer(this.#framebuffer);
    this.layer.destroy();
  }
}
