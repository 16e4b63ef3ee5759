import type { Profile } from '../protocol/configuration.js';
import type { Eye } from '../protocol/ws.js';
import { calibratedEye, refusal } from './calibrated-eye.js';
import { distort, type Lens } from './lens.js';
import { apply, inverse, isIdentity, type Matrix3, multiply } from './matrix3.js';
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

  const { lens, camera, toRay } = calibratedEye(profile.calibration, model, eye, source);
  const result: Rectification = {
    ray: multiply(toRay, fromView),
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
