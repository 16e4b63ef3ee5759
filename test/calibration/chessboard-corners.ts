/** RGBA or any other four bytes a pixel of which the first three are colour. */
interface Pixels {
  width: number;
  height: number;
  data: Uint8Array;
}

interface Corner {
  x: number;
  y: number;
}

/** Radius in pixels of the circle on which a corner is recognised, and of the window in which its place is refined. */
const radius = 5;

/**
 * The `count` clearest places where four squares of a chessboard meet, to a fraction of a pixel, in no order. Recognised as Bennett and Lasenby
 * do (ChESS, 2013): opposite points of a circle are alike, and unlike those a quarter turn away. Refined as OpenCV's cornerSubPix does.
 */
export function chessboardCorners(picture: Pixels, count: number): Corner[] {
  const { width, height } = picture;
  const grey = luma(picture);
  const at = (x: number, y: number) => grey[y * width + x] ?? 0;
  const response = new Float64Array(width * height);
  for (let y = radius; y < height - radius; y++)
    for (let x = radius; x < width - radius; x++) response[y * width + x] = crossing(at, x, y);
  const peaks: { x: number; y: number; strength: number }[] = [];
  for (let y = 2 * radius; y < height - 2 * radius; y++) {
    for (let x = 2 * radius; x < width - 2 * radius; x++) {
      const strength = response[y * width + x] ?? 0;
      if (strength > 0 && isPeak(response, width, x, y)) peaks.push({ x, y, strength });
    }
  }
  return peaks
    .toSorted((a, b) => b.strength - a.strength)
    .slice(0, count)
    .map((peak) => refined(at, peak));
}

interface Pair {
  left: Corner;
  right: Corner;
}

/**
 * The corners of two views of one board that are each other's. One view is laid upon the other by an affine map that begins with a corner and two of
 * its neighbours and grows from there; of all ways to begin, that one holds by which the most corners meet (shifted by one square a row is left over).
 * What is on no board, or in one view alone, has no partner.
 */
export function pairCorners(left: readonly Corner[], right: readonly Corner[]): Pair[] {
  const middle = { x: median(left, 'x'), y: median(left, 'y') };
  const begin = nearest(middle, left);
  const side = nearest(
    begin,
    left.filter((one) => one !== begin),
  );
  const across = left.filter((one) => one !== begin && Math.abs(cosine(begin, side, one)) < 0.5);
  const other = nearest(begin, across);
  const reach = 0.3 * distance(begin, side);
  const ways = right.map((partner) => {
    const there = (one: Corner) => nearest({ x: partner.x + one.x - begin.x, y: partner.y + one.y - begin.y }, right);
    let pairs: Pair[] = [begin, side, other].map((one) => ({ left: one, right: one === begin ? partner : there(one) }));
    for (let round = 0; round < 6; round++) {
      const map = affine(pairs);
      if (map === null) return [];
      pairs = meeting(left, right, map, reach);
    }
    return pairs;
  });
  return ways.reduce((best, pairs) => (pairs.length > best.length ? pairs : best), []);
}

function meeting(
  left: readonly Corner[],
  right: readonly Corner[],
  map: (corner: Corner) => Corner,
  reach: number,
): Pair[] {
  const moved = left.map((corner) => ({ left: corner, at: map(corner) }));
  const places = moved.map(({ at }) => at);
  return moved.flatMap(({ left: corner, at }) => {
    const partner = nearest(at, right);
    return distance(at, partner) < reach && nearest(partner, places) === at ? [{ left: corner, right: partner }] : [];
  });
}

/** The affine map that fits pairs best, or null where they stand in one line. */
function affine(pairs: readonly Pair[]): ((corner: Corner) => Corner) | null {
  const sum = (of: (pair: Pair) => number) => pairs.reduce((total, pair) => total + of(pair), 0);
  const [mx, my] = [sum((pair) => pair.left.x) / pairs.length, sum((pair) => pair.left.y) / pairs.length];
  const [nx, ny] = [sum((pair) => pair.right.x) / pairs.length, sum((pair) => pair.right.y) / pairs.length];
  const xx = sum(({ left }) => (left.x - mx) ** 2);
  const xy = sum(({ left }) => (left.x - mx) * (left.y - my));
  const yy = sum(({ left }) => (left.y - my) ** 2);
  const determinant = xx * yy - xy * xy;
  if (!(determinant > 1e-9 * xx * yy)) return null;
  const row = (axis: 'x' | 'y') => {
    const bx = sum(({ left, right }) => (left.x - mx) * right[axis]);
    const by = sum(({ left, right }) => (left.y - my) * right[axis]);
    return [(yy * bx - xy * by) / determinant, (xx * by - xy * bx) / determinant] as const;
  };
  const [[a, b], [c, d]] = [row('x'), row('y')];
  return ({ x, y }) => ({ x: nx + a * (x - mx) + b * (y - my), y: ny + c * (x - mx) + d * (y - my) });
}

/** Of the angle at `corner` between two others. */
function cosine(corner: Corner, a: Corner, b: Corner): number {
  const dot = (a.x - corner.x) * (b.x - corner.x) + (a.y - corner.y) * (b.y - corner.y);
  return dot / (distance(a, corner) * distance(b, corner));
}

function nearest(to: Corner, among: readonly Corner[]): Corner {
  return among.reduce((best, other) => (distance(to, other) < distance(to, best) ? other : best));
}

function distance(a: Corner, b: Corner): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

const circle = Array.from({ length: 16 }, (_, index) => ({
  x: Math.round(radius * Math.cos((index * Math.PI) / 8)),
  y: Math.round(radius * Math.sin((index * Math.PI) / 8)),
}));

function crossing(at: (x: number, y: number) => number, x: number, y: number): number {
  const ring = circle.map((point) => at(x + point.x, y + point.y));
  const sample = (index: number) => ring[index % 16] ?? 0;
  let sum = 0;
  let opposite = 0;
  for (let index = 0; index < 4; index++)
    sum += Math.abs(sample(index) + sample(index + 8) - sample(index + 4) - sample(index + 12));
  for (let index = 0; index < 8; index++) opposite += Math.abs(sample(index) - sample(index + 8));
  const ringMean = ring.reduce((total, value) => total + value, 0) / 16;
  const local = (at(x, y) + at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1)) / 5;
  return sum - opposite - 16 * Math.abs(ringMean - local);
}

function isPeak(response: Float64Array, width: number, x: number, y: number): boolean {
  const here = response[y * width + x] ?? 0;
  for (let dy = -radius; dy <= radius; dy++)
    for (let dx = -radius; dx <= radius; dx++)
      if ((dx !== 0 || dy !== 0) && (response[(y + dy) * width + x + dx] ?? 0) > here) return false;
  return true;
}

/** The point to which every gradient about it is at a right angle. */
function refined(at: (x: number, y: number) => number, start: Corner): Corner {
  const between = (x: number, y: number) => {
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const upper = at(left, top) + (at(left + 1, top) - at(left, top)) * (x - left);
    const lower = at(left, top + 1) + (at(left + 1, top + 1) - at(left, top + 1)) * (x - left);
    return upper + (lower - upper) * (y - top);
  };
  let { x, y } = start;
  for (let round = 0; round < 10; round++) {
    let [xx, xy, yy, bx, by] = [0, 0, 0, 0, 0];
    for (let dy = -radius; dy <= radius; dy++) {
      for (let dx = -radius; dx <= radius; dx++) {
        const gx = between(x + dx + 1, y + dy) - between(x + dx - 1, y + dy);
        const gy = between(x + dx, y + dy + 1) - between(x + dx, y + dy - 1);
        const weight = Math.exp(-(dx * dx + dy * dy) / (radius * radius));
        xx += weight * gx * gx;
        xy += weight * gx * gy;
        yy += weight * gy * gy;
        bx += weight * (gx * gx * dx + gx * gy * dy);
        by += weight * (gx * gy * dx + gy * gy * dy);
      }
    }
    const determinant = xx * yy - xy * xy;
    if (determinant === 0) break;
    x += (yy * bx - xy * by) / determinant;
    y += (xx * by - xy * bx) / determinant;
  }
  return { x, y };
}

function median(corners: readonly Corner[], axis: 'x' | 'y'): number {
  return corners.map((corner) => corner[axis]).toSorted((a, b) => a - b)[corners.length >> 1] ?? NaN;
}

function luma({ data }: Pixels): Float64Array {
  const channel = (index: number) => data[index] ?? 0;
  return Float64Array.from(
    { length: data.length / 4 },
    (_, pixel) => 0.3 * channel(pixel * 4) + 0.6 * channel(pixel * 4 + 1) + 0.1 * channel(pixel * 4 + 2),
  );
}
