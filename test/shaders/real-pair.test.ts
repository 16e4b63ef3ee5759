import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { load } from 'js-yaml';
import { rectification } from '../../src/calibration/rectification.js';
import { packagePath } from '../../src/paths.js';
import type { Calibration } from '../../src/protocol/configuration.js';
import { caseOf } from '../calibration/cases.js';
import { chessboardCorners, pairCorners } from '../calibration/chessboard-corners.js';
import { type Picture, readPicture, renderPicture } from './render.js';

const folder = packagePath('test', 'data', 'chessboard');
const eyes = ['left', 'right'] as const;

describe('a real pair of cameras', () => {
  for (const number of ['01', '02', '03', '04', '06', '07', '09', '11', '13']) {
    test(`pair ${number}: a corner of the board stands on the same row in both eyes`, async () => {
      const calibration = load(await readFile(`${folder}/calibration.yaml`, 'utf8')) as Calibration;
      const captured = await Promise.all(eyes.map((eye) => readPicture(`${folder}/${eye}${number}.jpg`, 640, 480)));
      const straight = await Promise.all(
        eyes.map((eye, index) => {
          const r = rectification(caseOf({ calibration }), eye);
          const picture = captured[index];
          assert.ok(r && picture);
          return renderPicture(r, picture);
        }),
      );
      const [before, after] = [rowsApart(captured), rowsApart(straight)];
      assert.ok(after < 0.5, `${after} px apart`);
      assert.ok(before > 5 * after, `${before} px apart before it was rectified, ${after} px after`);
    });
  }
});

/** Mean distance in pixels of the rows on which the 9x6 corners stand. */
function rowsApart([left, right]: Picture[]): number {
  assert.ok(left && right);
  const pairs = pairCorners(chessboardCorners(left, 54), chessboardCorners(right, 54));
  // Something in the background may look more like a corner than one on the board.
  assert.ok(pairs.length >= 36, `only ${pairs.length} corners found in both`);
  return pairs.reduce((sum, pair) => sum + Math.abs(pair.left.y - pair.right.y), 0) / pairs.length;
}
