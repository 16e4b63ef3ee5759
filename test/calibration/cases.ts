import type { Calibration, EyeCalibration, Profile, View } from '../../src/protocol/configuration.js';

/** What a rectification depends on. */
export type Case = Pick<Profile, 'capture' | 'calibration' | 'view' | 'layout'>;

export const plainView: View = {
  rotate: 0,
  flip: 'none',
  roll_deg: 0,
  zoom: 1,
  shift_x: 0,
  shift_y: 0,
  crop: { left: 0, top: 0, right: 0, bottom: 0 },
};

export function caseOf(parts: {
  width?: number;
  height?: number;
  calibration?: Calibration;
  left?: Partial<View>;
  right?: Partial<View>;
  layout?: Profile['layout'];
}): Case {
  return {
    capture: { width: parts.width ?? 640, height: parts.height ?? 480, fps: 30 },
    calibration: parts.calibration ?? { model: 'none' },
    view: { swap: false, left: { ...plainView, ...parts.left }, right: { ...plainView, ...parts.right } },
    layout: parts.layout ?? 'sbs',
  };
}

export type Random = (low: number, high: number) => number;

/** Mulberry32: the same numbers in every run. */
export function random(seed: number): Random {
  let state = seed;
  return (low, high) => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return low + (((bits ^ (bits >>> 14)) >>> 0) / 4294967296) * (high - low);
  };
}

/** An eye as real lenses and rigs come: a field of view of 55 to 80 degrees (fisheye: to 130), some degrees of rectifying rotation. */
export function randomEye(
  next: Random,
  model: 'pinhole' | 'fisheye',
  coefficients: number,
  size: { width: number; height: number },
): EyeCalibration {
  const { width, height } = size;
  const fx = width * (model === 'fisheye' ? next(0.4, 0.7) : next(0.6, 0.95));
  const fy = fx * next(0.98, 1.02);
  const K = [fx, 0, width * next(0.46, 0.54), 0, fy, height * next(0.46, 0.54), 0, 0, 1];
  const spread = model === 'fisheye' ? [0.08, 0.03, 0.02, 0.01] : [0.3, 0.1, 0.003, 0.003, 0.05, 0.2, 0.06, 0.03];
  const D = spread.slice(0, coefficients).map((reach) => next(-reach, reach));
  const focal = fx * next(0.85, 1.1);
  const P = [focal, 0, width * next(0.47, 0.53), next(-60, 0), 0, focal, height * next(0.47, 0.53), 0, 0, 0, 1, 0];
  return { K, D, R: rotation(next(-0.06, 0.06), next(-0.08, 0.08), next(-0.05, 0.05)), P };
}

/** Row by row, about x, then y, then z, in radians. */
export function rotation(x: number, y: number, z: number): number[] {
  const [cx, sx, cy, sy, cz, sz] = [x, y, z].flatMap((angle) => [Math.cos(angle), Math.sin(angle)]) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return [
    [cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx],
    [sz * cy, sz * sy * sx + cz * cx, sz * sy * cx - cz * sx],
    [-sy, cy * sx, cy * cx],
  ].flat();
}
