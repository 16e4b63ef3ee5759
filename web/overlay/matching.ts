import { halved, Sums, type Luma } from './luma.js';
import { refined } from './refine.js';

export interface Match {
  /** Right minus left, pixels. */
  dx: number;
  dy: number;
  /** Zero-mean normalised cross-correlation, -1..1. */
  score: number;
}

/** One size of both eyes' pictures with what the correlation needs of the right one. */
interface Level {
  left: Luma;
  right: Luma;
  sums: Sums;
  squares: Sums;
}

/** Half the side of the patch that is compared, pixels of the quarter, half and full size. */
const radii = [5, 6, 8] as const;
/** How far the right eye may be from the left one, as fractions of width and height. */
export const reach = { x: 0.19, y: 0.12 } as const;
/** A match is alike enough, and another height is not nearly as good. */
const limits = { alike: 0.75, ambiguous: 0.03 } as const;

/** Finds patches of the left eye again in the right one: coarsely in pictures of a quarter of the size, then finer, at last between the pixels. */
export class Matcher {
  readonly #levels: Level[];

  constructor(left: Luma, right: Luma) {
    const full = level(left, right);
    const half = level(halved(left), halved(right));
    this.#levels = [level(halved(half.left), halved(half.right)), half, full];
  }

  /** Of the patch about (x, y) of the left eye at full size; null where it is not found for certain. */
  find(x: number, y: number): Match | null {
    let match: Match | null = this.#coarsely(x / 4, y / 4);
    for (const step of [1, 2] as const)
      match &&= best(this.#levels[step]!, x / 2 ** (2 - step), y / 2 ** (2 - step), radii[step], around(match));
    if (!match || match.score < limits.alike) return null;
    const { left, right } = this.#levels[2]!;
    const exact = refined(left, right, x, y, radii[2], match);
    return exact && { ...exact, score: match.score };
  }

  #coarsely(x: number, y: number): Match | null {
    const [coarse] = this.#levels;
    const { width, height } = coarse!.left;
    const [rx, ry] = [Math.round(reach.x * width), Math.round(reach.y * height)];
    const rows = new Map<number, Match>();
    for (let dy = -ry; dy <= ry; dy++) {
      const match = best(coarse!, x, y, radii[0], { fromX: -rx, toX: rx, fromY: dy, toY: dy });
      if (match) rows.set(dy, match);
    }
    const all = [...rows.values()].toSorted((a, b) => b.score - a.score);
    const [first] = all;
    const rival = first && all.find(({ dy }) => Math.abs(dy - first.dy) > 2);
    if (!first || first.score < limits.alike || (rival && rival.score > first.score - limits.ambiguous)) return null;
    return first;
  }
}

interface Search {
  fromX: number;
  toX: number;
  fromY: number;
  toY: number;
}

function level(left: Luma, right: Luma): Level {
  const { width, height, values } = right;
  return {
    left,
    right,
    sums: new Sums(width, height, (i) => values[i]!),
    squares: new Sums(width, height, (i) => values[i]! ** 2),
  };
}

/** One size finer: twice as far, give or take two pixels. */
function around({ dx, dy }: Match): Search {
  return { fromX: 2 * dx - 2, toX: 2 * dx + 2, fromY: 2 * dy - 2, toY: 2 * dy + 2 };
}

function best(at: Level, atX: number, atY: number, radius: number, { fromX, toX, fromY, toY }: Search): Match | null {
  const patch = patchOf(at.left, Math.round(atX), Math.round(atY), radius);
  if (!patch) return null;
  let found: Match | null = null;
  for (let dy = fromY; dy <= toY; dy++)
    for (let dx = fromX; dx <= toX; dx++) {
      const score = correlation(at, patch, dx, dy);
      if (score > (found?.score ?? -1)) found = { dx, dy, score };
    }
  return found;
}

/** A square of the left eye with its mean taken off. */
interface Patch {
  left: number;
  top: number;
  size: number;
  values: Float32Array;
  /** Square root of the sum of its squares. */
  norm: number;
}

function patchOf({ width, height, values }: Luma, x: number, y: number, radius: number): Patch | null {
  const [left, top, size] = [x - radius, y - radius, 2 * radius + 1];
  if (left < 0 || top < 0 || left + size > width || top + size > height) return null;
  const own = new Float32Array(size * size);
  let sum = 0;
  for (let j = 0, to = 0; j < size; j++)
    for (let i = 0; i < size; i++, to++) sum += own[to] = values[(top + j) * width + left + i]!;
  let squares = 0;
  for (let i = 0; i < own.length; i++) squares += (own[i]! -= sum / own.length) ** 2;
  return { left, top, size, values: own, norm: Math.sqrt(squares) };
}

/** -1 where the place lies outside the right eye's picture or is flat. */
function correlation({ right, sums, squares }: Level, patch: Patch, dx: number, dy: number): number {
  const { size, values, norm } = patch;
  const [left, top] = [patch.left + dx, patch.top + dy];
  if (left < 0 || top < 0 || left + size > right.width || top + size > right.height) return -1;
  const variance = squares.square(left, top, size) - sums.square(left, top, size) ** 2 / size ** 2;
  if (variance < size ** 2 || norm === 0) return -1;
  let product = 0;
  for (let j = 0, own = 0; j < size; j++) {
    let theirs = (top + j) * right.width + left;
    for (let i = 0; i < size; i++, own++, theirs++) product += values[own]! * right.values[theirs]!;
  }
  return product / (norm * Math.sqrt(variance));
}
