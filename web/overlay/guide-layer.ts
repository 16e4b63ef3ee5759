import type { Layout } from '../../src/protocol/ws.js';
import type { View } from '../view/views.js';
import { drawGuides, type Area } from './draw-guides.js';
import type { Overlays } from './overlays.js';

/** The guides over the flat picture: drawn when they or the size of the picture change, never for a frame. */
export class GuideLayer {
  readonly element = document.createElement('canvas');
  readonly #overlays: Overlays;
  readonly #seen: () => { layout: Layout; view: View };

  constructor(overlays: Overlays, seen: () => { layout: Layout; view: View }) {
    this.#overlays = overlays;
    this.#seen = seen;
    this.element.className = 'guides';
    this.element.setAttribute('aria-hidden', 'true');
    new ResizeObserver(() => this.draw()).observe(this.element);
    overlays.on('guides', () => this.draw());
  }

  /** Also to be called when another view or layout is shown. */
  draw(): void {
    const { guides, density } = this.#overlays;
    this.element.hidden = guides === 'none';
    // Before asking for the size, which costs a layout.
    if (guides === 'none') return;
    const { clientWidth, clientHeight } = this.element;
    if (clientWidth === 0) return;
    const [width, height] = [Math.round(clientWidth * devicePixelRatio), Math.round(clientHeight * devicePixelRatio)];
    Object.assign(this.element, { width, height });
    const { layout, view } = this.#seen();
    const whole: Area = { x: 0, y: 0, width, height };
    const half = width / 2;
    const eyes =
      view === 'side-by-side' && layout !== 'mono'
        ? [
            { ...whole, width: half },
            { ...whole, x: half, width: half },
          ]
        : [whole];
    drawGuides(this.element.getContext('2d')!, guides, density, eyes, Math.max(1, Math.round(devicePixelRatio)));
  }
}
