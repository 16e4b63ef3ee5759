import type { Calibration, EyeCalibration } from '../../protocol/configuration.js';
import { BinocleError } from '../../protocol/errors.js';
import { alignment, calibratedEye } from '../calibrated-eye.js';
import type { Matrix3 } from '../matrix3.js';
import { type Pose, poseOf, type RigFacts, rigFacts } from '../rig-facts.js';
import { isRotation, type Vector3 } from '../rotation.js';
import type { RectifiedEye } from '../stereo-rectify.js';
import type { Size } from '../view.js';
import { ImportFault } from './document.js';
import type { Found, Imported, ImportedEye } from './imported.js';

/** What whoever imports says besides the files. */
export interface Wishes {
  size?: [width: number, height: number] | undefined;
  /** What is captured: taken for the size where nobody says another, if the principal points are in the middle of it. */
  captured?: Size | undefined;
  model?: 'pinhole' | 'fisheye' | undefined;
  /** The eyes' R and P are to be computed anew, with this alpha. */
  alpha?: number | undefined;
  sensor?: Calibration['sensor'];
}

export interface Completed {
  calibration: Calibration;
  size: Size;
  facts: RigFacts;
  /** What is odd and yet no fault. */
  warnings: string[];
}

/** From here on a point is so far off its row that nobody could look at it: the parts of such a calibration do not belong together. */
const unusablePx = 5;
const noticeablePx = 0.5;

/**
 * The calibration for a profile, and what it comes to.
 * @throws ImportFault at the place in the files that something is wrong with.
 */
export function completed(imported: Imported, wishes: Wishes): Completed {
  const { size, assumed } = sizeOf(imported, wishes);
  const model = wishes.model ?? imported.model ?? 'pinhole';
  const base = {
    model,
    size: [size.width, size.height],
    ...(wishes.sensor === undefined ? {} : { sensor: wishes.sensor }),
  };
  const eye = (side: 'left' | 'right'): EyeCalibration => ({
    K: imported[side].K.value,
    D: coefficients(imported[side].D, model),
  });
  const { left, right } = imported;
  for (const one of [left, right]) requireCamera(one, size);
  const pose = givenPose(imported);
  const whole = rectifiedEyes(left, right);
  let calibration: Calibration;
  if (whole !== undefined && wishes.alpha === undefined) {
    const aligned = (side: 'left' | 'right') => ({ ...eye(side), R: [...whole[side].R], P: [...whole[side].P] });
    calibration = { ...base, left: aligned('left'), right: aligned('right') };
  } else if (pose !== undefined) {
    const alpha = wishes.alpha === undefined ? {} : { alpha: wishes.alpha };
    calibration = { ...base, left: eye('left'), right: eye('right'), R: [...pose.R], T: [...pose.T], ...alpha };
  } else if (whole !== undefined) {
    const { document, path } = left.K;
    throw new ImportFault(document, path.slice(0, 0), 'has no R and T of the cameras, which --alpha needs');
  } else throw notPlaced(imported);

  judge(calibration, imported, model, size);
  const eyes = whole !== undefined && wishes.alpha === undefined ? whole : alignedEyes(calibration, model, size);
  const stand = pose ?? poseOf(eyes.left, eyes.right);
  requireBaseline(stand, imported);
  const facts = rigFacts(stand, eyes, size);
  requireAlignment(facts, imported);
  const warnings = warningsOf(facts, imported);
  if (assumed)
    warnings.push(
      `the files do not say how large the pictures were: ${size.width}x${size.height} is what the profile captures; --size WIDTHxHEIGHT says otherwise`,
    );
  return { calibration, size, facts, warnings };
}

function sizeOf(imported: Imported, wishes: Wishes): { size: Size; assumed: boolean } {
  const { sizes, left } = imported;
  const [first, ...others] = sizes;
  const [width, height] = first?.value ?? wishes.size ?? [];
  if (width === undefined || height === undefined) {
    const { captured } = wishes;
    if (captured !== undefined && isMiddle(imported, captured)) return { size: captured, assumed: true };
    throw new ImportFault(
      left.K.document,
      [],
      'does not say how large the calibrated pictures were: add --size WIDTHxHEIGHT',
    );
  }
  for (const { value, document, path } of others) {
    if (value[0] !== width || value[1] !== height) {
      throw new ImportFault(
        document,
        path,
        `is ${value.join('x')}, and the other camera's pictures are ${width}x${height}: both must be equal`,
      );
    }
  }
  if (first !== undefined && wishes.size !== undefined && (wishes.size[0] !== width || wishes.size[1] !== height)) {
    throw new ImportFault(
      first.document,
      first.path,
      `is ${width}x${height}, not the ${wishes.size.join('x')} of --size`,
    );
  }
  if (![width, height].every((extent) => Number.isInteger(extent) && extent >= 16 && extent <= 16384)) {
    throw new ImportFault(
      first?.document ?? left.K.document,
      first?.path ?? [],
      `must be 16 to 16384 pixels wide and high (got ${width}x${height})`,
    );
  }
  return { size: { width, height }, assumed: false };
}

/** Lenses sit within some hundredths of a picture's width before its middle; the next usual size has its own elsewhere. */
function isMiddle({ left, right }: Imported, { width, height }: Size): boolean {
  return [left, right].every(({ K: { value } }) => {
    const [, , cx = NaN, , , cy = NaN] = value;
    return Math.abs(cx / width - 0.5) < 0.06 && Math.abs(cy / height - 0.5) < 0.06;
  });
}

/** OpenCV writes up to 14; those of thin prisms and tilted sensors nobody here draws. */
function coefficients({ value, document, path }: Found<number[]>, model: 'pinhole' | 'fisheye'): number[] {
  const most = model === 'fisheye' ? 4 : 8;
  const beyond = value.slice(most);
  if (model === 'fisheye' && value.length > most) {
    throw new ImportFault(document, path, `must have 4 coefficients with the fisheye model (got ${value.length})`);
  }
  if (beyond.some((coefficient) => coefficient !== 0)) {
    const message = `has thin prism or tilt coefficients (the ninth and later), which are not supported: calibrate with 8 or fewer`;
    throw new ImportFault(document, path, message);
  }
  return value.slice(0, most);
}

function requireCamera({ K: { value, document, path }, P }: ImportedEye, { width, height }: Size): void {
  const [, , cx = NaN, , , cy = NaN] = value;
  if (!(cx > 0 && cx < width && cy > 0 && cy < height)) {
    const message = `has its principal point at ${cx}, ${cy}, outside of the ${width}x${height} pictures: the size is another one`;
    throw new ImportFault(document, path, message);
  }
  if (P !== undefined && !((P.value[0] ?? 0) > 0 && (P.value[5] ?? 0) > 0))
    throw new ImportFault(P.document, P.path, 'must have positive focal lengths (first and sixth value)');
}

/** R and P of both eyes, if they are all there. */
function rectifiedEyes(left: ImportedEye, right: ImportedEye): { left: RectifiedEye; right: RectifiedEye } | undefined {
  const eyes = { left: rectifiedEye(left), right: rectifiedEye(right) };
  if (eyes.left !== undefined && eyes.right !== undefined) return { left: eyes.left, right: eyes.right };
  const nothing = [left.R, left.P, right.R, right.P].every((one) => one === undefined);
  return nothing ? undefined : partly(left, right);
}

function rectifiedEye({ R, P }: ImportedEye): RectifiedEye | undefined {
  return R === undefined || P === undefined ? undefined : { R: R.value as unknown as Matrix3, P: P.value };
}

/** Some of the four without the others say nothing. */
function partly(left: ImportedEye, right: ImportedEye): never {
  const names = { 'left R': left.R, 'left P': left.P, 'right R': right.R, 'right P': right.P };
  const missing = Object.entries(names).flatMap(([name, found]) => (found === undefined ? [name] : []));
  const there = [left.R, left.P, right.R, right.P].find((one) => one !== undefined)!;
  throw new ImportFault(
    there.document,
    there.path,
    `stands without the other rectifying matrices: missing are ${missing.join(', ')}`,
  );
}

function givenPose({ R, T }: Imported): Pose | undefined {
  if (R === undefined || T === undefined) {
    const alone = R ?? T;
    if (alone === undefined) return undefined;
    const message = `stands alone: R and T say together how the cameras stand`;
    throw new ImportFault(alone.document, alone.path, message);
  }
  const pose = { R: R.value as unknown as Matrix3, T: T.value as unknown as Vector3 };
  if (!isRotation(pose.R)) {
    throw new ImportFault(
      R.document,
      R.path,
      'is no rotation: its rows must have length 1 and stand at right angles to each other',
    );
  }
  if (pose.T.every((value) => value === 0))
    throw new ImportFault(T.document, T.path, 'is zero: the cameras would be at one place');
  return pose;
}

function notPlaced({ left }: Imported): ImportFault {
  const { document } = left.K;
  return new ImportFault(
    document,
    [],
    'says nothing of how the cameras stand: add the file with R and T, or with R1, P1, R2 and P2 (extrinsics)',
  );
}

/** Everything that a profile's calibration is judged by, told at the place in the file. */
function judge(calibration: Calibration, imported: Imported, model: 'pinhole' | 'fisheye', size: Size): void {
  for (const eye of ['left', 'right'] as const) {
    try {
      calibratedEye(calibration, model, eye, size);
    } catch (error) {
      if (!(error instanceof BinocleError) || error.path === undefined) throw error;
      const keys = error.path.replace('profile.calibration.', '').split('.');
      const found = placeOf(imported, keys) ?? imported[eye].K;
      throw new ImportFault(
        found.document,
        found.path,
        error.message.slice(error.path.length - 'profile.'.length + 1).replace(/\.$/, ''),
      );
    }
  }
}

function placeOf(imported: Imported, [first, key]: readonly string[]): Found<unknown> | undefined {
  if (first === 'R' || first === 'T') return imported[first];
  if (first === 'size') return imported.sizes[0];
  if (first !== 'left' && first !== 'right') return undefined;
  return key === 'K' || key === 'D' || key === 'R' || key === 'P' ? imported[first][key] : imported[first].K;
}

function alignedEyes(calibration: Calibration, model: 'pinhole' | 'fisheye', size: Size) {
  return { left: alignment(calibration, model, size, 'left')!, right: alignment(calibration, model, size, 'right')! };
}

/** Two cameras that were calibrated one by one have projections without a shift. */
function requireBaseline({ T }: Pose, { right: { P, K } }: Imported): void {
  if (T.some((value) => value !== 0)) return;
  const { document, path } = P ?? K;
  throw new ImportFault(
    document,
    path,
    'has no baseline (fourth value): the cameras were calibrated one by one, not as a pair',
  );
}

function requireAlignment({ misalignmentPx }: RigFacts, { right, R }: Imported): void {
  if (misalignmentPx < unusablePx) return;
  const { document, path } = right.P ?? right.R ?? right.K;
  const way = R === undefined ? 'calibrate anew' : 'import with --alpha 0 to compute them from R and T';
  throw new ImportFault(
    document,
    path,
    `does not belong to the other matrices: the same point would stand up to ${misalignmentPx.toFixed(1)} px apart; ${way}`,
  );
}

function warningsOf(facts: RigFacts, { unit }: Imported): string[] {
  const warnings: string[] = [];
  if (facts.misalignmentPx >= noticeablePx)
    warnings.push(
      `the same point stands up to ${facts.misalignmentPx.toFixed(1)} px apart in the two eyes: parts of this calibration do not belong together`,
    );
  if (facts.arrangement === 'above each other')
    warnings.push(
      'the cameras stand above each other in their pictures: are they mounted turned? Then set view.left.rotate and view.right.rotate to 90 or 270',
    );
  else if (facts.exchanged)
    warnings.push(
      'the right camera stands to the left of the left one: are the files exchanged, or the cameras mounted upside down (view.*.rotate: 180)?',
    );
  if (unit === 'm' && (facts.baseline < 0.005 || facts.baseline > 5))
    warnings.push(`the cameras stand ${facts.baseline} m apart, which is unusual: was the calibration in metres?`);
  return warnings;
}
