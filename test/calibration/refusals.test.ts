import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rectification } from '../../src/calibration/rectification.js';
import type { Calibration } from '../../src/protocol/configuration.js';
import { BinocleError } from '../../src/protocol/errors.js';
import { type Case, caseOf } from './cases.js';

const K = [500, 0, 320, 0, 500, 240, 0, 0, 1];
const good: Calibration = { model: 'pinhole', size: [640, 480], left: { K, D: [0.1, 0, 0, 0] }, right: { K, D: [] } };
const withLeft = (left: Calibration['left']) => caseOf({ calibration: { ...good, left } as Calibration });

const R = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const T = [-0.06, 0, 0];
const rig = (parts: Partial<Calibration>) => caseOf({ calibration: { ...good, ...parts } });

const refused: { what: string; given: Case; path: string; says: RegExp }[] = [
  {
    what: 'another shape than the captured one',
    given: caseOf({ width: 1280, height: 720, calibration: good }),
    path: 'profile.calibration.size',
    says: /640x480.*1280x720/,
  },
  {
    what: 'no size',
    given: caseOf({ calibration: { model: 'pinhole', left: { K, D: [] }, right: { K, D: [] } } }),
    path: 'profile.calibration.size',
    says: /missing/,
  },
  {
    what: 'an eye that is not calibrated',
    given: caseOf({ calibration: { model: 'pinhole', size: [640, 480] } }),
    path: 'profile.calibration.left',
    says: /missing/,
  },
  {
    what: 'a wrong number of coefficients',
    given: withLeft({ K, D: [1, 2, 3] }),
    path: 'profile.calibration.left.D',
    says: /3 coefficients.*0, 4, 5 or 8/,
  },
  {
    what: 'a fisheye of five',
    given: caseOf({ calibration: { ...good, model: 'fisheye', left: { K, D: [0, 0, 0, 0, 0] } } }),
    path: 'profile.calibration.left.D',
    says: /takes 4/,
  },
  {
    what: 'a camera matrix without focal length',
    given: withLeft({ K: [0, 0, 320, 0, 500, 240, 0, 0, 1], D: [] }),
    path: 'profile.calibration.left.K',
    says: /focal/,
  },
  {
    what: 'skew',
    given: withLeft({ K: [500, 3, 320, 0, 500, 240, 0, 0, 1], D: [] }),
    path: 'profile.calibration.left.K',
    says: /skew/,
  },
  {
    what: 'a rotation that flattens',
    given: withLeft({ K, D: [], R: [1, 0, 0, 0, 1, 0, 0, 0, 0] }),
    path: 'profile.calibration.left',
    says: /inverted/,
  },
  {
    what: 'not a number',
    given: withLeft({ K, D: [NaN, 0, 0, 0] }),
    path: 'profile.calibration.left',
    says: /finite/,
  },
  {
    what: 'a rotation of an eye that is none',
    given: withLeft({ K, D: [], R: [1, 0.1, 0, 0, 1, 0, 0, 0, 1] }),
    path: 'profile.calibration.left.R',
    says: /no rotation/,
  },
  {
    what: 'a rotation between the cameras that is none',
    given: rig({ R: [-1, 0, 0, 0, 1, 0, 0, 0, 1], T }),
    path: 'profile.calibration.R',
    says: /no rotation: its rows/,
  },
  { what: 'a baseline of nothing', given: rig({ R, T: [0, 0, 0] }), path: 'profile.calibration.T', says: /is zero/ },
  { what: 'eyes behind each other', given: rig({ R, T: [0, 0, 1] }), path: 'profile.calibration.T', says: /behind/ },
  { what: 'T alone', given: rig({ T }), path: 'profile.calibration.R', says: /missing/ },
  { what: 'R alone', given: rig({ R }), path: 'profile.calibration.T', says: /missing/ },
  { what: 'alpha alone', given: rig({ alpha: 0 }), path: 'profile.calibration.alpha', says: /needs R and T/ },
  {
    what: 'both ways to say how the cameras stand',
    given: rig({ R, T, right: { K, D: [], P: [500, 0, 320, 0, 0, 500, 240, 0, 0, 0, 1, 0] } }),
    path: 'profile.calibration.right.P',
    says: /stands together with calibration\.R and T/,
  },
  {
    what: 'R and T with a fault in the other eye',
    given: rig({ R, T, right: { K: [-1, 0, 320, 0, 500, 240, 0, 0, 1], D: [] } }),
    path: 'profile.calibration.right.K',
    says: /focal/,
  },
  {
    what: 'another mode of a known sensor',
    given: caseOf({ width: 1536, height: 864, calibration: { ...good, size: [2304, 1296] } }),
    path: 'profile.calibration.size',
    says: /2304x1296.*imx708.*another field of view/,
  },
  {
    what: 'a crop that leaves nothing',
    given: caseOf({ left: { crop: { left: 0.6, top: 0, right: 0.5, bottom: 0 } } }),
    path: 'profile.view.left.crop',
    says: /everything/,
  },
];

for (const { what, given, path, says } of refused) {
  test(`refuses ${what}`, () => {
    assert.throws(
      () => rectification(given, 'left'),
      (error: unknown) => {
        assert.ok(error instanceof BinocleError);
        assert.equal(error.reason, 'bad-config');
        assert.equal(error.path, path);
        assert.match(error.message, says);
        return true;
      },
    );
  });
}

test('a size that was rounded to even pixels is the same field of view', () => {
  const calibration: Calibration = { ...good, size: [1280, 720] };
  assert.ok(rectification(caseOf({ width: 854, height: 480, calibration }), 'left'));
});
