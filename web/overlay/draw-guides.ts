import { linesOf, type GuideName, type Line } from './guides.js';

/** Where an eye is on a canvas, pixels. */
export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Draws the guide over each eye on an empty canvas; `thickness` in pixels; `aspect` where the canvas will be stretched. A dark seam keeps a line visible on any picture. */
export function drawGuides(
  context: CanvasRenderingContext2D,
  guide: GuideName,
  density: number,
  eyes: readonly Area[],
  thickness: number,
  aspect?: number,
): void {
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  for (const eye of eyes) {
    const lines = linesOf(guide, density, aspect ?? eye.width / eye.height);
    for (const seam of [true, false]) for (const line of lines) stroke(context, line, eye, thickness, seam);
  }
}

function stroke(
  context: CanvasRenderingContext2D,
  { from, to, colour }: Line,
  area: Area,
  thickness: number,
  seam: boolean,
): void {
  const place = ([x, y]: [number, number]): [number, number] => [area.x + x * area.width, area.y + y * area.height];
  context.strokeStyle = seam ? 'rgb(0 0 0 / 45%)' : colour;
  context.lineWidth = seam ? thickness * 3 : thickness;
  context.beginPath();
  context.moveTo(...place(from));
  context.lineTo(...place(to));
  context.stroke();
}
