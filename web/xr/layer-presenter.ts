import { guidePixels } from '../overlay/guide-picture.js';
import { layoutFacts } from '../stereo/layouts.js';
import type { Comparison } from '../view/views.js';
import type { Viewer } from '../viewer.js';
import { CanvasLayer } from './canvas-layer.js';
import { ComparisonLayer } from './comparison-layer.js';
import { Panel, panelPixels, panelSize } from './panel.js';
import { beneath, half, rigid, type Place, type Size } from './placement.js';
import type { Presenter } from './presenter.js';

/** Where one video holds both eyes and the browser composes videos itself (WebXR Layers): no copy, no drawing, full display rate. */
export class LayerPresenter implements Presenter {
  readonly path = 'layer';
  readonly #surroundings: [XRSession, WebGL2RenderingContext, XRReferenceSpace, Viewer];
  readonly #picture: XRQuadLayer;
  readonly #panel = new Panel();
  readonly #strip: CanvasLayer | null;
  readonly #guides: CanvasLayer | null;
  #comparison: { name: Comparison; layer: ComparisonLayer } | null = null;
  #guided = false;
  #placed: [Place, Size] | null = null;

  /** Throws where the browser cannot after all; `gl` draws what is not video. */
  constructor(session: XRSession, gl: WebGL2RenderingContext, space: XRReferenceSpace, viewer: Viewer, size: Size) {
    this.#surroundings = [session, gl, space, viewer];
    this.#picture = new XRMediaBinding(session).createQuadLayer(viewer.videos.left.element, {
      space,
      layout: layoutFacts[viewer.layout].layer!,
      ...half(size),
    });
    this.#strip = CanvasLayer.make(session, gl, space, panelPixels, panelSize);
    this.#guides = CanvasLayer.make(session, gl, space, guidePixels, size);
    this.#compose();
  }

  /** One video whose two eyes a layer can tell apart, in a browser that has media layers. */
  static possible(viewer: Viewer): boolean {
    return typeof XRMediaBinding === 'function' && layoutFacts[viewer.layout].layer !== null;
  }

  place(place: Place, size: Size): void {
    this.#placed = [place, size];
    Object.assign(this.#picture, half(size), { transform: rigid(place) });
    this.#strip?.place(beneath(place, size.height / 2 + panelSize.height, 0.05), panelSize);
    // In the same plane: layers are laid over each other in their order, not by depth.
    this.#guides?.place(place, size);
    this.#comparison?.layer.place(place, size);
  }

  cover(guides: HTMLCanvasElement | null, comparison: Comparison | null): void {
    if (guides) this.#guides?.show(guides);
    this.#guided = guides !== null;
    if (comparison !== (this.#comparison?.name ?? null)) this.#compare(comparison);
    this.#compose();
  }

  write(text: string): void {
    if (this.#panel.write(text)) this.#strip?.show(this.#panel.canvas);
  }

  draw(frame: XRFrame): void {
    this.#strip?.draw(frame);
    if (this.#guided) this.#guides?.draw(frame);
    this.#comparison?.layer.draw(frame);
  }

  close(): void {
    this.#picture.destroy();
    this.#strip?.layer.destroy();
    this.#guides?.layer.destroy();
    this.#comparison?.layer.close();
  }

  #compare(name: Comparison | null): void {
    this.#comparison?.layer.close();
    this.#comparison = null;
    // Layers for videos alone: the picture does without.
    if (name === null || !this.#strip) return;
    this.#comparison = { name, layer: new ComparisonLayer(...this.#surroundings, name) };
    if (this.#placed) this.#comparison.layer.place(...this.#placed);
  }

  /** From the back to the front. The strip, which covers nothing, comes first: the layers' polyfill takes the context of the first layer for all. */
  #compose(): void {
    const picture = this.#comparison?.layer.layer ?? this.#picture;
    const layers = [this.#strip?.layer, picture, this.#guided ? this.#guides?.layer : undefined];
    void this.#surroundings[0].updateRenderState({ layers: layers.filter((layer) => layer !== undefined) });
  }
}
