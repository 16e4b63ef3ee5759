import { layoutFacts } from '../stereo/layouts.js';
import type { Viewer } from '../viewer.js';
import { Panel, panelPixels, panelSize } from './panel.js';
import { beneath, type Place, type Size } from './placement.js';
import type { Presenter } from './presenter.js';

/** Where one video holds both eyes and the browser composes videos itself (WebXR Layers): no copy, no drawing, full display rate. */
export class LayerPresenter implements Presenter {
  readonly path = 'layer';
  readonly #gl: WebGL2RenderingContext;
  readonly #binding: XRWebGLBinding;
  readonly #picture: XRQuadLayer;
  readonly #strip: XRQuadLayer;
  readonly #panel = new Panel();
  #written = true;

  /** Throws where the browser cannot after all; `gl` draws the strip of figures. */
  constructor(session: XRSession, gl: WebGL2RenderingContext, space: XRReferenceSpace, viewer: Viewer, size: Size) {
    this.#gl = gl;
    this.#picture = new XRMediaBinding(session).createQuadLayer(viewer.videos.left.element, {
      space,
      layout: layoutFacts[viewer.layout].layer!,
      ...half(size),
    });
    this.#binding = new XRWebGLBinding(session, gl);
    this.#strip = this.#binding.createQuadLayer({
      space,
      layout: 'mono',
      viewPixelWidth: panelPixels.width,
      viewPixelHeight: panelPixels.height,
      ...half(panelSize),
    });
    void session.updateRenderState({ layers: [this.#picture, this.#strip] });
  }

  /** One video whose two eyes a layer can tell apart, in a browser that has them. */
  static possible(viewer: Viewer): boolean {
    return (
      typeof XRMediaBinding === 'function' &&
      typeof XRWebGLBinding === 'function' &&
      layoutFacts[viewer.layout].layer !== null
    );
  }

  place(place: Place, size: Size): void {
    Object.assign(this.#picture, half(size), { transform: rigid(place) });
    const under = beneath(place, size.height / 2 + panelSize.height, 0.05);
    this.#strip.transform = rigid(under);
  }

  write(text: string): void {
    if (this.#panel.write(text)) this.#written = true;
  }

  draw(frame: XRFrame): void {
    if (!this.#written && !this.#strip.needsRedraw) return;
    this.#written = false;
    const gl = this.#gl;
    const { colorTexture } = this.#binding.getSubImage(this.#strip, frame);
    gl.bindTexture(gl.TEXTURE_2D, colorTexture);
    // Layer textures have their origin below, a canvas above.
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, true);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, gl.RGBA, gl.UNSIGNED_BYTE, this.#panel.canvas);
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
  }

  close(): void {
    this.#picture.destroy();
    this.#strip.destroy();
  }
}

/** Quad layers of today's browsers take half the width and height, as three.js (XRManager) and the layers polyfill do. */
function half({ width, height }: Size): Size {
  return { width: width / 2, height: height / 2 };
}

function rigid({ position, orientation }: Place): XRRigidTransform {
  return new XRRigidTransform(position, orientation);
}
