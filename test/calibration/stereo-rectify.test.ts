import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { distort, lensOf } from '../../src/calibration/lens.js';
import { apply, type Matrix3 } from '../../src/calibration/matrix3.js';
import { mapPixel, rectification } from '../../src/calibration/rectification.js';
import {
  isRotation,
  nearestRotation,
  rotationAbout,
  rotationVector,
  type Vector3,
} from '../../src/calibration/rotation.js';
import { stereoRectify, type StereoCameras } from '../../src/calibration/stereo-rectify.js';
import { undistort } from '../../src/calibration/undistort.js';
import { packagePath } from '../../src/paths.js';
import type { Calibration } from '../../src/protocol/configuration.js';
import { caseOf, random, type Random, rotation } from './cases.js';

/** What OpenCV 5.0.0 computed; see test/data/README.md. */
interface Known extends Omit<StereoCameras, 'size'> {
  name: string;
  size: [number, number];
  R1: number[];
  R2: number[];
  P1: number[];
  P2: number[];
}

const known = JSON.parse(await readFile(packagePath('test', 'data', 'stereo-rectify.json'), 'utf8')) as Known[];

function farthest(actual: readonly number[], wanted: readonly number[]): number {
  assert.equal(actual.length, wanted.length);
  return Math.max(...actual.map((value, index) => Math.abs(value - (wanted[index] ?? NaN))));
}

describe('R1, R2, P1 and P2 are OpenCV’s', () => {
  for (const { name, size, R1, R2, P1, P2, ...cameras } of known) {
    test(`${name}, ${cameras.model === 'fisheye' ? 'balance' : 'alpha'} ${cameras.alpha}`, () => {
      const { left, right } = stereoRectify({ ...cameras, size: { width: size[0], height: size[1] } });
      assert.ok(Math.max(farthest(left.R, R1), farthest(right.R, R2)) < 1e-13);
      // Where Newton's method ends decides about the ninth digit.
      assert.ok(Math.max(farthest(left.P, P1), farthest(right.P, P2)) < 1e-8);
    });
  }
});

describe('the same point stands on the same row of both eyes', () => {
  for (const model of ['pinhole', 'fisheye'] as const) {
    for (const axis of ['side by side', 'above each other'] as const) {
      test(`${model} cameras ${axis}`, () => {
        const next = random(model.length + axis.length);
        for (let round = 0; round < 20; round++) {
          const calibration = randomRig(next, model, axis);
          const eyes = (['left', 'right'] as const).map((eye) => {
            const r = rectification(caseOf({ width: 1280, height: 720, calibration }), eye);
            assert.ok(r);
            return r;
          });
          for (let point = 0; point < 20; point++) {
            const X: Vector3 = [next(-0.5, 0.5), next(-0.3, 0.3), next(0.8, 3)];
            const [left, right] = (['left', 'right'] as const).map((eye, index) => {
              const seen = captured(calibration, eye, X);
              const shown = rectifiedPixel(calibration, eye, X);
              const [u, v] = mapPixel(eyes[index]!, ...shown);
              // The map leads from where the point is shown to where the camera saw it.
              assert.ok(Math.hypot(u - seen[0], v - seen[1]) < 1e-6);
              return shown;
            });
            const across = axis === 'side by side' ? 1 : 0;
            assert.ok(Math.abs(left![across] - right![across]) < 1e-6);
            // Nearer points are farther apart, and those at infinity are not.
            assert.ok(Math.abs(left![1 - across]! - right![1 - across]!) > 1);
          }
        }
      });
    }
  }
});

describe('alpha', () => {
  const rig = randomRig(random(9), 'pinhole', 'side by side');
  const blackShare = (alpha: number | undefined) => {
    const calibration = { ...rig, ...(alpha === undefined ? {} : { alpha }) };
    const shares = (['left', 'right'] as const).map((eye) => {
      const r = rectification(caseOf({ width: 1280, height: 720, calibration }), eye);
      assert.ok(r);
      let outside = 0;
      for (let y = 0; y < 720; y += 4) {
        for (let x = 0; x < 1280; x += 4) {
          const [u, v] = mapPixel(r, x, y);
          if (!(u > -0.5 && u < 1279.5 && v > -0.5 && v < 719.5)) outside++;
        }
      }
      return outside / (320 * 180);
    });
    return Math.max(...shares);
  };

  test('0 shows nothing that the cameras do not see, 1 more than any other', () => {
    assert.equal(blackShare(0), 0);
    assert.ok(blackShare(1) > blackShare(0.5));
    assert.ok(blackShare(0.5) > 0);
  });
  test('left out it is OpenCV’s default', () => assert.equal(blackShare(undefined), blackShare(-1)));
});

describe('rotations', () => {
  test('as a vector and back', () => {
    const next = random(4);
    for (let round = 0; round < 200; round++) {
      const vector: Vector3 = [next(-1.8, 1.8), next(-1.8, 1.8), next(-1.8, 1.8)];
      const angle = Math.hypot(...vector);
      if (angle > 3.1) continue;
      assert.ok(farthest(rotationVector(rotationAbout(vector)), vector) < 1e-7);
    }
    for (const axis of [
      [Math.PI, 0, 0],
      [0, Math.PI, 0],
      [0, 0, Math.PI],
      [0, -2.2214414690791835, 2.2214414690791835],
    ]) {
      const turned = rotationAbout(axis as unknown as Vector3);
      assert.ok(farthest(rotationAbout(rotationVector(turned)), turned) < 1e-7, String(axis));
    }
  });

  test('with four digits it is one, mirrored or stretched it is none', () => {
    const exact = rotation(0.1, -0.2, 0.05) as unknown as Matrix3;
    const short = exact.map((cell) => Number(cell.toFixed(4))) as unknown as Matrix3;
    assert.ok(isRotation(short));
    assert.ok(farthest(nearestRotation(short), exact) < 1e-4);
    const [a, b, c, d, e, f, ...last] = exact;
    assert.ok(!isRotation([-a, -b, -c, d, e, f, ...last] as unknown as Matrix3));
    assert.ok(!isRotation([a * 1.01, b * 1.01, c * 1.01, d, e, f, ...last] as unknown as Matrix3));
  });
});

test('undistort is the inverse of distort', () => {
  const next = random(6);
  for (const [model, coefficients] of [
    ['pinhole', [0.04, -0.01, 0.0008, -0.0006, 0.002, 0.02, -0.01, 0.001]],
    ['fisheye', [0.02, -0.01, 0.004, -0.001]],
  ] as const) {
    const lens = lensOf(model, coefficients);
    assert.ok(lens);
    for (let round = 0; round < 100; round++) {
      const [x, y] = [next(-0.5, 0.5), next(-0.4, 0.4)];
      const [u, v] = undistort(lens, ...distort(lens, x, y));
      assert.ok(Math.hypot(u - x, v - y) < 1e-7, `${model} ${x} ${y}: ${u - x} ${v - y}`);
    }
  }
});

function randomRig(next: Random, model: 'pinhole' | 'fisheye', axis: 'side by side' | 'above each other'): Calibration {
  const eye = () => {
    const focal = next(700, 900);
    const K = [focal, 0, 640 + next(-20, 20), 0, focal * next(0.99, 1.01), 360 + next(-20, 20), 0, 0, 1];
    const D =
      model === 'fisheye'
        ? [next(-0.05, 0.05), next(-0.01, 0.01), 0, 0]
        : [next(-0.1, 0.1), next(-0.03, 0.03), next(-1e-3, 1e-3), next(-1e-3, 1e-3), next(-0.01, 0.01)];
    return { K, D };
  };
  const offsets = [next(-0.003, 0.003), next(-0.003, 0.003)];
  const T = axis === 'side by side' ? [-0.065, ...offsets] : [offsets[0]!, -0.065, offsets[1]!];
  const R = rotation(next(-0.05, 0.05), next(-0.05, 0.05), next(-0.05, 0.05));
  return { model, size: [1280, 720], left: eye(), right: eye(), R, T };
}

/** X, in the left camera's coordinates, in those of an eye. */
function inEye({ R, T }: Calibration, eye: 'left' | 'right', X: Vector3): Vector3 {
  if (eye === 'left') return X;
  const [x, y, z] = apply(R as unknown as Matrix3, ...X);
  return [x + T![0]!, y + T![1]!, z + T![2]!];
}

/** The pixel that the camera sees X at. */
function captured(calibration: Calibration, eye: 'left' | 'right', X: Vector3): [number, number] {
  const [x, y, z] = inEye(calibration, eye, X);
  const { K, D } = calibration[eye]!;
  const [u, v] = distort(lensOf(calibration.model as 'pinhole', D)!, x / z, y / z);
  return [K[0]! * u + K[2]!, K[4]! * v + K[5]!];
}

/** The pixel that X is shown at, by the definition of R and P. */
function rectifiedPixel(calibration: Calibration, eye: 'left' | 'right', X: Vector3): [number, number] {
  const cameras = { left: calibration.left!, right: calibration.right!, R: calibration.R!, T: calibration.T! };
  const model = calibration.model as 'pinhole';
  const { R, P } = stereoRectify({ ...cameras, model, size: { width: 1280, height: 720 }, alpha: -1 })[eye];
  const [x, y, z] = apply(R, ...inEye(calibration, eye, X));
  return [(P[0]! * x) / z + P[2]!, (P[5]! * y) / z + P[6]!];
}
