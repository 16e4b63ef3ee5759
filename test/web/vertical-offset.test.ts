import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import { load } from 'js-yaml';
import { rectification } from '../../src/calibration/rectification.js';
import { packagePath } from '../../src/paths.js';
import type { Calibration, View } from '../../src/protocol/configuration.js';
import { lumaOf } from '../../web/overlay/luma.js';
import { verticalOffset, type VerticalOffset } from '../../web/overlay/vertical-offset.js';
import { caseOf } from '../calibration/cases.js';
import { chessboardCorners, pairCorners } from '../calibration/chessboard-corners.js';
import { renderScene } from '../scene/render.js';
import { type Picture, readPicture, renderPicture } from '../shaders/render.js';

const size = { width: 640, height: 480 };
const eyes = ['left', 'right'] as const;

function measured(left: Picture, right: Picture): VerticalOffset & { kind: 'measured' } {
  const offset = verticalOffset(lumaOf(left), lumaOf(right));
  assert.equal(offset.kind, 'measured', JSON.stringify(offset));
  return offset;
}

/** As the rectify stage shows it with this view. */
function seenBy(
  picture: Picture,
  view: Partial<View>,
  calibration?: Calibration,
  eye: 'left' | 'right' = 'left',
): Promise<Picture> {
  const r = rectification(caseOf({ left: view, right: view, ...(calibration ? { calibration } : {}) }), eye);
  return r ? renderPicture(r, picture) : Promise.resolve(picture);
}

describe('the simulated scene', () => {
  let left: Picture;
  let right: Picture;
  before(async () => {
    const sim = { baseline_mm: 63, distortion: 0, motion: 1 };
    const capture = { ...size, fps: 30 };
    [left, right] = (await Promise.all(
      eyes.map(async (eye) => (await renderScene({ sim, capture }, eye, 1)).at(-1)),
    )) as [Picture, Picture];
  });

  for (const pixels of [0, 0.25, -0.5, 1, 3.3, -7.75, 19.5, -40])
    test(`the right eye ${String(pixels)} px lower`, async () => {
      const lower = await seenBy(right, { shift_y: pixels / size.height });
      const { dy, error, agreeing } = measured(left, lower);
      assert.ok(Math.abs(dy - pixels) < 0.25, `${String(dy)} px measured`);
      assert.ok(error < 0.25 && agreeing >= 10, `± ${String(error)} px of ${String(agreeing)} patches`);
    });

  test('eyes that converge, with another exposure, after a coarse encoder', async () => {
    const other = await seenBy(right, { shift_x: 0.08, shift_y: 0.0125 });
    const darker = { ...other, data: other.data.map((value) => value * 0.7 + 20) };
    const blocky = { ...darker, data: darker.data.map((value) => Math.round(value / 8) * 8) };
    assert.ok(Math.abs(measured(left, blocky).dy - 6) < 0.25);
  });

  test('a left eye that is lower and turned by a degree', async () => {
    const { dy, roll } = measured(await seenBy(left, { shift_y: 0.02, roll_deg: 1 }), right);
    assert.ok(Math.abs(dy + 9.6) < 0.5, `${String(dy)} px measured`);
    assert.ok(Math.abs(roll + 1) < 0.3, `${String(roll)} degrees measured`);
  });
});

describe('a real pair of cameras', () => {
  const folder = packagePath('test', 'data', 'chessboard');
  for (const number of ['01', '07'])
    test(`pair ${number}, rectified: as the corners of the board say, and by as much more as the right eye is lowered`, async () => {
      const calibration = load(await readFile(`${folder}/calibration.yaml`, 'utf8')) as Calibration;
      const [left, right] = (await Promise.all(
        eyes.map(async (eye) =>
          seenBy(await readPicture(`${folder}/${eye}${number}.jpg`, 640, 480), {}, calibration, eye),
        ),
      )) as [Picture, Picture];
      const pairs = pairCorners(chessboardCorners(left, 54), chessboardCorners(right, 54));
      const rows = pairs.map((pair) => pair.right.y - pair.left.y).toSorted((a, b) => a - b);
      const judge = rows[rows.length >> 1]!;
      const straight = measured(left, right).dy;
      // The board is one part of the picture, and a calibration is not equally good everywhere.
      assert.ok(Math.abs(straight - judge) < 0.5, `${String(straight)} px; the corners say ${String(judge)}`);
      for (const pixels of [2.4, -11.3]) {
        const { dy } = measured(left, await seenBy(right, { shift_y: pixels / size.height }));
        assert.ok(Math.abs(dy - straight - pixels) < 0.25, `${String(dy)} px, ${String(straight)} before`);
      }
    });
});

function grey(value: (x: number, y: number) => number): Picture {
  const data = new Uint8Array(size.width * size.height * 4);
  for (let y = 0, at = 0; y < size.height; y++)
    for (let x = 0; x < size.width; x++, at += 4) data.fill(value(x, y), at, at + 3);
  return { ...size, data };
}
/** Deterministic noise of this strength. */
function noise(seed: number, strength: number): Picture {
  let state = seed;
  return grey(() => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return 128 + ((state >>> 16) / 65_536 - 0.5) * strength;
  });
}
function kindOf(left: Picture, right: Picture): string {
  return verticalOffset(lumaOf(left), lumaOf(right)).kind;
}

describe('nothing is said where nothing can be known', () => {
  test('a grey wall', () =>
    assert.equal(
      kindOf(
        grey(() => 90),
        grey(() => 120),
      ),
      'no-texture',
    ));
  test('a grey wall with the noise of a camera', () => assert.equal(kindOf(noise(1, 12), noise(2, 12)), 'no-texture'));
  test('upright stripes, which look the same at every height', () => {
    const stripes = grey((x) => (x % 40 < 20 ? 40 : 200));
    assert.equal(kindOf(stripes, stripes), 'no-texture');
  });
  test('eyes that see different things', () => assert.equal(kindOf(noise(1, 250), noise(2, 250)), 'no-agreement'));
});
