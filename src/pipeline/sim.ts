import type { Profile } from '../protocol/configuration.js';
import type { Eye } from '../protocol/ws.js';

/**
 * Focal length of the simulated camera in pixels; the axis goes through the middle of the picture. A field of view of 64 degrees across at 4:3;
 * wider pictures see more at the sides and as much above and below.
 */
export function simFocal({ width, height }: { width: number; height: number }): number {
  return 0.8 * Math.min(width, (height * 4) / 3);
}

/**
 * Where the simulated picture says what it is. One cell is a square whose side is `1 / columns` of the width; places are in cells from the
 * left and, for the code, from the bottom of the picture. Cells of the code, left to right: white, black, eye (1: right), then `counterBits`
 * of the frame number and `checkBits` of a checksum, most significant first; white is 1.
 */
export const simMarks = {
  columns: 40,
  code: { left: 1, bottom: 0.5, counterBits: 16, checkBits: 5 },
  /** The eye's label, in cells from the top left: a square, red for left and cyan for right, with its letter. */
  tag: { left: 1, top: 1, side: 4 },
} as const;

/** How many cells the code has. */
export const simCodeCells = 3 + simMarks.code.counterBits + simMarks.code.checkBits;

/** The checksum over eye and frame number: never all black and never all white. */
export function simCheck(eye: Eye, counter: number): number {
  return 31 - ((counter + (eye === 'right' ? 2 ** simMarks.code.counterBits : 0)) % 31);
}

/** The properties of `stereoscene` (with `_` for `-`), which draws the scene; lengths in metres. */
export function simProperties(profile: Pick<Profile, 'sim' | 'capture'>, eye: Eye): Record<string, string | number> {
  const { baseline_mm, distortion, motion } = profile.sim;
  const side = eye === 'left' ? -1 : 1;
  return {
    right: String(eye === 'right'),
    eye_x: (side * baseline_mm) / 2000,
    focal: simFocal(profile.capture) / profile.capture.width,
    k1: distortion,
    motion,
    columns: simMarks.columns,
  };
}

/** The calibration (OpenCV's K and D) that takes the simulated lens out again. */
export function simIntrinsics(profile: Pick<Profile, 'sim' | 'capture'>): { K: number[]; D: number[] } {
  const { width, height } = profile.capture;
  const focal = simFocal(profile.capture);
  return {
    K: [focal, 0, (width - 1) / 2, 0, focal, (height - 1) / 2, 0, 0, 1],
    D: [profile.sim.distortion, 0, 0, 0],
  };
}
