import { mapPixel, type Rectification } from '../calibration/rectification.js';

/** Where `shaders/planes.frag` asks the lens, in samples from the middle of four: NODE there. */
const node = 1.118034;
/** Places looked at, across and down. */
const grid = { across: 80, down: 60 };

/**
 * How far, in pixels of the captured picture, the straight line that `shaders/planes.frag` draws through two points of the lens is from the lens itself for
 * any of the four samples that it takes along it: the greatest over a grid of places whose source is inside the picture.
 */
export function lensStepError(r: Rectification): number {
  const { width, height } = r.output;
  let worst = 0;
  for (let row = 0; row < grid.down; row++) {
    const y = ((row + 0.5) * height) / grid.down;
    for (let column = 0; column < grid.across; column++) {
      const middle = 1.5 + (column * (width - 4)) / (grid.across - 1);
      const [before, after] = [mapPixel(r, middle - node, y), mapPixel(r, middle + node, y)];
      for (const off of [-1.5, -0.5, 0.5, 1.5]) {
        const exact = mapPixel(r, middle + off, y);
        if (!isInside(r, exact)) continue;
        const along = off / (2 * node) + 0.5;
        for (const axis of [0, 1] as const)
          worst = Math.max(worst, Math.abs(before[axis] + (after[axis] - before[axis]) * along - exact[axis]));
      }
    }
  }
  return worst;
}

function isInside({ source }: Rectification, [u, v]: readonly [number, number]): boolean {
  return u > -0.5 && v > -0.5 && u < source.width - 0.5 && v < source.height - 0.5;
}
