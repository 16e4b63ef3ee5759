import { drawComparison } from '../gl/comparison.js';
import { eyeTextures, type EyeTextures } from '../gl/eyes.js';
import { Painter, type Cut } from '../gl/painter.js';
import { Picture } from '../gl/picture.js';
import type { Eye } from '../../src/protocol/ws.js';
import { whole } from '../stereo/layouts.js';
import type { Comparison } from '../view/views.js';
import type { Viewer } from '../viewer.js';
import { Panel, panelSize } from './panel.js';
import { beneath, modelMatrix, multiply, type Place, type Size } from './placement.js';
import type { Presenter } from './presenter.js';

/** Draws each eye's picture itself: for two tracks, and for browsers without media layers. Textures are renewed only when a frame came. */
export class WebGlPresenter implements Presenter {
  readonly path = 'webgl';
  readonly #session: XRSession;
  readonly #gl: WebGL2RenderingContext;
  readonly #layer: XRWebGLLayer;
  readonly #painter: Painter;
  readonly #eyes: EyeTextures;
  readonly #panel = new Panel();
  readonly #panelPicture: Picture;
  readonly #guides: Picture;
  #guided = false;
  #comparison: Comparison | null = null;
  #model: Float32Array | null = null;
  #panelModel: Float32Array | null = null;

  /** `gl` must have been made compatible with the session's device. */
  constructor(session: XRSession, gl: WebGL2RenderingContext, viewer: Viewer) {
    this.#session = session;
    this.#gl = gl;
    this.#painter = new Painter(gl);
    this.#panelPicture = new Picture(gl);
    this.#panelPicture.upload(this.#panel.canvas);
    this.#guides = new Picture(gl);
    this.#eyes = eyeTextures(gl, viewer, () => {});
    this.#eyes.fill();
    this.#layer = new XRWebGLLayer(session, gl, { antialias: false, depth: false, stencil: false, alpha: false });
    void session.updateRenderState({ baseLayer: this.#layer });
  }

  place(place: Place, size: Size): void {
    this.#model = modelMatrix(place, size);
    this.#panelModel = modelMatrix(beneath(place, size.height / 2 + panelSize.height, 0.05), panelSize);
  }

  cover(guides: HTMLCanvasElement | null, comparison: Comparison | null): void {
    if (guides) this.#guides.upload(guides);
    [this.#guided, this.#comparison] = [guides !== null, comparison];
  }

  write(text: string): void {
    if (this.#panel.write(text)) this.#panelPicture.upload(this.#panel.canvas);
  }

  /** The newest frame there is at this moment, uploaded here and once. */
  draw(frame: XRFrame, pose: XRViewerPose): void {
    const gl = this.#gl;
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.#session.renderState.baseLayer?.framebuffer ?? null);
    gl.clearColor(0, 0, 0, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    const eyes = this.#eyes.current;
    for (const view of pose.views) {
      const viewport = this.#layer.getViewport(view);
      if (!viewport || !this.#model || !this.#panelModel) continue;
      gl.viewport(viewport.x, viewport.y, viewport.width, viewport.height);
      const seen = multiply(view.projectionMatrix, view.transform.inverse.matrix);
      const over = multiply(seen, this.#model);
      if (eyes) this.#drawEyes(eyes, view.eye === 'right' ? 'right' : 'left', over);
      gl.enable(gl.BLEND);
      gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
      if (this.#guided) this.#painter.draw({ picture: this.#guides, region: whole }, over);
      this.#painter.draw({ picture: this.#panelPicture, region: whole }, multiply(seen, this.#panelModel));
      gl.disable(gl.BLEND);
    }
    const now = performance.now();
    this.#eyes.shown(now, frame.predictedDisplayTime ?? now);
  }

  #drawEyes(eyes: Record<Eye, Cut>, eye: Eye, transform: Float32Array): void {
    if (this.#comparison === null) this.#painter.draw(eyes[eye], transform);
    else drawComparison(this.#painter, eyes, this.#comparison, transform, performance.now());
  }

  close(): void {
    this.#eyes.close();
    this.#guides.close();
    this.#panelPicture.close();
    this.#painter.close();
  }
}
