import type { Calibration, EyeCalibration, Profile } from '../protocol/configuration.js';
import { BinocleError } from '../protocol/errors.js';
import type { Eye } from '../protocol/ws.js';
import { coefficientCounts, distort, type Lens, lensOf } from './lens.js';
import { apply, compose, identity, inverse, isIdentity, type Matrix3, multiply, scaleThenOffset } from './matrix3.js';
import { outputSize, type Size, viewMatrix } from './view.js';

export { outputSize, type Size } from './view.js';

/**
 * All that turns a captured picture into the picture that is shown. Points are in units of their picture: (0, 0) is the outer corner of the
 * top left pixel, (1, 1) that of the bottom right one, so that it holds for every resolution of the same field of view.
 */
export interface Rectification {
  /** From a point of the output (x, y, 1) to the viewing ray in front of the camera. */
  ray: Matrix3;
  /** Bends the ray (its tangents x/z, y/z). */
  lens: Lens;
  /** From the bent ray to the point of the captured picture: fx x + cx, fy y + cy. */
  camera: { fx: number; fy: number; cx: number; cy: number };
  source: Size;
  output: Size;
}

/** How far two aspects may differ to be the same field of view: sizes are rounded to even pixels by cameras and scalers. */
const aspectTolerance = 0.005;

/**
 * What the profile's `calibration` and `view` come to for one eye, or null if every pixel stays where it is.
 * @throws BinocleError `bad-config` with the path, for a calibration that is incomplete, impossible, or of another aspect than `capture`.
 */
export function rectification(
  profile: Pick<Profile, 'capture' | 'calibration' | 'view' | 'layout'>,
  eye: Eye,
): Rectification | null {
  const { width, height } = profile.capture;
  const source: Size = { width, height };
  const output = outputSize(profile);
  const view = profile.view[eye];
  requireRoom(view.crop, eye);
  const fromView = inverse(viewMatrix(view, source, output));
  if (fromView === null)
    throw refusal(`view.${eye}`, 'leaves nothing of the picture: reduce crop, or raise zoom above 0.');

  const model = profile.calibration.model;
  if (model === 'none') {
    if (isIdentity(fromView)) return null;
    return { ray: fromView, lens: { model: 'none' }, camera: { fx: 1, fy: 1, cx: 0, cy: 0 }, source, output };
  }

  const { calibrated, size } = calibrationOf(profile.calibration, eye, source);
  const lens = lensOf(model, calibrated.D);
  if (lens === null) {
    const counts = coefficientCounts[model].join(', ').replace(/, (\d+)$/, ' or $1');
    throw refusal(
      `calibration.${eye}.D`,
      `has ${calibrated.D.length} coefficients; the ${model} model takes ${counts}.`,
    );
  }
  // OpenCV counts pixels from the centre of the first one.
  const pixels = scaleThenOffset(size.width, size.height, -0.5, -0.5);
  const { fx, fy, cx, cy } = intrinsics(calibrated.K, eye);
  const camera = {
    fx: fx / size.width,
    fy: fy / size.height,
    cx: (cx + 0.5) / size.width,
    cy: (cy + 0.5) / size.height,
  };
  const result: Rectification = {
    ray: compose(toRay(calibrated, eye), pixels, fromView),
    lens,
    camera,
    source,
    output,
  };
  return movesNothing(result) ? null : result;
}

/**
 * The reference: which point of the captured picture is seen at a point of the output, both in pixels with whole numbers at their centres, as
 * in OpenCV's maps. `[NaN, NaN]` for a ray that does not come from the front.
 */
export function mapPixel(r: Rectification, x: number, y: number): [number, number] {
  const [rayX, rayY, rayZ] = apply(r.ray, (x + 0.5) / r.output.width, (y + 0.5) / r.output.height, 1);
  if (!(rayZ > 0)) return [NaN, NaN];
  const [bentX, bentY] = distort(r.lens, rayX / rayZ, rayY / rayZ);
  return [
    (bentX * r.camera.fx + r.camera.cx) * r.source.width - 0.5,
    (bentY * r.camera.fy + r.camera.cy) * r.source.height - 0.5,
  ];
}

/** inverse(P[:, :3] · R): from a pixel of the rectified picture to the ray before it was rectified. */
function toRay(calibrated: EyeCalibration, eye: Eye): Matrix3 {
  const { K, R, P } = calibrated;
  const projection = P === undefined ? matrix(K) : matrix([0, 1, 2, 4, 5, 6, 8, 9, 10].map((index) => P[index] ?? NaN));
  const ray = inverse(multiply(projection, R === undefined ? identity : matrix(R)));
  if (ray === null)
    throw refusal(`calibration.${eye}`, 'cannot be inverted: R must be a rotation and P must have focal lengths.');
  return ray;
}

function calibrationOf(calibration: Calibration, eye: Eye, source: Size): { calibrated: EyeCalibration; size: Size } {
  const calibrated = calibration[eye];
  if (calibrated === undefined) {
    throw refusal(
      `calibration.${eye}`,
      `is missing, and calibration.model is ${calibration.model}. Give K and D, or model: none.`,
    );
  }
  const [width, height] = calibration.size ?? [];
  if (width === undefined || height === undefined) {
    throw refusal(
      'calibration.size',
      'is missing: the width and height in pixels of the pictures that were calibrated.',
    );
  }
  const numbers = [...calibrated.K, ...calibrated.D, ...(calibrated.R ?? []), ...(calibrated.P ?? [])];
  if (!numbers.every(Number.isFinite)) throw refusal(`calibration.${eye}`, 'has a value that is not a finite number.');
  const ratio = source.width / source.height / (width / height);
  if (Math.abs(ratio - 1) > aspectTolerance) {
    throw refusal(
      'calibration.size',
      `is ${width}x${height}, another shape than capture's ${source.width}x${source.height}: a calibration holds for every size of the same ` +
        'field of view, but not for another sensor mode. Capture with the same aspect, or calibrate this mode.',
    );
  }
  return { calibrated, size: { width, height } };
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

/** Without a lens everything is one homography, and that may be none. */
function movesNothing({ ray, lens, camera }: Rectification): boolean {
  if (lens.model !== 'none') return false;
  return isIdentity(multiply([camera.fx, 0, camera.cx, 0, camera.fy, camera.cy, 0, 0, 1], ray));
}

function requireRoom(crop: Profile['view'][Eye]['crop'], eye: Eye): void {
  for (const [first, second] of [
    ['left', 'right'],
    ['top', 'bottom'],
  ] as const) {
    if (crop[first] + crop[second] > 0.99) {
      throw refusal(`view.${eye}.crop`, `cuts everything off: ${first} and ${second} together must stay below 0.99.`);
    }
  }
}

function matrix(values: readonly number[]): Matrix3 {
  return values as unknown as Matrix3;
}

function refusal(path: string, what: string): BinocleError {
  return new BinocleError('bad-config', `${path} ${what}`, { path: `profile.${path}` });
}
