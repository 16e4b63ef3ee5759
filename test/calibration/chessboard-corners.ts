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

/** The corners of two views of one board that are each other's nearest after the middles of the views are laid upon each other. */
export function pairCorners(left: readonly Corner[], right: readonly Corner[]): { left: Corner; right: Corner }[] {
  const shift = { x: median(right, 'x') - median(left, 'x'), y: median(right, 'y') - median(left, 'y') };
  const distance = (a: Corner, b: Corner) => Math.hypot(a.x + shift.x - b.x, a.y + shift.y - b.y);
  return left.flatMap((corner) => {
    const partner = right.reduce((best, other) => (distance(corner, other) < distance(corner, best) ? other : best));
    const back = left.reduce((best, other) => (distance(other, partner) < distance(best, partner) ? other : best));
    return back === corner ? [{ left: corner, right: partner }] : [];
  });
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
