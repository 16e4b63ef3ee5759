import { Emitter } from '../events.js';
import { eyeAspect } from '../stereo/layouts.js';
import { guidePicture } from '../overlay/guide-picture.js';
import type { Overlays } from '../overlay/overlays.js';
import type { Viewer } from '../viewer.js';
import { displayRate } from './frame-rate.js';
import { LayerPresenter } from './layer-presenter.js';
import { fieldOfView, field, inFrontOf, screenSize, type Place, type Size } from './placement.js';
import type { Presenter } from './presenter.js';
import { WebGlPresenter } from './webgl-presenter.js';

interface ImmersionEvents {
  /** A frame of the display is being drawn; `now` in ms. */
  frame: [now: number];
  ended: [];
}

/** One immersive session: the picture stands before the viewer and is brought back there by the trigger. Ends with the session. */
export class Immersion extends Emitter<ImmersionEvents> {
  readonly session: XRSession;
  readonly #viewer: Viewer;
  readonly #space: XRReferenceSpace;
  readonly #gl: WebGL2RenderingContext;
  readonly #overlays: Overlays;
  readonly #layers: boolean;
  readonly #guides = document.createElement('canvas');
  readonly #stop: (() => void)[];
  #presenter: Presenter;
  #place: Place | null = null;
  #shape = '';
  #written = '';

  /** Must be called in a click or key press; rejects with what the browser says when it cannot. `layers` false: WebGL even where layers are. */
  static async enter(viewer: Viewer, overlays: Overlays, layers: boolean): Promise<Immersion> {
    const session = await navigator.xr!.requestSession('immersive-vr', { optionalFeatures: ['layers'] });
    try {
      const gl = document.createElement('canvas').getContext('webgl2', { xrCompatible: true, antialias: false });
      if (!gl) throw new Error('This browser has no WebGL 2');
      await gl.makeXRCompatible();
      const space = await session.requestReferenceSpace('local');
      return new Immersion(session, gl, space, viewer, overlays, layers);
    } catch (error) {
      await session.end();
      throw error;
    }
  }

  private constructor(
    session: XRSession,
    gl: WebGL2RenderingContext,
    space: XRReferenceSpace,
    viewer: Viewer,
    overlays: Overlays,
    layers: boolean,
  ) {
    super();
    this.session = session;
    this.#gl = gl;
    this.#space = space;
    this.#viewer = viewer;
    this.#overlays = overlays;
    this.#layers = layers;
    this.#presenter = this.#present();
    this.#stop = [viewer.on('tracks', () => this.#presentAgain()), overlays.on('guides', () => this.#cover())];
    this.#cover();
    session.addEventListener('select', () => (this.#place = null));
    session.addEventListener('end', () => this.#close());
    this.#keepPace();
    session.requestAnimationFrame(this.#draw);
  }

  /** How the picture gets to the eyes. */
  get path(): Presenter['path'] {
    return this.#presenter.path;
  }

  /** Up to three lines under the picture. */
  write(text: string): void {
    this.#written = text;
    this.#presenter.write(text);
  }

  end(): void {
    void this.session.end();
  }

  readonly #draw = (now: number, frame: XRFrame): void => {
    this.session.requestAnimationFrame(this.#draw);
    this.#viewer.poll(now);
    this.emit('frame', now);
    const pose = frame.getViewerPose(this.#space);
    if (!pose) return;
    const { videoWidth, videoHeight } = this.#viewer.videos.left.element;
    const shape = `${String(videoWidth)}x${String(videoHeight)}`;
    if (!this.#place || shape !== this.#shape) {
      this.#place ??= inFrontOf(pose.transform);
      if (shape !== this.#shape) this.#cover();
      this.#shape = shape;
      this.#presenter.place(this.#place, this.#size());
    }
    this.#presenter.draw(frame, pose);
  };

  #aspect(): number {
    const { videoWidth, videoHeight } = this.#viewer.videos.left.element;
    return videoHeight > 0 ? eyeAspect(this.#viewer.layout, videoWidth, videoHeight) : 4 / 3;
  }

  #size(): Size {
    const { profile } = this.#viewer;
    return screenSize(this.#aspect(), profile ? fieldOfView(profile) : field.usual);
  }

  #present(): Presenter {
    if (this.#layers && LayerPresenter.possible(this.#viewer)) {
      try {
        return new LayerPresenter(this.session, this.#gl, this.#space, this.#viewer, this.#size());
      } catch (error) {
        console.info('Media layers are named but not to be had; drawing with WebGL instead.', error);
      }
    }
    return new WebGlPresenter(this.session, this.#gl, this.#viewer);
  }

  /** Another layout may want another way. */
  #presentAgain(): void {
    this.#presenter.close();
    this.#presenter = this.#present();
    this.#presenter.write(this.#written);
    this.#shape = '';
    this.#cover();
  }

  #cover(): void {
    this.#presenter.cover(guidePicture(this.#guides, this.#overlays, this.#aspect()), this.#overlays.comparison);
  }

  #keepPace(): void {
    const fps = this.#viewer.profile?.capture.fps;
    const rate = fps && this.session.supportedFrameRates ? displayRate(this.session.supportedFrameRates, fps) : null;
    if (rate !== null && rate !== this.session.frameRate)
      this.session.updateTargetFrameRate(rate).catch(() => {
        // The headset keeps its own rate, for heat or battery; the picture is the same, a little less even.
      });
  }

  #close(): void {
    for (const stop of this.#stop) stop();
    this.#presenter.close();
    this.#gl.getExtension('WEBGL_lose_context')?.loseContext();
    this.emit('ended');
  }
}
