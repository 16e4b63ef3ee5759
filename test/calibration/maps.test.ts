import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { mapPixel, rectification } from '../../src/calibration/rectification.js';
import type { EyeCalibration } from '../../src/protocol/configuration.js';
import { caseOf, random, randomEye } from './cases.js';
import { loadOpenCv, type OpenCv, undistortRectifyMap } from './opencv.js';

const models = [
  { model: 'pinhole', coefficients: 0 },
  { model: 'pinhole', coefficients: 4 },
  { model: 'pinhole', coefficients: 5 },
  { model: 'pinhole', coefficients: 8 },
  { model: 'fisheye', coefficients: 4 },
] as const;

const sizes = [
  { width: 640, height: 480 },
  { width: 1280, height: 720 },
  { width: 1536, height: 864 },
];

/** Pixels; float maps of OpenCV at a width of 1536 are themselves only this exact. */
const exact = 0.005;

let cv: OpenCv;
before(async () => {
  ({ cv } = await loadOpenCv());
});

describe('the map is OpenCV’s', () => {
  for (const { model, coefficients } of models) {
    for (const size of sizes) {
      test(`${model} with ${coefficients} coefficients, ${size.width}x${size.height}`, () => {
        const next = random(coefficients * 1000 + size.width + (model === 'fisheye' ? 7 : 0));
        for (let round = 0; round < 4; round++) {
          const eye = randomEye(next, model, coefficients, size);
          const judged = compare(model, eye, size, size);
          assert.ok(judged.worst < exact, `off by ${judged.worst} px with ${JSON.stringify(eye)}`);
          assert.ok(judged.inside > 0.6, `only ${judged.inside} of the picture compared`);
        }
      });
    }
  }

  test('without R and P', () => {
    const { K, D } = randomEye(random(5), 'pinhole', 5, { width: 640, height: 480 });
    const { worst } = compare('pinhole', { K, D }, { width: 640, height: 480 }, { width: 640, height: 480 });
    assert.ok(worst < exact, `off by ${worst} px`);
  });

  test('at a size other than the calibrated one, as if calibrated there', () => {
    const calibrated = { width: 1280, height: 960 };
    const captured = { width: 640, height: 480 };
    for (const model of ['pinhole', 'fisheye'] as const) {
      const eye = randomEye(random(11), model, 4, calibrated);
      const { worst } = compare(model, eye, calibrated, captured);
      assert.ok(worst < exact, `${model} off by ${worst} px`);
    }
  });
});

/** Largest difference in pixels over all pixels whose source is inside the picture, and their share. */
function compare(
  model: 'pinhole' | 'fisheye',
  eye: EyeCalibration,
  calibrated: { width: number; height: number },
  captured: { width: number; height: number },
): { worst: number; inside: number } {
  const { width, height } = captured;
  const calibration = { model, size: [calibrated.width, calibrated.height], left: eye, right: eye };
  const ours = rectification(caseOf({ width, height, calibration }), 'left');
  assert.ok(ours);
  const scale = width / calibrated.width;
  const judge = undistortRectifyMap(cv, model, scale === 1 ? eye : scaled(eye, scale), captured);
  let worst = 0;
  let inside = 0;
  for (let y = 0, index = 0; y < height; y++) {
    for (let x = 0; x < width; x++, index++) {
      const [u, v] = [judge.x[index] ?? NaN, judge.y[index] ?? NaN];
      if (!(u > -0.5 && u < width - 0.5 && v > -0.5 && v < height - 0.5)) continue;
      inside++;
      const [ourU, ourV] = mapPixel(ours, x, y);
      const difference = Math.max(Math.abs(ourU - u), Math.abs(ourV - v));
      if (!(difference <= worst)) worst = difference;
    }
  }
  return { worst, inside: inside / (width * height) };
}

/** The same calibration for pictures scaled as a whole: the corner of the first pixel stays, its centre does not. */
function scaled(eye: EyeCalibration, scale: number): EyeCalibration {
  const length = (value: number) => value * scale;
  const place = (value: number) => (value + 0.5) * scale - 0.5;
  const apply = (values: readonly number[], places: readonly number[], lengths: readonly number[]) =>
    values.map((value, index) =>
      places.includes(index) ? place(value) : lengths.includes(index) ? length(value) : value,
    );
  return {
    ...eye,
    K: apply(eye.K, [2, 5], [0, 4]),
    ...(eye.P === undefined ? {} : { P: apply(eye.P, [2, 6], [0, 3, 5]) }),
  };
}
