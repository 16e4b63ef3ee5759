import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { rectification } from '../../src/calibration/rectification.js';
import { where } from '../../src/cli/check/reference.js';
import { packagePath } from '../../src/paths.js';
import type { Calibration } from '../../src/protocol/configuration.js';
import { type Case, caseOf, random, randomEye } from '../calibration/cases.js';
import { difference, measuringPicture, rectified } from './pictures.js';
import { bash, readPicture, renderPicture } from './render.js';

const small = { width: 640, height: 480 };
const wide = { width: 1280, height: 720 };

const cases: { what: string; given: Case }[] = [
  { what: 'half a turn', given: caseOf({ left: { rotate: 180 } }) },
  { what: 'a quarter turn, in a frame turned with it', given: caseOf({ left: { rotate: 90 }, right: { rotate: 90 } }) },
  { what: 'a quarter turn of one eye', given: caseOf({ left: { rotate: 270 } }) },
  { what: 'a horizontal flip', given: caseOf({ left: { flip: 'horizontal' } }) },
  { what: 'a vertical flip', given: caseOf({ left: { flip: 'vertical' } }) },
  { what: 'a shift right and down', given: caseOf({ left: { shift_x: 0.123, shift_y: 0.057 } }) },
  {
    what: 'roll, zoom, shift and crop at once',
    given: caseOf({
      left: { roll_deg: 7, zoom: 1.3, shift_x: -0.04, crop: { left: 0.1, top: 0.05, right: 0.02, bottom: 0.1 } },
    }),
  },
  { what: 'pinhole with 4 coefficients', given: calibrated('pinhole', 4, small) },
  { what: 'pinhole with 5 coefficients and a view', given: { ...calibrated('pinhole', 5, small), view: rolled() } },
  { what: 'pinhole with 8 coefficients at 1280x720', given: calibrated('pinhole', 8, wide) },
  { what: 'fisheye', given: calibrated('fisheye', 4, small) },
  { what: 'fisheye at 1280x720', given: calibrated('fisheye', 4, wide) },
];

describe('glshader draws what the reference says', () => {
  for (const { what, given } of cases) {
    test(what, async () => {
      const r = rectification(given, 'left');
      assert.ok(r);
      const from = measuringPicture(r.source.width, r.source.height);
      const drawn = await renderPicture(r, from);
      const { picture, places } = rectified(r, from);
      const { mean, p999 } = difference(drawn, picture, (pixel) => places[pixel] === where.inside);
      assert.ok(mean < 1 && p999 <= 8, `inside: mean ${mean}, 99.9th percentile ${p999}`);
      const edge = difference(drawn, picture, (pixel) => places[pixel] === where.edge);
      assert.ok(Number.isNaN(edge.mean) || edge.mean < 2, `at the edge: mean ${edge.mean}`);
      const outside = difference(drawn, picture, (pixel) => places[pixel] === where.outside);
      assert.ok(Number.isNaN(outside.mean) || outside.mean === 0, `outside is not black: mean ${outside.mean}`);
    });
  }
});

test('a pole of the rational lens is black, not noise', async () => {
  const K = [500, 0, 319.5, 0, 500, 239.5, 0, 0, 1];
  const eye = { K, D: [0, 0, 0, 0, 0, -10, 0, 0] };
  const r = rectification(
    caseOf({ calibration: { model: 'pinhole', size: [640, 480], left: eye, right: eye } }),
    'left',
  );
  assert.ok(r);
  const drawn = await renderPicture(r, measuringPicture(640, 480));
  // The denominator 1 - 10 r2 is 0 at 158 px from the axis; before that the source has long left the picture.
  const pixel = (239 * 640 + 319 + 158) * 4;
  assert.deepEqual([...drawn.data.subarray(pixel, pixel + 4)], [0, 0, 0, 255]);
});

test('the line of shaders/README.md draws with all uniforms that the shader has', async () => {
  const [, lines] = /```sh\n([\s\S]*?)```/.exec(await readFile(packagePath('shaders', 'README.md'), 'utf8'))!;
  const folder = await mkdtemp(join(tmpdir(), 'binocle-readme-'));
  try {
    const path = join(folder, 'bent.png');
    await bash(`cd '${packagePath()}'; ${lines!.replace('bent.png', path)}`);
    const { data } = await readPicture(path, 640, 480);
    const at = (x: number, y: number) => [...data.subarray((y * 640 + x) * 4, (y * 640 + x) * 4 + 3)];
    // White and yellow bars with a bent line between them; a uniform that is left out is 0, and darkens or moves everything.
    assert.deepEqual(
      [at(70, 240), at(70, 5)],
      [
        [255, 255, 255],
        [255, 255, 0],
      ],
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

function calibrated(model: 'pinhole' | 'fisheye', coefficients: number, size: { width: number; height: number }): Case {
  const eye = randomEye(random(coefficients + size.width), model, coefficients, size);
  const calibration: Calibration = { model, size: [size.width, size.height], left: eye, right: eye };
  return caseOf({ ...size, calibration });
}

function rolled(): Case['view'] {
  return caseOf({ left: { roll_deg: -4, zoom: 0.9, rotate: 180 } }).view;
}
