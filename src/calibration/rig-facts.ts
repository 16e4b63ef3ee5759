import { apply, inverse, type Matrix3, multiply, transpose } from './matrix3.js';
import { length, nearestRotation, scaled, type Vector3 } from './rotation.js';
import type { RectifiedEye } from './stereo-rectify.js';
import type { Size } from './view.js';

/** How the second camera stands to the first: x_right = R x_left + T. */
export interface Pose {
  R: Matrix3;
  T: Vector3;
}

/** What a person wants to know of a calibrated pair. */
export interface RigFacts {
  /** Distance of the cameras, in the unit of the calibration. */
  baseline: number;
  /** As the pictures have them: a camera mounted turned by a quarter makes neighbours stand above each other. */
  arrangement: 'side by side' | 'above each other';
  /** Whether the right camera stands to the left of the left one (or below it). */
  exchanged: boolean;
  /** Angle by which the cameras look towards each other; negative: apart. */
  convergenceDeg: number;
  /** Of the rectified picture. */
  fieldOfView: { horizontalDeg: number; verticalDeg: number };
  /** The most pixels by which a point in front of the cameras stands on different rows (columns) after rectification. */
  misalignmentPx: number;
}

/** The pose that two rectified eyes imply: both look the same way then, and are shifted by what stands in the last column of P. */
export function poseOf(left: RectifiedEye, right: RectifiedEye): Pose {
  const shift = (index: 3 | 7) => {
    const focal = index === 3 ? 0 : 5;
    return (right.P[index] ?? NaN) / (right.P[focal] ?? NaN) - (left.P[index] ?? NaN) / (left.P[focal] ?? NaN);
  };
  const back = transpose(right.R);
  return { R: multiply(back, left.R), T: apply(back, shift(3), shift(7), 0) };
}

/**
 * @param pose how the cameras stand, from wherever it is known best
 * @param eyes what will be applied to each eye's picture
 */
export function rigFacts(
  pose: Pose,
  { left, right }: { left: RectifiedEye; right: RectifiedEye },
  size: Size,
): RigFacts {
  const R = nearestRotation(pose.R);
  const { T } = pose;
  // Where the right camera stands and looks, as the left one sees it.
  const place = scaled(apply(transpose(R), ...T), -1);
  const view = apply(transpose(R), 0, 0, 1);
  const baseline = length(place);
  const arrangement = Math.abs(place[0]) > Math.abs(place[1]) ? 'side by side' : 'above each other';
  const along = arrangement === 'side by side' ? 0 : 1;
  const towards = -(view[0] * place[0] + view[1] * place[1] + view[2] * place[2]) / baseline;
  // The left camera's own view has its part of what is between the eyes, too.
  const leftTowards = place[2] / baseline;
  return {
    baseline,
    arrangement,
    exchanged: place[along] < 0,
    convergenceDeg: degrees(Math.asin(towards) + Math.asin(leftTowards)),
    fieldOfView: { horizontalDeg: angle(left.P, 0, size.width), verticalDeg: angle(left.P, 5, size.height) },
    misalignmentPx: misalignment({ R, T }, left, right, size, along),
  };
}

function degrees(radians: number): number {
  return (radians * 180) / Math.PI;
}

/** From edge to edge; `focal` is the place of the focal length in P, two columns before that of the principal point (or one). */
function angle(P: readonly number[], focal: 0 | 5, extent: number): number {
  const f = P[focal] ?? NaN;
  const centre = P[focal === 0 ? 2 : 6] ?? NaN;
  return degrees(Math.atan((centre + 0.5) / f) + Math.atan((extent - 0.5 - centre) / f));
}

/** Over 9x9 places of the left eye's picture, from 10 baselines away to far off. */
function misalignment({ R, T }: Pose, left: RectifiedEye, right: RectifiedEye, size: Size, along: 0 | 1): number {
  const toRay = inverse(multiply(projection(left.P), left.R));
  if (toRay === null) return NaN;
  let worst = 0;
  for (let index = 0; index < 81; index++) {
    const shown = [((index % 9) * (size.width - 1)) / 8, (Math.floor(index / 9) * (size.height - 1)) / 8] as const;
    const [x, y, z] = apply(toRay, ...shown, 1);
    if (!(z > 0)) continue;
    for (const baselines of [10, 30, 100, 1000]) {
      const depth = baselines * length(T);
      const [rx, ry, rz] = apply(R, (x / z) * depth, (y / z) * depth, depth);
      const [u, v, w] = apply(multiply(projection(right.P), right.R), rx + T[0], ry + T[1], rz + T[2]);
      // The last column of P belongs to coordinates of the left eye; these are the right one's own.
      const other = [u / w, v / w];
      const inside = w > 0 && other[0]! >= 0 && other[0]! <= size.width && other[1]! >= 0 && other[1]! <= size.height;
      if (inside) worst = Math.max(worst, Math.abs(other[1 - along]! - shown[1 - along]!));
    }
  }
  return worst;
}

function projection(P: readonly number[]): Matrix3 {
  return [0, 1, 2, 4, 5, 6, 8, 9, 10].map((index) => P[index] ?? NaN) as unknown as Matrix3;
}
