import type { Lens } from './lens.js';

/**
 * The ray of the ideal picture that a lens bends to (x, y), by the few steps in which OpenCV's `undistortPoints` and
 * `fisheye::undistortPoints` search for it, so that what is computed from it is what OpenCV computes. x and y are tangents (x/z, y/z).
 * Where the search fails, the answer is theirs: (x, y) itself for pinhole, a point far outside for fisheye.
 */
export function undistort(lens: Lens, x: number, y: number): [number, number] {
  if (lens.model === 'none') return [x, y];
  return lens.model === 'pinhole' ? fixedPoint(lens, x, y) : newton(lens, x, y);
}

function fixedPoint(lens: Extract<Lens, { model: 'pinhole' }>, bentX: number, bentY: number): [number, number] {
  let [x, y] = [bentX, bentY];
  for (let step = 0; step < 5; step++) {
    const r2 = x * x + y * y;
    const inverseRadial =
      (1 + ((lens.k6 * r2 + lens.k5) * r2 + lens.k4) * r2) / (1 + ((lens.k3 * r2 + lens.k2) * r2 + lens.k1) * r2);
    if (inverseRadial < 0) return [bentX, bentY];
    const offX = 2 * lens.p1 * x * y + lens.p2 * (r2 + 2 * x * x);
    const offY = lens.p1 * (r2 + 2 * y * y) + 2 * lens.p2 * x * y;
    [x, y] = [(bentX - offX) * inverseRadial, (bentY - offY) * inverseRadial];
  }
  return [x, y];
}

const enough = 1e-8;

function newton(lens: Extract<Lens, { model: 'fisheye' }>, bentX: number, bentY: number): [number, number] {
  const bent = Math.hypot(bentX, bentY);
  if (bent <= enough) return [0, 0];
  const { k1, k2, k3, k4 } = lens;
  let angle = bent;
  for (let step = 0; step < 10; step++) {
    const t2 = angle * angle;
    const value = angle * (1 + t2 * (k1 + t2 * (k2 + t2 * (k3 + t2 * k4)))) - bent;
    const slope = 1 + t2 * (3 * k1 + t2 * (5 * k2 + t2 * (7 * k3 + t2 * 9 * k4)));
    angle -= value / slope;
    if (Math.abs(value / slope) >= enough) continue;
    if (!(angle > 0 && angle < Math.PI / 2)) break;
    const scale = Math.tan(angle) / bent;
    return [bentX * scale, bentY * scale];
  }
  return [-1e6, -1e6];
}
