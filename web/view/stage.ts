import { drawComparison } from '../gl/comparison.js';
import { eyeTextures, type EyeTextures } from '../gl/eyes.js';
import { Painter } from '../gl/painter.js';
import { eyeAspect } from '../stereo/layouts.js';
import { Joined } from '../media/joined.js';
import { fit } from '../stereo/fit.js';
import type { Viewer } from '../viewer.js';
import { surface, viewAspect, type Comparison, type DisplayPath, type View } from './views.js';

/** One half of a canvas, as matrices of the square of two by two. */
// prettier-ignore
const halves = {
  left: new Float32Array([0.5, 0, 0, 0,  0, 1, 0, 0,  0, 0, 1, 0,  -0.5, 0, 0, 1]),
  right: new Float32Array([0.5, 0, 0, 0,  0, 1, 0, 0,  0, 0, 1, 0,  0.5, 0, 0, 1]),
  whole: new Float32Array([1, 0, 0, 0,  0, 1, 0, 0,  0, 0, 1, 0,  0, 0, 0, 1]),
} as const;

/** The flat picture: fits the chosen view into its element, whatever its aspect. */
export class Stage {
  readonly #element: HTMLElement;
  readonly #viewer: Viewer;
  /** As large as the picture: the picture, and what is laid over it. */
  readonly #place = document.createElement('div');
  readonly #frame = document.createElement('div');
  #view: View;
  #canvas: Canvas | null = null;
  #joined: Joined | null = null;
  /** Whether this browser joins two tracks in time, as far as is known. */
  #joins = Joined.possible();
  #path: DisplayPath = 'video';

  constructor(element: HTMLElement, viewer: Viewer, view: View) {
    this.#element = element;
    this.#viewer = viewer;
    this.#view = view;
    this.#place.className = 'place';
    this.#frame.className = 'frame';
    this.#place.append(this.#frame);
    element.append(this.#place);
    new ResizeObserver(() => this.#fit()).observe(element);
    for (const { element: video } of Object.values(viewer.videos)) video.addEventListener('resize', () => this.#fit());
    viewer.on('tracks', () => this.#compose());
    this.#compose();
  }

  get view(): View {
    return this.#view;
  }

  /** How the picture gets onto the screen. */
  get path(): DisplayPath {
    return this.#path;
  }

  /** Lays an element over the picture, as large as it is. */
  cover(element: Element): void {
    this.#place.append(element);
  }

  show(view: View): void {
    this.#view = view;
    this.#compose();
  }

  /** Frees the graphics processor, e.g. for a headset. */
  hide(): void {
    this.#clear();
    this.#frame.replaceChildren();
    this.#viewer.play();
  }

  #clear(): void {
    this.#canvas?.close();
    this.#canvas = null;
    this.#joined?.close();
    this.#joined = null;
  }

  #join(): void {
    this.#joined = new Joined(this.#viewer);
    this.#joined.on('failed', () => {
      this.#joins = false;
      this.#compose();
    });
    this.#frame.replaceChildren(this.#joined.video.element);
  }

  #compose(): void {
    this.#clear();
    const { videos, layout } = this.#viewer;
    const chosen = surface(layout, this.#view, this.#joins);
    this.#path = chosen.kind;
    if (chosen.kind === 'joined') this.#join();
    else if (chosen.kind === 'canvas') {
      this.#canvas = new Canvas(this.#viewer, chosen.painting);
      this.#frame.replaceChildren(this.#canvas.works ? this.#canvas.element : needsWebGl());
    } else {
      const { element } = videos[chosen.video];
      const { x, y, width, height } = chosen.region;
      Object.assign(element.style, {
        width: percent(1 / width),
        height: percent(1 / height),
        left: percent(-x / width),
        top: percent(-y / height),
      });
      this.#frame.replaceChildren(element);
    }
    this.#viewer.play();
    this.#fit();
  }

  #fit(): void {
    const { videoWidth, videoHeight } = this.#viewer.videos.left.element;
    // Before asking for the size, which costs a layout.
    if (videoWidth === 0) return;
    const { clientWidth, clientHeight } = this.#element;
    if (clientWidth === 0) return;
    const { layout } = this.#viewer;
    const aspect = viewAspect(layout, this.#view, eyeAspect(layout, videoWidth, videoHeight));
    const { x, y, width, height } = fit(aspect, clientWidth, clientHeight);
    Object.assign(this.#place.style, {
      left: `${String(x)}px`,
      top: `${String(y)}px`,
      width: `${String(width)}px`,
      height: `${String(height)}px`,
    });
    this.#canvas?.resize(width * devicePixelRatio, height * devicePixelRatio);
  }
}

/** A view that has to be painted: two eyes of two tracks next to each other, or both in one picture. */
class Canvas {
  readonly element = document.createElement('canvas');
  readonly #gl: WebGL2RenderingContext | null;
  readonly #painting: 'side-by-side' | Comparison;
  readonly #painter: Painter | null = null;
  readonly #eyes: EyeTextures | null = null;

  constructor(viewer: Viewer, painting: 'side-by-side' | Comparison) {
    this.#painting = painting;
    this.#gl = this.element.getContext('webgl2', {
      alpha: false,
      antialias: false,
      depth: false,
      desynchronized: true,
    });
    if (!this.#gl) return;
    this.#painter = new Painter(this.#gl);
    this.#eyes = eyeTextures(this.#gl, viewer, () => this.#paint());
    this.#eyes.fill();
  }

  get works(): boolean {
    return this.#gl !== null;
  }

  resize(width: number, height: number): void {
    const [w, h] = [Math.max(1, Math.round(width)), Math.max(1, Math.round(height))];
    if (this.element.width === w && this.element.height === h) return;
    [this.element.width, this.element.height] = [w, h];
    this.#paint();
  }

  close(): void {
    this.#eyes?.close();
    this.#painter?.close();
    this.#gl?.getExtension('WEBGL_lose_context')?.loseContext();
  }

  #paint(): void {
    const [gl, painter, eyes] = [this.#gl, this.#painter, this.#eyes?.current];
    if (!gl || !painter || !eyes) return;
    gl.viewport(0, 0, this.element.width, this.element.height);
    if (this.#painting !== 'side-by-side')
      drawComparison(painter, eyes, this.#painting, halves.whole, performance.now());
    else for (const eye of ['left', 'right'] as const) painter.draw(eyes[eye], halves[eye]);
    const painted = performance.now();
    // What is painted between two display frames appears with the next.
    requestAnimationFrame((at) => this.#eyes?.shown(painted, Math.max(at, painted)));
  }
}

function needsWebGl(): HTMLElement {
  const text = document.createElement('p');
  text.textContent = 'This view needs WebGL 2, which this browser does not offer. Left and Right work without it.';
  return text;
}

function percent(part: number): string {
  return `${String(part * 100)}%`;
}
