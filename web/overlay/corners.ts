import { Sums, type Luma } from './luma.js';

export interface Corner {
  x: number;
  y: number;
}

/** Side of the square whose structure is judged, pixels. */
const side = 7;
/** Least of the smaller eigenvalue, in squared grey levels a pixel: below it there is noise or a straight edge. */
const least = 10;

/**
 * The place of the most structure in each of `columns` x `rows` fields, where there is enough of it in both directions to be found again: the smaller
 * eigenvalue of the structure tensor (J. Shi and C. Tomasi, "Good features to track", CVPR 1994).
 */
export function cornersIn({ width, height, values }: Luma, columns: number, rows: number): Corner[] {
  const inner = (index: number): boolean => {
    const x = index % width;
    return x > 0 && x < width - 1 && index >= width && index < values.length - width;
  };
  const across = (i: number): number => (inner(i) ? (values[i + 1]! - values[i - 1]!) / 2 : 0);
  const down = (i: number): number => (inner(i) ? (values[i + width]! - values[i - width]!) / 2 : 0);
  const xx = new Sums(width, height, (i) => across(i) ** 2);
  const yy = new Sums(width, height, (i) => down(i) ** 2);
  const xy = new Sums(width, height, (i) => across(i) * down(i));
  const found: Corner[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      let best: (Corner & { strength: number }) | null = null;
      const until = Math.min(height - side, Math.floor(((row + 1) * height) / rows));
      for (let y = Math.floor((row * height) / rows); y < until; y++) {
        const end = Math.min(width - side, Math.floor(((column + 1) * width) / columns));
        for (let x = Math.floor((column * width) / columns); x < end; x++) {
          const [a, b, c] = [xx.square(x, y, side), xy.square(x, y, side), yy.square(x, y, side)];
          const strength = ((a + c) / 2 - Math.hypot((a - c) / 2, b)) / side ** 2;
          if (strength >= least && strength > (best?.strength ?? 0))
            best = { x: x + (side >> 1), y: y + (side >> 1), strength };
        }
      }
      if (best) found.push({ x: best.x, y: best.y });
    }
  return found;
}
