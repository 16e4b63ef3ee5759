import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { mapPixel, outputSize, rectification } from '../../src/calibration/rectification.js';
import { multiply, isIdentity, identity, type Matrix3 } from '../../src/calibration/matrix3.js';
import { viewMatrix } from '../../src/calibration/view.js';
import type { Calibration, View } from '../../src/protocol/configuration.js';
import { caseOf, plainView, random, randomEye } from './cases.js';

const size = { width: 640, height: 480 };

/** Source pixel seen at an output pixel under a view of the left eye. */
function seenAt(left: Partial<View>, x: number, y: number): [number, number] {
  const r = rectification(caseOf({ left, right: left }), 'left');
  assert.ok(r, 'the view is not the identity');
  return mapPixel(r, x, y);
}

function close(actual: readonly number[], expected: readonly number[]): void {
  actual.forEach((value, index) =>
    assert.ok(Math.abs(value - (expected[index] ?? NaN)) < 1e-6, `${String(actual)} is not ${String(expected)}`),
  );
}

function of(view: Partial<View>): Matrix3 {
  return viewMatrix({ ...plainView, ...view }, size, size);
}

describe('what a view does to the picture', () => {
  test('nothing, if nothing is asked: no stage at all', () => {
    assert.equal(rectification(caseOf({}), 'left'), null);
    const { K } = randomEye(random(1), 'pinhole', 0, size);
    const calibration: Calibration = {
      model: 'pinhole',
      size: [640, 480],
      left: { K, D: [] },
      right: { K, D: [0, 0, 0, 0] },
    };
    const inert = caseOf({ calibration });
    assert.equal(rectification(inert, 'left'), null);
    assert.equal(rectification(inert, 'right'), null);
  });

  test('the eyes have their own', () => {
    const onlyRight = caseOf({ right: { zoom: 2 } });
    assert.equal(rectification(onlyRight, 'left'), null);
    assert.notEqual(rectification(onlyRight, 'right'), null);
  });

  test('shift moves the picture right and down', () => {
    close(seenAt({ shift_x: 0.1 }, 100, 50), [36, 50]);
    close(seenAt({ shift_y: 0.25 }, 100, 150), [100, 30]);
  });

  test('zoom magnifies about the centre', () => {
    close(seenAt({ zoom: 2 }, 319.5, 239.5), [319.5, 239.5]);
    close(seenAt({ zoom: 2 }, 419.5, 239.5), [369.5, 239.5]);
  });

  test('roll turns clockwise about the centre, without distortion', () => {
    const angle = (10 * Math.PI) / 180;
    // What stood 100 px to the right of the centre is now lower.
    close(seenAt({ roll_deg: 10 }, 319.5 + 100 * Math.cos(angle), 239.5 + 100 * Math.sin(angle)), [419.5, 239.5]);
  });

  test('a quarter turn is clockwise and turns the frame with it', () => {
    const turned = caseOf({ left: { rotate: 90 }, right: { rotate: 270 } });
    assert.deepEqual(outputSize(turned), { width: 480, height: 640 });
    close(seenAt({ rotate: 90 }, 479, 0), [0, 0]);
    close(seenAt({ rotate: 90 }, 0, 0), [0, 479]);
    close(seenAt({ rotate: 270 }, 0, 639), [0, 0]);
    close(seenAt({ rotate: 180 }, 0, 0), [639, 479]);
  });

  test('one eye alone turned by a quarter is fitted into the frame', () => {
    const mixed = caseOf({ left: { rotate: 90 } });
    assert.deepEqual(outputSize(mixed), size);
    const r = rectification(mixed, 'left');
    assert.ok(r);
    close(mapPixel(r, 319.5, 239.5), [319.5, 239.5]);
    // 640 source columns over 480 output rows, and the same scale across.
    close(mapPixel(r, 319.5, -0.5), [-0.5, 239.5]);
    close(mapPixel(r, 319.5 + 180, 239.5), [319.5, -0.5]);
    assert.deepEqual(outputSize(caseOf({ left: { rotate: 90 }, layout: 'mono' })), { width: 480, height: 640 });
  });

  test('flip comes after rotate', () => {
    close(seenAt({ flip: 'horizontal' }, 0, 0), [639, 0]);
    close(seenAt({ flip: 'vertical' }, 0, 0), [0, 479]);
    close(seenAt({ flip: 'both' }, 0, 0), [639, 479]);
    close(seenAt({ rotate: 90, flip: 'horizontal' }, 0, 0), [0, 0]);
  });

  test('crop fills the frame with what is left', () => {
    const crop = { left: 0.25, top: 0.1, right: 0.125, bottom: 0.3 };
    close(seenAt({ crop }, -0.5, -0.5), [160 - 0.5, 48 - 0.5]);
    close(seenAt({ crop }, 639.5, 479.5), [560 - 0.5, 336 - 0.5]);
  });

  test('crop cuts the picture before it is turned', () => {
    const crop = { left: 0.25, top: 0, right: 0, bottom: 0 };
    close(seenAt({ crop, rotate: 90 }, -0.5, -0.5), [160 - 0.5, 479.5]);
    close(seenAt({ crop, rotate: 90 }, 479.5, 639.5), [639.5, -0.5]);
  });
});

describe('views combine', () => {
  test('a flip twice is none', () => {
    for (const flip of ['horizontal', 'vertical', 'both'] as const)
      assert.ok(isIdentity(multiply(of({ flip }), of({ flip }))), flip);
  });

  test('four quarter turns are none', () => {
    const quarter = viewMatrix({ ...plainView, rotate: 90 }, size, { width: 480, height: 640 });
    const back = viewMatrix({ ...plainView, rotate: 90 }, { width: 480, height: 640 }, size);
    assert.ok(isIdentity(multiply(multiply(back, quarter), multiply(back, quarter))));
    close(multiply(back, quarter), of({ rotate: 180 }));
  });

  test('both flips are half a turn', () => {
    close(of({ flip: 'both' }), of({ rotate: 180 }));
  });

  test('a roll forth and back is none, and a zoom in and out', () => {
    assert.ok(isIdentity(multiply(of({ roll_deg: 17 }), of({ roll_deg: -17 }))));
    assert.ok(isIdentity(multiply(of({ zoom: 1.7 }), of({ zoom: 1 / 1.7 }))));
    close(of({}), identity);
  });

  test('with a calibration the view acts on the rectified picture', () => {
    const eye = randomEye(random(3), 'pinhole', 5, size);
    const calibration: Calibration = { model: 'pinhole', size: [640, 480], left: eye, right: eye };
    const plain = rectification(caseOf({ calibration }), 'left');
    const shifted = rectification(caseOf({ calibration, left: { shift_x: 0.1, flip: 'horizontal' } }), 'left');
    assert.ok(plain && shifted);
    const [x, y] = mapPixel(plain, 639 - 200, 300);
    const [u, v] = mapPixel(shifted, 200 + 64, 300);
    assert.ok(Math.hypot(x - u, y - v) < 1e-6);
  });
});
