import { half, rigid, type Place, type Size } from './placement.js';

/** A canvas as a layer of its own: the figures, the guides. */
export class CanvasLayer {
  readonly layer: XRQuadLayer;
  readonly #gl: WebGL2RenderingContext;
  readonly #binding: XRWebGLBinding;
  #canvas: HTMLCanvasElement | null = null;
  #stale = true;

  private constructor(
    gl: WebGL2RenderingContext,
    binding: XRWebGLBinding,
    space: XRReferenceSpace,
    pixels: Size,
    size: Size,
  ) {
    this.#gl = gl;
    this.#binding = binding;
    this.layer = binding.createQuadLayer({
      space,
      layout: 'mono',
      viewPixelWidth: pixels.width,
      viewPixelHeight: pixels.height,
      ...half(size),
    });
  }

  /** Null where the browser has layers for videos alone: the picture does without figures and guides then. */
  static make(
    session: XRSession,
    gl: WebGL2RenderingContext,
    space: XRReferenceSpace,
    pixels: Size,
    size: Size,
  ): CanvasLayer | null {
    if (typeof XRWebGLBinding !== 'function' || !('createQuadLayer' in XRWebGLBinding.prototype)) return null;
    return new CanvasLayer(gl, new XRWebGLBinding(session, gl), space, pixels, size);
  }

  place(place: Place, size: Size): void {
    Object.assign(this.layer, half(size), { transform: rigid(place) });
  }

  /** As it is now; of as many pixels as the layer. */
  show(canvas: HTMLCanvasElement): void {
    [this.#canvas, this.#stale] = [canvas, true];
  }

  draw(frame: XRFrame): void {
    if (!this.#canvas || (!this.#stale && !this.layer.needsRedraw)) return;
    this.#stale = false;
    const gl = this.#gl;
    const { colorTexture } = this.#binding.getSubImage(this.layer, frame);
    gl.bindTexture(gl.TEXTURE_2D, colorTexture);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
    // Layer textures have their origin below, a canvas above.
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, true);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, gl.RGBA, gl.UNSIGNED_BYTE, this.#canvas);
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
  }
}
