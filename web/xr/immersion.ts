import { Emitter } from '../events.js';
import { eyeAspect } from '../stereo/layouts.js';
import type { Viewer } from '../viewer.js';
import { displayRate } from './frame-rate.js';
import { LayerPresenter } from './layer-presenter.js';
import { fieldOfView, field, inFrontOf, screenSize, type Place, type Size } from './placement.js';
import type { Presenter } from './presenter.js';
import { WebGlPresenter } from './webgl-presenter.js';

interface ImmersionEvents {
  ended: [];
}

/** One immersive session: the picture stands before the viewer and is brought back there by the trigger. Ends with the session. */
export class Immersion extends Emitter<ImmersionEvents> {
  readonly session: XRSession;
  readonly #viewer: Viewer;
  readonly #space: XRReferenceSpace;
  readonly #gl: WebGL2RenderingContext;
  readonly #layers: boolean;
  readonly #stop: (() => void)[];
  #presenter: Presenter;
  #place: Place | null = null;
  #shape = '';

  /** Must be called in a click or key press; rejects with what the browser says when it cannot. `layers` false: WebGL even where layers are. */
  static async enter(viewer: Viewer, layers: boolean): Promise<Immersion> {
    const session = await navigator.xr!.requestSession('immersive-vr', { optionalFeatures: ['layers'] });
    try {
      const gl = document.createElement('canvas').getContext('webgl2', { xrCompatible: true, antialias: false });
      if (!gl) throw new Error('This browser has no WebGL 2');
      await gl.makeXRCompatible();
      const space = await session.requestReferenceSpace('local');
      return new Immersion(session, gl, space, viewer, layers);
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
    layers: boolean,
  ) {
    super();
    this.session = session;
    this.#gl = gl;
    this.#space = space;
    this.#viewer = viewer;
    this.#layers = layers;
    this.#presenter = this.#present();
    this.#stop = [viewer.on('tracks', () => this.#presentAgain())];
    session.addEventListener('select', () => (this.#place = null));
    session.addEventListener('end', () => this.#close());
    this.#keepPace();
    session.requestAnimationFrame(this.#draw);
  }

  /** How the picture gets to the eyes. */
  get path(): Presenter['path'] {
    return this.#presenter.path;
  }

  write(text: string): void {
    this.#presenter.write(text);
  }

  end(): void {
    void this.session.end();
  }

  readonly #draw = (now: number, frame: XRFrame): void => {
    this.session.requestAnimationFrame(this.#draw);
    this.#viewer.poll(now);
    const pose = frame.getViewerPose(this.#space);
    if (!pose) return;
    const { videoWidth, videoHeight } = this.#viewer.videos.left.element;
    const shape = `${String(videoWidth)}x${String(videoHeight)}`;
    if (!this.#place || shape !== this.#shape) {
      this.#place ??= inFrontOf(pose.transform);
      this.#shape = shape;
      this.#presenter.place(this.#place, this.#size());
    }
    this.#presenter.draw(frame, pose);
  };

  #size(): Size {
    const { videoWidth, videoHeight } = this.#viewer.videos.left.element;
    const { profile, layout } = this.#viewer;
    const aspect = videoHeight > 0 ? eyeAspect(layout, videoWidth, videoHeight) : 4 / 3;
    return screenSize(aspect, profile ? fieldOfView(profile) : field.usual);
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
    this.#shape = '';
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
