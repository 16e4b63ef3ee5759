import { layoutFacts } from '../stereo/layouts.js';
import type { Viewer } from '../viewer.js';
import { Panel, panelPixels, panelSize } from './panel.js';
import { beneath, type Place, type Size } from './placement.js';
import type { Presenter } from './presenter.js';

/** Where one video holds both eyes and the browser composes videos itself (WebXR Layers): no copy, no drawing, full display rate. */
export class LayerPresenter implements Presenter {
  readonly path = 'layer';
  readonly #picture: XRQuadLayer;
  readonly #strip: Strip | null;

  /** Throws where the browser cannot after all; `gl` draws the strip of figures. */
  constructor(session: XRSession, gl: WebGL2RenderingContext, space: XRReferenceSpace, viewer: Viewer, size: Size) {
    this.#picture = new XRMediaBinding(session).createQuadLayer(viewer.videos.left.element, {
      space,
      layout: layoutFacts[viewer.layout].layer!,
      ...half(size),
    });
    this.#strip = Strip.make(session, gl, space);
    void session.updateRenderState({ layers: [...(this.#strip ? [this.#strip.layer] : []), this.#picture] });
  }

  /** One video whose two eyes a layer can tell apart, in a browser that has media layers. */
  static possible(viewer: Viewer): boolean {
    return typeof XRMediaBinding === 'function' && layoutFacts[viewer.layout].layer !== null;
  }

  place(place: Place, size: Size): void {
    Object.assign(this.#picture, half(size), { transform: rigid(place) });
    this.#strip?.place(beneath(place, size.height / 2 + panelSize.height, 0.05));
  }

  write(text: string): void {
    this.#strip?.write(text);
  }

  draw(frame: XRFrame): void {
    this.#strip?.draw(frame);
  }

  close(): void {
    this.#picture.destroy();
    this.#strip?.layer.destroy();
  }
}

/** The line of figures as a layer of its own. */
class Strip {
  readonly layer: XRQuadLayer;
  readonly #gl: WebGL2RenderingContext;
  readonly #binding: XRWebGLBinding;
  readonly #panel = new Panel();
  #written = true;

  private constructor(gl: WebGL2RenderingContext, binding: XRWebGLBinding, space: XRReferenceSpace) {
    this.#gl = gl;
    this.#binding = binding;
    this.layer = binding.createQuadLayer({
      space,
      layout: 'mono',
      viewPixelWidth: panelPixels.width,
      viewPixelHeight: panelPixels.height,
      ...half(panelSize),
    });
  }

  /** Null where the browser has layers for videos alone: the picture does without figures then. */
  static make(session: XRSession, gl: WebGL2RenderingContext, space: XRReferenceSpace): Strip | null {
    if (typeof XRWebGLBinding !== 'function' || !('createQuadLayer' in XRWebGLBinding.prototype)) return null;
    return new Strip(gl, new XRWebGLBinding(session, gl), space);
  }

  place(place: Place): void {
    this.layer.transform = rigid(place);
  }

  write(text: string): void {
    if (this.#panel.write(text)) this.#written = true;
  }

  draw(frame: XRFrame): void {
    if (!this.#written && !this.layer.needsRedraw) return;
    this.#written = false;
    const gl = this.#gl;
    const { colorTexture } = this.#binding.getSubImage(this.layer, frame);
    gl.bindTexture(gl.TEXTURE_2D, colorTexture);
    // Layer textures have their origin below, a canvas above.
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, true);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, gl.RGBA, gl.UNSIGNED_BYTE, this.#panel.canvas);
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
  }
}

/** Quad layers of today's browsers take half the width and height, as three.js (XRManager) and the layers polyfill do. */
function half({ width, height }: Size): Size {
  return { width: width / 2, height: height / 2 };
}

function rigid({ position, orientation }: Place): XRRigidTransform {
  return new XRRigidTransform(position, orientation);
}
