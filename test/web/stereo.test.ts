import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inside } from '../../web/gl/painter.js';
import { beside } from '../../web/stereo/beside.js';
import { fit } from '../../web/stereo/fit.js';
import { eyeAspect, whole } from '../../web/stereo/layouts.js';
import { depth, holdMs, Pairing } from '../../web/stereo/pairing.js';
import { SkewMeter } from '../../web/stereo/skew.js';
import { surface, viewAspect } from '../../web/view/views.js';

test('eyes of two tracks are shown together only from the same instant, in whatever order they come', () => {
  const pairing = new Pairing<string>(() => 3000);
  assert.equal(pairing.handleFrame('left', 3000, 0, 'L100'), null);
  assert.deepEqual(pairing.handleFrame('right', 3000, 5, 'R100'), {
    left: 'L100',
    right: 'R100',
    kind: 'pair',
    skewTicks: 0,
  });
  // The right runs ahead by two frames, one of the left is never shown by the browser.
  assert.equal(pairing.handleFrame('right', 6000, 33, 'R200'), null);
  assert.equal(pairing.handleFrame('right', 9000, 66, 'R300'), null);
  assert.deepEqual(pairing.shown?.left, 'L100', 'the last pair stays meanwhile');
  const caughtUp = pairing.handleFrame('left', 9000, 70, 'L300');
  assert.deepEqual([caughtUp?.left, caughtUp?.right, caughtUp?.kind], ['L300', 'R300', 'pair']);
  assert.ok(!pairing.inUse('R200'), 'what can no longer be paired is given up');
  assert.ok(pairing.inUse('R300'));
});

test('cameras that run free are paired by the nearest instant, and the skew is said', () => {
  const pairing = new Pairing<string>(() => 3000);
  const shown = [];
  for (let n = 0; n < 5; n++) {
    shown.push(pairing.handleFrame('left', n * 3000, n * 33, `L${String(n)}`));
    shown.push(pairing.handleFrame('right', n * 3000 + 900, n * 33 + 10, `R${String(n)}`));
  }
  assert.deepEqual(
    shown.map((one) => one && [one.left, one.right, one.kind, one.skewTicks]),
    [0, 1, 2, 3, 4].flatMap((n) => [null, [`L${String(n)}`, `R${String(n)}`, 'pair', -900]]),
  );
});

test('frames that never match are shown after a while, and said to be apart', () => {
  const pairing = new Pairing<string>(() => 3000);
  const kinds = new Set<string>();
  for (let n = 0; n < 30; n++) {
    const left = pairing.handleFrame('left', n * 3000, n * 33, 'L');
    const right = pairing.handleFrame('right', n * 3000 - 450_000, n * 33 + 1, 'R');
    if (n * 33 + 1 < holdMs) assert.deepEqual([left, right], [null, null]);
    if (right) {
      kinds.add(right.kind);
      assert.equal(right.skewTicks, 450_000, 'left minus right, whichever came last');
    }
  }
  assert.deepEqual([...kinds], ['unpaired']);
});

test('when one track stops, the other eye is shown to both; when it comes back, pairs again', () => {
  const pairing = new Pairing<string>(() => 3000);
  pairing.handleFrame('left', 0, 0, 'L0');
  pairing.handleFrame('right', 0, 0, 'R0');
  let shown = null;
  for (let n = 1; n < 20; n++) shown = pairing.handleFrame('left', n * 3000, n * 33, `L${String(n)}`);
  assert.deepEqual([shown?.left, shown?.right, shown?.kind], ['L19', 'L19', 'mono']);
  pairing.handleFrame('right', 60_000, 700, 'R20');
  const back = pairing.handleFrame('left', 60_000, 701, 'L20');
  assert.deepEqual([back?.left, back?.right, back?.kind], ['L20', 'R20', 'pair']);
});

test('after a pause of both tracks, the frame that comes first waits for its partner', () => {
  const pairing = new Pairing<string>(() => 3000);
  pairing.handleFrame('left', 0, 0, 'L0');
  pairing.handleFrame('right', 0, 1, 'R0');
  assert.equal(pairing.handleFrame('left', 90_000, 1000, 'L30'), null);
  assert.equal(pairing.handleFrame('right', 90_000, 1002, 'R30')?.kind, 'pair');
});

test('pairing holds no more frames than it says, and pairs across the wrap of the timestamps', () => {
  const pairing = new Pairing<number>(() => 3000);
  for (let n = 0; n < 10; n++) pairing.handleFrame('left', n, n, n);
  assert.equal(Array.from({ length: 10 }, (_, n) => pairing.inUse(n)).filter(Boolean).length, depth);
  const wrapped = new Pairing<string>(() => 3000);
  wrapped.handleFrame('left', 0xffff_ff00, 0, 'a');
  wrapped.handleFrame('left', 2744, 33, 'b');
  assert.equal(wrapped.handleFrame('right', 2744, 34, 'c')?.kind, 'pair');
  assert.ok(!wrapped.inUse('a'));
});

test('skew is what was shown: the difference in ms and the share of true pairs', () => {
  const meter = new SkewMeter();
  assert.equal(meter.read(), null);
  for (let n = 0; n < 9; n++) meter.handleShown({ kind: 'pair', skewTicks: 0 }, 90_000);
  meter.handleShown({ kind: 'unpaired', skewTicks: -2700 }, 90_000);
  meter.handleShown({ kind: 'mono', skewTicks: 0 }, 90_000);
  const skew = meter.read()!;
  assert.equal(skew.frames, 10);
  assert.equal(skew.paired, 0.9);
  assert.equal(skew.p50, 0);
  assert.ok(Math.abs(skew.p99 - 27.3) < 0.01);
});

test('one visible video at most, and a canvas only where there is something to compose', () => {
  assert.deepEqual(surface('sbs', 'side-by-side'), { kind: 'video', video: 'left', region: whole });
  assert.deepEqual(surface('sbs', 'right'), {
    kind: 'video',
    video: 'left',
    region: { x: 0.5, y: 0, width: 0.5, height: 1 },
  });
  assert.deepEqual(surface('tab', 'right'), {
    kind: 'video',
    video: 'left',
    region: { x: 0, y: 0.5, width: 1, height: 0.5 },
  });
  assert.deepEqual(surface('twin', 'right'), { kind: 'video', video: 'right', region: whole });
  assert.deepEqual(surface('twin', 'side-by-side'), { kind: 'canvas', painting: 'side-by-side' });
  assert.deepEqual(surface('twin', 'side-by-side', true), { kind: 'joined' }, 'where the browser joins two tracks');
  assert.deepEqual(surface('twin', 'left', true), { kind: 'video', video: 'left', region: whole });
  assert.deepEqual(surface('tab', 'side-by-side'), { kind: 'canvas', painting: 'side-by-side' });
  assert.deepEqual(surface('sbs', 'anaglyph'), { kind: 'canvas', painting: 'anaglyph' });
  assert.deepEqual(surface('mono', 'anaglyph'), { kind: 'video', video: 'left', region: whole });
});

test('any aspect is fitted whole and centred', () => {
  assert.equal(eyeAspect('sbs', 1280, 480), 4 / 3);
  assert.equal(eyeAspect('tab', 640, 960), 4 / 3);
  assert.equal(eyeAspect('twin', 480, 640), 3 / 4, 'a camera mounted upright');
  assert.equal(viewAspect('tab', 'side-by-side', 4 / 3), 8 / 3);
  assert.equal(viewAspect('tab', 'anaglyph', 4 / 3), 4 / 3);
  assert.deepEqual(fit(2, 1000, 1000), { x: 0, y: 250, width: 1000, height: 500 });
  assert.deepEqual(fit(0.5, 1000, 400), { x: 400, y: 0, width: 200, height: 400 });
});

test('an eye’s part ends half a pixel inside where it was cut, so that no colour of the other eye leaks in', () => {
  const picture = { width: 1280, height: 480 };
  assert.deepEqual(inside({ picture, region: { x: 0.5, y: 0, width: 0.5, height: 1 } }), [
    0.5 + 0.5 / 1280,
    0,
    0.5 - 1 / 1280,
    1,
  ]);
  assert.deepEqual(inside({ picture, region: whole }), [0, 0, 1, 1]);
});

test('both eyes in one buffer: every row of the whole is a row of the left and one of the right, and no plane reaches into the next', () => {
  const rows = { I420: [4, 2, 2], NV12: [4, 2] } as const;
  for (const format of ['I420', 'NV12'] as const) {
    const { size, left, right } = beside(format, 6, 4)!;
    for (const [plane, { offset, stride }] of left.entries()) {
      assert.equal(right[plane]!.stride, stride);
      assert.equal(right[plane]!.offset, offset + stride / 2, 'the right eye begins where a row of the left ends');
      const end = right[plane]!.offset + stride * rows[format][plane]!;
      assert.ok(end <= (left[plane + 1]?.offset ?? size), `${format}, plane ${plane}`);
    }
  }
  assert.deepEqual([beside('RGBA', 6, 4), beside(null, 6, 4), beside('I420', 5, 4)], [null, null, null]);
});
