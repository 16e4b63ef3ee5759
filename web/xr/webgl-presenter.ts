import { eyeTextures, type EyeTextures } from '../gl/eyes.js';
import { Painter } from '../gl/painter.js';
import { Picture } from '../gl/picture.js';
import { whole } from '../stereo/layouts.js';
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
  #model: Float32Array | null = null;
  #panelModel: Float32Array | null = null;

  /** `gl` must have been made compatible with the session's device. */
  constructor(session: XRSession, gl: WebGL2RenderingContext, viewer: Viewer) {
    this.#session = session;
    this.#gl = gl;
    this.#painter = new Painter(gl);
    this.#panelPicture = new Picture(gl);
    this.#panelPicture.upload(this.#panel.canvas);
    this.#eyes = eyeTextures(gl, viewer, () => {});
    this.#eyes.fill();
    this.#layer = new XRWebGLLayer(session, gl, { antialias: false, depth: false, stencil: false, alpha: false });
    void session.updateRenderState({ baseLayer: this.#layer });
  }

  place(place: Place, size: Size): void {
    this.#model = modelMatrix(place, size);
    this.#panelModel = modelMatrix(beneath(place, size.height / 2 + panelSize.height, 0.05), panelSize);
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
      if (eyes) this.#painter.draw(view.eye === 'right' ? eyes.right : eyes.left, multiply(seen, this.#model));
      this.#painter.draw({ picture: this.#panelPicture, region: whole }, multiply(seen, this.#panelModel));
    }
    const now = performance.now();
    this.#eyes.shown(now, frame.predictedDisplayTime ?? now);
  }

  close(): void {
    this.#eyes.close();
    this.#panelPicture.close();
    this.#painter.close();
  }
}
