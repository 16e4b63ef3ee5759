/** A 3x3 matrix, row by row. It acts on column vectors: `apply(m, x, y, 1)`. */
export type Matrix3 = readonly [number, number, number, number, number, number, number, number, number];

export const identity: Matrix3 = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** a · b: b acts first. */
export function multiply(a: Matrix3, b: Matrix3): Matrix3 {
  const cell = (row: 0 | 3 | 6, column: 0 | 1 | 2) =>
    a[row] * b[column] + a[(row + 1) as 1] * b[(column + 3) as 3] + a[(row + 2) as 2] * b[(column + 6) as 6];
  // prettier-ignore
  return [
    cell(0, 0), cell(0, 1), cell(0, 2),
    cell(3, 0), cell(3, 1), cell(3, 2),
    cell(6, 0), cell(6, 1), cell(6, 2),
  ];
}

/** Product of all, the last acts first. */
export function compose(...matrices: Matrix3[]): Matrix3 {
  return matrices.reduce(multiply, identity);
}

/** The inverse, or null where there is none (or next to none: a determinant below 1e-12 of the matrix's own scale). */
export function inverse(m: Matrix3): Matrix3 | null {
  const [a, b, c, d, e, f, g, h, i] = m;
  const A = e * i - f * h;
  const B = f * g - d * i;
  const C = d * h - e * g;
  const determinant = a * A + b * B + c * C;
  const scale = Math.hypot(a, b, c) * Math.hypot(d, e, f) * Math.hypot(g, h, i);
  if (!(Math.abs(determinant) > 1e-12 * scale)) return null;
  const cells = [A, c * h - b * i, b * f - c * e, B, a * i - c * g, c * d - a * f, C, b * g - a * h, a * e - b * d];
  return cells.map((cell) => cell / determinant) as unknown as Matrix3;
}

/** m · (x, y, z) */
export function apply(m: Matrix3, x: number, y: number, z: number): [number, number, number] {
  return [m[0] * x + m[1] * y + m[2] * z, m[3] * x + m[4] * y + m[5] * z, m[6] * x + m[7] * y + m[8] * z];
}

/** x -> x · scale + offset, the same for y. */
export function scaleThenOffset(scaleX: number, scaleY: number, offsetX: number, offsetY: number): Matrix3 {
  return [scaleX, 0, offsetX, 0, scaleY, offsetY, 0, 0, 1];
}

export function isIdentity(m: Matrix3, tolerance = 1e-9): boolean {
  if (m[8] === 0) return false;
  return m.every((cell, index) => Math.abs(cell / m[8] - (identity[index] ?? 0)) <= tolerance);
}

export function transpose([a, b, c, d, e, f, g, h, i]: Matrix3): Matrix3 {
  return [a, d, g, b, e, h, c, f, i];
}
