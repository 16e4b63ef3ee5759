/**
 * How a lens bends the ray of the ideal pinhole picture: forward distortion exactly as in OpenCV's calib3d (`initUndistortRectifyMap`,
 * `fisheye::initUndistortRectifyMap`). x and y are the ray's tangents (x/z, y/z).
 */
export type Lens =
  | { model: 'none' }
  /** Brown-Conrady with the rational denominator. */
  | { model: 'pinhole'; k1: number; k2: number; p1: number; p2: number; k3: number; k4: number; k5: number; k6: number }
  /** Kannala-Brandt: the angle to the axis times 1 + k1 θ² + k2 θ⁴ + k3 θ⁶ + k4 θ⁸. */
  | { model: 'fisheye'; k1: number; k2: number; k3: number; k4: number };

/** How many coefficients each model takes. */
export const coefficientCounts = { pinhole: [0, 4, 5, 8], fisheye: [4] } as const;

/** A lens from coefficients in OpenCV's order, or null if the model does not come with that many. */
export function lensOf(model: 'pinhole' | 'fisheye', coefficients: readonly number[]): Lens | null {
  if (!(coefficientCounts[model] as readonly number[]).includes(coefficients.length)) return null;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = coefficients;
  if (coefficients.every((coefficient) => coefficient === 0) && model === 'pinhole') return { model: 'none' };
  return model === 'fisheye'
    ? { model, k1: a, k2: b, k3: c, k4: d }
    : { model, k1: a, k2: b, p1: c, p2: d, k3: e, k4: f, k5: g, k6: h };
}

/** The bent ray; not finite where the model has a pole. */
export function distort(lens: Lens, x: number, y: number): [number, number] {
  if (lens.model === 'none') return [x, y];
  const r2 = x * x + y * y;
  if (lens.model === 'fisheye') {
    const r = Math.sqrt(r2);
    const theta = Math.atan(r);
    const t2 = theta * theta;
    const bent = theta * (1 + t2 * (lens.k1 + t2 * (lens.k2 + t2 * (lens.k3 + t2 * lens.k4))));
    const scale = r === 0 ? 1 : bent / r;
    return [x * scale, y * scale];
  }
  const radial =
    (1 + r2 * (lens.k1 + r2 * (lens.k2 + r2 * lens.k3))) / (1 + r2 * (lens.k4 + r2 * (lens.k5 + r2 * lens.k6)));
  return [
    x * radial + 2 * lens.p1 * x * y + lens.p2 * (r2 + 2 * x * x),
    y * radial + lens.p1 * (r2 + 2 * y * y) + 2 * lens.p2 * x * y,
  ];
}
