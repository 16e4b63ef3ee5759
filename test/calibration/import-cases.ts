import assert from 'node:assert/strict';
import { completed, type Completed, type Wishes } from '../../src/calibration/import/complete.js';
import { readDocuments } from '../../src/calibration/import/formats.js';
import { mapPixel, rectification } from '../../src/calibration/rectification.js';
import { stereoRectify } from '../../src/calibration/stereo-rectify.js';
import { readDocument } from '../../src/cli/calibration/read-document.js';
import type { Calibration } from '../../src/protocol/configuration.js';
import { withFiles } from '../config/folder.js';
import { caseOf, rotation } from './cases.js';
import { type Pair, storageYaml } from './import-files.js';

/** What comes of files, by name and in this order. */
export function imported(
  files: Record<string, string>,
  wishes: Wishes = {},
): Promise<Completed & { format: string; notes: string[] }> {
  return withFiles(files, async (folder) => {
    const documents = await Promise.all(Object.keys(files).map((name) => readDocument(`${folder}/${name}`)));
    const read = readDocuments(documents.map((document, index) => ({ ...document, name: Object.keys(files)[index]! })));
    return { ...completed(read, wishes), format: read.format, notes: read.notes };
  });
}

export function farthest(actual: readonly number[] = [], wanted: readonly number[] = []): number {
  assert.equal(actual.length, wanted.length);
  return Math.max(0, ...actual.map((value, index) => Math.abs(value - wanted[index]!)));
}

/** The largest difference of two calibrations' maps, in pixels. */
export function mapsApart(one: Calibration, other: Calibration): number {
  const [width = 0, height = 0] = one.size ?? [];
  let worst = 0;
  for (const eye of ['left', 'right'] as const) {
    const [a, b] = [one, other].map((calibration) => rectification(caseOf({ width, height, calibration }), eye));
    assert.ok(a && b);
    for (let y = 0; y < height; y += 37) {
      for (let x = 0; x < width; x += 41) {
        const [p, q] = [mapPixel(a, x, y), mapPixel(b, x, y)];
        if (p.every(Number.isFinite)) worst = Math.max(worst, Math.hypot(p[0] - q[0], p[1] - q[1]));
      }
    }
  }
  return worst;
}

/** As `stereoRectify` completes it. */
export function pairOf(
  parts: Omit<Pair, 'left' | 'right'> & { left: { K: number[]; D: number[] }; right: { K: number[]; D: number[] } },
): Pair {
  const size = { width: parts.size[0], height: parts.size[1] };
  const { left, right } = stereoRectify({ ...parts, size, alpha: -1 });
  const eye = (side: 'left' | 'right', { R, P }: typeof left) => ({ ...parts[side], R: [...R], P: [...P] });
  return { ...parts, left: eye('left', left), right: eye('right', right) };
}

export const R = rotation(0.01, -0.04, 0.02);
export const T = [-0.0652, 0.0008, 0.0011];
export const K1 = [612.25, 0, 641.5, 0, 611.75, 357.25, 0, 0, 1];
export const K2 = [609.5, 0, 637.75, 0, 610.125, 362.5, 0, 0, 1];
export const size: [number, number] = [1280, 720];
export const pinhole = pairOf({
  model: 'pinhole',
  size,
  left: { K: K1, D: [-0.12, 0.05, 0.0008, -0.0005] },
  right: { K: K2, D: [-0.11, 0.04, -0.0003, 0.0006] },
  R,
  T,
});
export const fisheye = pairOf({
  model: 'fisheye',
  size,
  left: { K: K1, D: [0.02, -0.011, 0.004, -0.0009] },
  right: { K: K2, D: [0.017, -0.009, 0.003, -0.0007] },
  R,
  T,
});

export const intrinsics = ({ left, right }: Pair) => ({ M1: left.K, D1: left.D, M2: right.K, D2: right.D });
export const extrinsics = ({ left, right, R: turn, T: shift }: Pair) => ({
  R: turn,
  T: shift,
  R1: left.R!,
  R2: right.R!,
  P1: left.P!,
  P2: right.P!,
});
export const own = ({ model, size: [width, height], left, right }: Pair): Calibration => ({
  model,
  size: [width, height],
  left,
  right,
});

export function storage(
  matrices: Record<string, number[]>,
  others: Record<string, unknown> = {},
): Record<string, string> {
  return { 'a.yml': storageYaml(matrices, others) };
}
