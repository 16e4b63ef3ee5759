import { drawGuides } from './draw-guides.js';
import type { Overlays } from './overlays.js';

/** The guides of one eye as a picture for the headset, which stretches it over the eye's, whatever its aspect. */
export const guidePixels = { width: 1280, height: 960 } as const;
const thickness = 3;

/** Null where there are no guides. `aspect`: width over height of one eye. */
export function guidePicture(
  canvas: HTMLCanvasElement,
  { guides, density }: Overlays,
  aspect: number,
): HTMLCanvasElement | null {
  if (guides === 'none') return null;
  if (canvas.width !== guidePixels.width) Object.assign(canvas, guidePixels);
  const whole = { x: 0, y: 0, ...guidePixels };
  drawGuides(canvas.getContext('2d')!, guides, density, [whole], thickness, aspect);
  return canvas;
}
