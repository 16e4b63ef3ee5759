import type { Luma } from './luma.js';

export interface Shift {
  dx: number;
  dy: number;
}

const rounds = 10;
/** Pixels: closer than this is close enough, and farther than that from the start is another place. */
const limits = { close: 0.005, far: 1.5 } as const;

/**
 * Where between the pixels the patch of `left` about (x, y) is found in `right`, from a shift that is right to about a pixel: least squares over shift, gain
 * and brightness (B. Lucas and T. Kanade 1981; the inverse form of S. Baker and I. Matthews, "Lucas-Kanade 20 years on", IJCV 2004). Null where it does
 * not settle.
 */
export function refined(left: Luma, right: Luma, x: number, y: number, radius: number, start: Shift): Shift | null {
  const size = 2 * radius + 1;
  const [fromX, fromY] = [x - radius, y - radius];
  if (fromX < 1 || fromY < 1 || fromX + size >= left.width || fromY + size >= left.height) return null;
  const count = size * size;
  const [own, across, down] = [new Float32Array(count), new Float32Array(count), new Float32Array(count)];
  let [xx, xy, yy] = [0, 0, 0];
  for (let j = 0, to = 0; j < size; j++)
    for (let i = 0; i < size; i++, to++) {
      const at = (fromY + j) * left.width + fromX + i;
      own[to] = left.values[at]!;
      const gx = (across[to] = (left.values[at + 1]! - left.values[at - 1]!) / 2);
      const gy = (down[to] = (left.values[at + left.width]! - left.values[at - left.width]!) / 2);
      [xx, xy, yy] = [xx + gx * gx, xy + gx * gy, yy + gy * gy];
    }
  const determinant = xx * yy - xy * xy;
  if (determinant <= 0) return null;
  levelled(own);
  const theirs = new Float32Array(count);
  let { dx, dy } = start;
  for (let round = 0; round < rounds; round++) {
    if (!sampled(right, fromX + dx, fromY + dy, size, theirs)) return null;
    levelled(theirs);
    let [product, squares] = [0, 0];
    for (let i = 0; i < count; i++) [product, squares] = [product + own[i]! * theirs[i]!, squares + theirs[i]! ** 2];
    const gain = product / squares;
    let [bx, by] = [0, 0];
    for (let i = 0; i < count; i++) {
      const off = gain * theirs[i]! - own[i]!;
      [bx, by] = [bx + across[i]! * off, by + down[i]! * off];
    }
    const [stepX, stepY] = [(yy * bx - xy * by) / determinant, (xx * by - xy * bx) / determinant];
    [dx, dy] = [dx - stepX, dy - stepY];
    if (!(Math.hypot(dx - start.dx, dy - start.dy) < limits.far)) return null;
    if (Math.hypot(stepX, stepY) < limits.close) return { dx, dy };
  }
  return null;
}

/** Takes the mean off. */
function levelled(values: Float32Array): void {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  for (let i = 0; i < values.length; i++) values[i]! -= mean;
}

/** A square whose first pixel lies at (x, y), between pixels by straight lines; false where it is not wholly inside. */
function sampled({ width, height, values }: Luma, x: number, y: number, size: number, into: Float32Array): boolean {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  if (left < 0 || top < 0 || left + size >= width || top + size >= height) return false;
  const [right, below] = [x - left, y - top];
  for (let j = 0, to = 0; j < size; j++)
    for (let i = 0; i < size; i++, to++) {
      const at = (top + j) * width + left + i;
      const upper = values[at]! + (values[at + 1]! - values[at]!) * right;
      const lower = values[at + width]! + (values[at + width + 1]! - values[at + width]!) * right;
      into[to] = upper + (lower - upper) * below;
    }
  return true;
}
