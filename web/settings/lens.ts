import type { Calibration, EyeCalibration, Profile } from '../../src/protocol/configuration.js';
import type { Mapping } from '../../src/protocol/merge-patch.js';
import type { Eye } from '../../src/protocol/ws.js';

/** A number of the camera matrix, by its place in it (OpenCV's K, row by row). */
export const intrinsics = { fx: 0, fy: 4, cx: 2, cy: 5 } as const;

/** Coefficients in the order of OpenCV's D, by lens model. */
export const coefficients: Record<Calibration['model'], readonly string[]> = {
  pinhole: ['k1', 'k2', 'p1', 'p2', 'k3', 'k4', 'k5', 'k6'],
  fisheye: ['k1', 'k2', 'k3', 'k4'],
  none: [],
};

/** How many coefficients D may hold. */
const lengths: Record<Calibration['model'], readonly number[]> = { pinhole: [0, 4, 5, 8], fisheye: [4], none: [0] };

export function eyeCalibration(profile: Profile, eye: Eye): EyeCalibration | null {
  return profile.calibration.model === 'none' ? null : (profile.calibration[eye] ?? null);
}

export function withIntrinsic(profile: Profile, eye: Eye, name: keyof typeof intrinsics, value: number): Mapping {
  const K = [...(eyeCalibration(profile, eye)?.K ?? [])];
  K[intrinsics[name]] = value;
  return { calibration: { [eye]: { K } } };
}

/** Coefficients that were left out are 0; D grows to the next length that its model knows. */
export function withCoefficient(profile: Profile, eye: Eye, index: number, value: number): Mapping {
  const D = [...(eyeCalibration(profile, eye)?.D ?? [])];
  const wanted = Math.max(D.length, index + 1);
  const length = lengths[profile.calibration.model].find((known) => known >= wanted) ?? wanted;
  while (D.length < length) D.push(0);
  D[index] = value;
  return { calibration: { [eye]: { D } } };
}
