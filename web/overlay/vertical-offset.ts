import { median } from '../time/percentile.js';
import { cornersIn } from './corners.js';
import { halved, type Luma } from './luma.js';
import { Matcher } from './matching.js';

export type VerticalOffset =
  | {
      kind: 'measured';
      /** How much lower the right eye shows the same thing, in the middle of the picture, pixels. */
      dy: number;
      /** How far the right eye's picture is turned against the left one's, degrees clockwise. */
      roll: number;
      /** Standard error of `dy`, pixels. */
      error: number;
      /** Patches that were found in both eyes, and those of them that agree. */
      found: number;
      agreeing: number;
    }
  | { kind: 'no-texture' | 'no-agreement' };

/** Where in the left eye, in half widths from the middle, and how much lower it is found in the right one, pixels. */
interface Found {
  x: number;
  y: number;
  dy: number;
}

/** dy = offset + turn x + growth y, pixels at half a width from the middle. */
interface Plane {
  offset: number;
  turn: number;
  growth: number;
}

/** Fields of the picture, each with one patch at most, so that no part of it outvotes the others. */
const fields = { columns: 16, rows: 12 } as const;
/** With fewer patches, or a smaller part of them of one mind, nothing is said. */
const least = { patches: 10, agreeing: 0.5 } as const;
/** Patches agree within three deviations, and within as many pixels at the least and at the most. */
const together = { least: 0.5, most: 4 } as const;
/** As much as so many patches at the edge say that the eyes are neither turned nor scaled, where the others cannot tell. */
const doubt = 1;
const rounds = 8;

/**
 * How much lower the right eye shows things than the left one: patches with structure, found again in the right eye wherever they are; a plane through
 * their offsets (a roll between the eyes, another scale), laid so that the strays do not count, and the median of what is left. Both pictures of one size.
 */
export function verticalOffset(left: Luma, right: Luma): VerticalOffset {
  const corners = cornersIn(halved(left), fields.columns, fields.rows);
  if (corners.length < least.patches) return { kind: 'no-texture' };
  const matcher = new Matcher(left, right);
  const half = left.width / 2;
  const found = corners.flatMap(({ x, y }): Found[] => {
    const match = matcher.find(2 * x, 2 * y);
    return match ? [{ x: (2 * x - half) / half, y: (2 * y - left.height / 2) / half, dy: match.dy }] : [];
  });
  if (found.length < least.patches) return { kind: 'no-agreement' };
  let plane: Plane = { offset: median(found.map(({ dy }) => dy)), turn: 0, growth: 0 };
  let agreeing = found;
  let deviation = 0;
  for (let round = 0; round < rounds; round++) {
    const off = found.map((one) => Math.abs(one.dy - at(plane, one)));
    deviation = 1.4826 * median(off);
    const limit = Math.min(together.most, Math.max(together.least, 3 * deviation));
    agreeing = found.filter((_, i) => off[i]! <= limit);
    if (agreeing.length < least.agreeing * found.length) return { kind: 'no-agreement' };
    plane = through(agreeing);
  }
  return {
    kind: 'measured',
    dy: plane.offset + median(agreeing.map((one) => one.dy - at(plane, one))),
    roll: (Math.atan(plane.turn / half) * 180) / Math.PI,
    // Of a median of normal values (M. Kendall and A. Stuart).
    error: (1.2533 * Math.max(deviation, 0.02)) / Math.sqrt(agreeing.length),
    found: found.length,
    agreeing: agreeing.length,
  };
}

function at({ offset, turn, growth }: Plane, { x, y }: Found): number {
  return offset + turn * x + growth * y;
}

/** Least squares, with `doubt` on the slopes. */
function through(found: readonly Found[]): Plane {
  const sum = (of: (one: Found) => number): number => found.reduce((total, one) => total + of(one), 0);
  const [n, x, y, dy] = [found.length, sum((one) => one.x), sum((one) => one.y), sum((one) => one.dy)];
  // About their common middle the offset falls out of the equations.
  const xx = sum((one) => one.x ** 2) - x ** 2 / n + doubt;
  const yy = sum((one) => one.y ** 2) - y ** 2 / n + doubt;
  const xy = sum((one) => one.x * one.y) - (x * y) / n;
  const bx = sum((one) => one.x * one.dy) - (x * dy) / n;
  const by = sum((one) => one.y * one.dy) - (y * dy) / n;
  const determinant = xx * yy - xy * xy;
  const [turn, growth] = [(yy * bx - xy * by) / determinant, (xx * by - xy * bx) / determinant];
  return { offset: (dy - turn * x - growth * y) / n, turn, growth };
}
