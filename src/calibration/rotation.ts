import { identity, inverse, type Matrix3, multiply, transpose } from './matrix3.js';

export type Vector3 = readonly [number, number, number];

/** How far R·Rᵀ may be from the identity, in any cell: files give rotations with as few as four digits. */
const rotationTolerance = 2e-3;

/** Whether a matrix turns and does nothing else: rows at right angles, of length 1, not mirrored. */
export function isRotation(m: Matrix3): boolean {
  const off = multiply(m, transpose(m)).map((cell, index) => Math.abs(cell - (identity[index] ?? 0)));
  return off.every((cell) => cell <= rotationTolerance) && determinant(m) > 0;
}

/** The rotation nearest to a matrix that almost is one (its polar factor, U·Vᵀ of its singular value decomposition). */
export function nearestRotation(m: Matrix3): Matrix3 {
  let nearest = m;
  for (let round = 0; round < 20; round++) {
    const turned = inverse(transpose(nearest));
    if (turned === null) return identity;
    const next = nearest.map((cell, index) => (cell + (turned[index] ?? 0)) / 2) as unknown as Matrix3;
    if (next.every((cell, index) => cell === nearest[index])) break;
    nearest = next;
  }
  return nearest;
}

/** A rotation by the length of `vector`, in radians, about its direction (Rodrigues' formula, as OpenCV's `Rodrigues`). */
export function rotationAbout(vector: Vector3): Matrix3 {
  const angle = length(vector);
  if (angle < Number.EPSILON) return identity;
  const [x, y, z] = scaled(vector, 1 / angle);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const rest = 1 - cos;
  // prettier-ignore
  return [
    cos + rest * x * x, rest * x * y - sin * z, rest * x * z + sin * y,
    rest * x * y + sin * z, cos + rest * y * y, rest * y * z - sin * x,
    rest * x * z - sin * y, rest * y * z + sin * x, cos + rest * z * z,
  ];
}

/** The axis of a rotation times its angle in radians: the inverse of `rotationAbout`, as OpenCV's `Rodrigues`. */
export function rotationVector(rotation: Matrix3): Vector3 {
  const [a, b, c, d, e, f, g, h, i] = nearestRotation(rotation);
  const twist: Vector3 = [h - f, c - g, d - b];
  const sin = length(twist) / 2;
  const angle = Math.acos(Math.min(1, Math.max(-1, (a + e + i - 1) / 2)));
  if (sin >= 1e-5) return scaled(twist, angle / (2 * sin));
  if (a + e + i > 1) return [0, 0, 0];
  // Half a turn: the axis is in the squares of its components.
  const [x, y, z] = [a, e, i].map((cell) => Math.sqrt(Math.max((cell + 1) / 2, 0))) as unknown as Vector3;
  const signedY = b < 0 ? -y : y;
  let signedZ = c < 0 ? -z : z;
  if (x < y && x < z && f > 0 !== signedY * signedZ > 0) signedZ = -signedZ;
  const axis: Vector3 = [x, signedY, signedZ];
  return scaled(axis, angle / length(axis));
}

export function length([x, y, z]: Vector3): number {
  return Math.hypot(x, y, z);
}

export function cross([a, b, c]: Vector3, [x, y, z]: Vector3): Vector3 {
  return [b * z - c * y, c * x - a * z, a * y - b * x];
}

export function scaled([x, y, z]: Vector3, by: number): Vector3 {
  return [x * by, y * by, z * by];
}

function determinant([a, b, c, d, e, f, g, h, i]: Matrix3): number {
  return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
}
