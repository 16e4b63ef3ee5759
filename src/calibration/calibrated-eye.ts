import type { Calibration, EyeCalibration } from '../protocol/configuration.js';
import { BinocleError } from '../protocol/errors.js';
import type { Eye } from '../protocol/ws.js';
import { coefficientCounts, type Lens, lensOf } from './lens.js';
import { compose, identity, inverse, type Matrix3, multiply, scaleThenOffset } from './matrix3.js';
import { isRotation } from './rotation.js';
import { otherFieldOfView } from './sensor-modes.js';
import { type RectifiedEye, stereoRectify } from './stereo-rectify.js';
import type { Size } from './view.js';

/** One eye's calibration for pictures of any size, in units of the picture (0 to 1 from edge to edge). */
export interface CalibratedEye {
  lens: Lens;
  /** From the bent ray to the point of the captured picture. */
  camera: { fx: number; fy: number; cx: number; cy: number };
  /** From a point of the rectified picture (x, y, 1) to the viewing ray in front of the camera. */
  toRay: Matrix3;
}

/** How far two aspects may differ to be the same field of view: sizes are rounded to even pixels by cameras and scalers. */
const aspectTolerance = 0.005;

/**
 * What `calibration` says of one eye for pictures of size `source`.
 * @throws BinocleError `bad-config` with the path, for a calibration that is incomplete, impossible, or of another field of view.
 */
export function calibratedEye(
  calibration: Calibration,
  model: 'pinhole' | 'fisheye',
  eye: Eye,
  source: Size,
): CalibratedEye {
  const size = sizeOf(calibration, source);
  const { K, D, R, P } = eyeOf(calibration, eye);
  const lens = requireLens(model, D, eye);
  const { fx, fy, cx, cy } = intrinsics(K, eye);
  const aligned = alignment(calibration, model, size, eye) ?? { R, P };
  // OpenCV counts pixels from the centre of the first one.
  const pixels = scaleThenOffset(size.width, size.height, -0.5, -0.5);
  return {
    lens,
    camera: { fx: fx / size.width, fy: fy / size.height, cx: (cx + 0.5) / size.width, cy: (cy + 0.5) / size.height },
    toRay: compose(toRay(K, aligned, eye), pixels),
  };
}

/** R and P of an eye where the calibration gives how the cameras stand to each other; `undefined` where it does not. */
export function alignment(
  calibration: Calibration,
  model: 'pinhole' | 'fisheye',
  size: Size,
  eye: Eye,
): RectifiedEye | undefined {
  const { R, T, alpha } = calibration;
  if (R === undefined && T === undefined) {
    if (alpha !== undefined) throw refusal('calibration.alpha', 'needs R and T of the calibration, which it is about.');
    return undefined;
  }
  if (R === undefined) throw refusal('calibration.R', 'is missing: the rotation that belongs to T.');
  if (T === undefined) throw refusal('calibration.T', 'is missing: the translation that belongs to R.');
  for (const one of ['left', 'right'] as const) {
    const given = (['R', 'P'] as const).find((key) => calibration[one]?.[key] !== undefined);
    if (given !== undefined) {
      const how = 'R and T of the calibration give how the cameras stand: take those or these away.';
      throw refusal(`calibration.${one}.${given}`, `stands together with calibration.R and T. ${how}`);
    }
  }
  if (![...R, ...T].every(Number.isFinite)) throw refusal('calibration.R', 'or T has a value that is not finite.');
  requireRotation('calibration.R', R);
  const [tx = NaN, ty = NaN, tz = NaN] = T;
  if (Math.hypot(tx, ty, tz) === 0) throw refusal('calibration.T', 'is zero: the cameras would be at one place.');
  if (Math.hypot(tx, ty) < 0.1 * Math.abs(tz)) {
    throw refusal('calibration.T', 'points along the view: one camera would stand behind the other.');
  }
  const cameras = { left: eyeOf(calibration, 'left'), right: eyeOf(calibration, 'right') };
  for (const one of ['left', 'right'] as const) {
    requireLens(model, cameras[one].D, one);
    intrinsics(cameras[one].K, one);
  }
  return stereoRectify({ model, size, ...cameras, R, T, alpha: alpha ?? -1 })[eye];
}

export function refusal(path: string, what: string): BinocleError {
  return new BinocleError('bad-config', `${path} ${what}`, { path: `profile.${path}` });
}

/** inverse(P[:, :3] · R): from a pixel of the rectified picture to the ray before it was rectified. */
function toRay(
  K: readonly number[],
  { R, P }: { R?: readonly number[] | undefined; P?: readonly number[] | undefined },
  eye: Eye,
): Matrix3 {
  const projection = P === undefined ? matrix(K) : matrix([0, 1, 2, 4, 5, 6, 8, 9, 10].map((index) => P[index] ?? NaN));
  const ray = inverse(multiply(projection, R === undefined ? identity : matrix(R)));
  if (ray === null)
    throw refusal(`calibration.${eye}`, 'cannot be inverted: R must be a rotation and P must have focal lengths.');
  if (R !== undefined) requireRotation(`calibration.${eye}.R`, R);
  return ray;
}

function requireRotation(path: string, R: readonly number[]): void {
  if (!isRotation(matrix(R)))
    throw refusal(path, 'is no rotation: its rows must have length 1 and stand at right angles to each other.');
}

function eyeOf(calibration: Calibration, eye: Eye): EyeCalibration {
  const calibrated = calibration[eye];
  if (calibrated === undefined) {
    throw refusal(
      `calibration.${eye}`,
      `is missing, and calibration.model is ${calibration.model}. Give K and D, or model: none.`,
    );
  }
  const numbers = [...calibrated.K, ...calibrated.D, ...(calibrated.R ?? []), ...(calibrated.P ?? [])];
  if (!numbers.every(Number.isFinite)) throw refusal(`calibration.${eye}`, 'has a value that is not a finite number.');
  return calibrated;
}

function requireLens(model: 'pinhole' | 'fisheye', D: readonly number[], eye: Eye): Lens {
  const lens = lensOf(model, D);
  if (lens !== null) return lens;
  const counts = coefficientCounts[model].join(', ').replace(/, (\d+)$/, ' or $1');
  throw refusal(`calibration.${eye}.D`, `has ${D.length} coefficients; the ${model} model takes ${counts}.`);
}

/** The calibrated size, if pictures of size `source` show the same. */
function sizeOf(calibration: Calibration, source: Size): Size {
  const [width, height] = calibration.size ?? [];
  if (width === undefined || height === undefined) {
    throw refusal(
      'calibration.size',
      'is missing: the width and height in pixels of the pictures that were calibrated.',
    );
  }
  const ratio = source.width / source.height / (width / height);
  if (Math.abs(ratio - 1) > aspectTolerance) {
    throw refusal(
      'calibration.size',
      `is ${width}x${height}, another shape than capture's ${source.width}x${source.height}: a calibration holds for every size of the same ` +
        'field of view, but not for another sensor mode. Capture with the same aspect, or calibrate this mode.',
    );
  }
  const size = { width, height };
  const other = otherFieldOfView(size, source, calibration.sensor);
  if (other !== null) throw refusal('calibration.size', other);
  return size;
}

function intrinsics(K: readonly number[], eye: Eye): { fx: number; fy: number; cx: number; cy: number } {
  const [fx = NaN, skew = NaN, cx = NaN, k10, fy = NaN, cy = NaN, k20, k21, k22] = K;
  if (!(fx > 0 && fy > 0) || k10 !== 0 || k20 !== 0 || k21 !== 0 || k22 !== 1) {
    throw refusal(`calibration.${eye}.K`, 'must be [fx, 0, cx, 0, fy, cy, 0, 0, 1] with positive focal lengths.');
  }
  // OpenCV's undistortion maps ignore the skew: to draw something else than it in silence would be worse than to refuse.
  if (Math.abs(skew) > 1e-6 * fx) {
    throw refusal(`calibration.${eye}.K`, 'has a skew (second value); calibrate without it, as OpenCV does.');
  }
  return { fx, fy, cx, cy };
}

function matrix(values: readonly number[]): Matrix3 {
  return values as unknown as Matrix3;
}
