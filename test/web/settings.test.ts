import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Profile } from '../../src/protocol/configuration.js';
import { mergePatch, valueAt, type Mapping } from '../../src/protocol/merge-patch.js';
import { levelling } from '../../web/overlay/level.js';
import { inProportion, opposite, together } from '../../web/settings/both-eyes.js';
import { nudged, numberAt, written } from '../../web/settings/controls.js';
import { withCoefficient, withIntrinsic } from '../../web/settings/lens.js';
import { composed, difference, inverse, pathsOf } from '../../web/settings/patches.js';
import { Refused } from '../../web/settings/requests.js';
import { fineAbout, ratios } from '../../web/settings/scale.js';
import { onSwap, swapEyes } from '../../web/settings/swap.js';
import { bothEyes, lens, oneEye, stream, swap } from '../../web/settings/tables.js';
import { profile, Scene, settled } from './scene.js';

const shift = (value: number): Mapping => ({ view: { left: { shift_x: value } } });

test('200 quick moves: one request in flight, at most one a frame, the newest value wins, the last one arrives', async () => {
  const scene = new Scene();
  for (let i = 1; i <= 200; i++) {
    scene.settings.change(shift(i / 1000), 'drag');
    if (i % 10 === 0) scene.frame();
    if (i % 50 === 0) await scene.answer();
    assert.equal(scene.shown('view.left.shift_x'), i / 1000, 'the slider never jumps back');
  }
  while (scene.settings.busy) {
    scene.frame();
    await scene.answer();
  }
  assert.ok(scene.sent.length <= 6, `${scene.sent.length} requests`);
  assert.deepEqual(scene.sent.at(-1)!.patch, shift(0.2));
  assert.equal(valueAt(scene.settings.profile, ['view', 'left', 'shift_x']), 0.2);
  await Promise.all([scene.settings.undo(), undone(scene)]);
  assert.equal(scene.shown('view.left.shift_x'), 0, 'the whole drag is one step to undo');
});

async function undone(scene: Scene): Promise<void> {
  await settled();
  scene.frame();
  await scene.answer();
}

for (const first of ['applied', 'profile'] as const)
  test(`undo and redo of one's own changes, in turns with another's; ${first} comes first`, async () => {
    const scene = new Scene();
    scene.settings.change(shift(0.1), 'one');
    scene.frame();
    await scene.answer(first);
    scene.settings.change({ view: { left: { zoom: 2 } }, encode: { bitrate_mbps: 9 } }, 'two');
    scene.frame();
    await scene.answer(first);
    scene.tell({ type: 'profile', revision: 3, patch: { layout: 'twin' }, by: 'someone', unsaved: [] });
    const walk = async (way: 'undo' | 'redo'): Promise<unknown[]> => {
      const taken = scene.settings[way]();
      await undone(scene);
      await taken;
      return ['view.left.shift_x', 'view.left.zoom', 'encode.bitrate_mbps'].map((path) => scene.shown(path));
    };
    assert.deepEqual(await walk('undo'), [0.1, 1, 4]);
    assert.deepEqual(await walk('undo'), [0, 1, 4]);
    assert.equal(scene.settings.canUndo, false);
    assert.deepEqual(await walk('redo'), [0.1, 1, 4]);
    assert.deepEqual(await walk('redo'), [0.1, 2, 9]);
    assert.equal(scene.settings.canRedo, false);
    assert.deepEqual(await walk('undo'), [0.1, 1, 4]);
    scene.settings.change(shift(0.3), 'three');
    scene.frame();
    await scene.answer(first);
    assert.equal(scene.settings.canRedo, false, 'a new change ends what could be done again');
  });

test('a refused change goes back, says where, and is nothing to undo', async () => {
  const scene = new Scene();
  const refused: Refused[] = [];
  scene.settings.on('refused', (reason) => refused.push(reason));
  scene.settings.change(shift(7), 'one');
  scene.frame();
  assert.equal(scene.shown('view.left.shift_x'), 7);
  await scene.refuse('profile.view.left.shift_x');
  assert.equal(scene.shown('view.left.shift_x'), 0);
  assert.deepEqual([refused[0]?.paths, refused[0]?.message], [['view.left.shift_x'], 'must be <= 1']);
  assert.equal(scene.settings.canUndo, false);
});

test('set() has an answer of its own: its refusal is not that of the drag that waits behind it', async () => {
  const scene = new Scene();
  const set = scene.settings.set({ encode: { bitrate_mbps: -1 } });
  scene.settings.change(shift(0.1), 'drag');
  scene.frame();
  const rejected = assert.rejects(set, (error: Refused) => error.paths[0] === 'encode.bitrate_mbps');
  await scene.refuse('profiles.default.encode.bitrate_mbps');
  await rejected;
  scene.frame();
  await scene.answer();
  assert.equal(scene.shown('view.left.shift_x'), 0.1);
});

test('a save comes after the drag before it', () => {
  const scene = new Scene();
  scene.settings.change(shift(0.1), 'drag');
  scene.settings.save().catch(() => undefined);
  scene.frame();
  assert.deepEqual(
    scene.sent.map(({ type }) => type),
    ['set'],
  );
});

test('when the server goes, what was asked fails and the page waits for a welcome', async () => {
  const scene = new Scene();
  const lost = assert.rejects(scene.settings.set(shift(0.1)), /went away/);
  scene.frame();
  scene.settings.handleAway();
  await lost;
  assert.equal(scene.settings.open, false);
  assert.equal(scene.shown('view.left.shift_x'), 0);
});

test('taking back can be undone', async () => {
  const scene = new Scene();
  scene.settings.change(shift(0.25), 'one');
  scene.frame();
  await scene.answer();
  const back = scene.settings.rollback();
  scene.frame();
  const { id } = scene.sent.at(-1)!;
  scene.tell({ type: 'applied', id, revision: 3, cost: 'hot', ms: 1, profile, unsaved: [] });
  await back;
  assert.equal(scene.shown('view.left.shift_x'), 0);
  const undo = scene.settings.undo();
  await settled();
  scene.frame();
  assert.deepEqual(scene.sent.at(-1)!.patch, shift(0.25));
  await scene.answer();
  await undo;
});

test('patches: composed, inverted and found', () => {
  const before = { a: 1, b: { c: 2, d: [1, 2] }, e: 'off' };
  const one = { a: 5, b: { d: null } };
  const two = { b: { c: 3 }, f: { g: 1 } };
  const after = mergePatch(mergePatch(before, one), two);
  assert.deepEqual(mergePatch(before, composed(one, two)), after);
  assert.deepEqual(composed({ a: null }, { b: null }), { a: null, b: null });
  assert.equal(composed({ e: 'off' }, { e: { min_ms: 1 } }), null);
  for (const patch of [one, two, { b: 7 }, { e: { min_ms: 1 } }, composed(one, two)!])
    assert.deepEqual(mergePatch(mergePatch(before, patch), inverse(before, patch)), before, JSON.stringify(patch));
  assert.deepEqual(difference(before, after as Mapping), { a: 5, b: { c: 3, d: null }, f: { g: 1 } });
  assert.deepEqual(pathsOf({ a: 1, b: { c: 2, d: [1] } }), ['a', 'b.c', 'b.d']);
});

test('a slider is fine about its usual value, reaches both ends, and comes back to where it was', () => {
  const plain = fineAbout(0, -1, 1);
  assert.deepEqual([plain.toValue(-1), plain.toValue(0), plain.toValue(1)], [-1, 0, 1]);
  assert.ok(plain.toValue(0.1) <= 0.0011);
  const zoom = ratios(0.1, 10);
  assert.ok(Math.abs(zoom.toPosition(1) - 0.5) < 1e-12);
  for (const scale of [plain, zoom, fineAbout(0, 0, 0.9), fineAbout(300, 100, 900)])
    for (const position of [scale.least, 0.3, scale.most])
      assert.ok(Math.abs(scale.toPosition(scale.toValue(position)) - position) < 1e-9);
});

test('every control reads a value and sets that very value, by keys of the schema', () => {
  const calibrated: Profile = {
    ...profile,
    calibration: {
      model: 'pinhole',
      size: [640, 480],
      left: { K: [500, 0, 320, 0, 501, 240, 0, 0, 1], D: [-0.2, 0.1, 0, 0] },
      right: { K: [500, 0, 320, 0, 501, 240, 0, 0, 1], D: [] },
    },
  };
  const controls = [
    swap,
    ...bothEyes,
    ...oneEye('left'),
    ...stream,
    ...lens('left', calibrated),
    ...lens('right', calibrated),
  ];
  assert.ok(controls.length > 40);
  for (const control of controls) {
    if (control.kind === 'number') {
      const from = control.read(calibrated)!;
      const to = nudged(control, from, 3);
      const after = mergePatch(calibrated, control.patch(calibrated, to)) as Profile;
      assert.ok(Math.abs(control.read(after)! - to) < 1e-5, `${control.id}: ${from} to ${to}`);
      assert.notEqual(written(control, from), written(control, to), control.id);
      assert.ok(
        pathsOf(control.patch(calibrated, to)).every((path) => control.paths.includes(path)),
        control.id,
      );
    } else if (control.kind === 'switch')
      for (const on of [true, false])
        assert.equal(control.read(mergePatch(calibrated, control.patch(calibrated, on)) as Profile), on);
    else
      for (const { value } of control.choices) {
        const after = mergePatch(calibrated, control.patch(calibrated, value)) as Profile;
        assert.equal(control.read(after), value, control.id);
      }
  }
});

test('a control has range, step, cost and words from the schema', () => {
  const roll = numberAt('view.left.roll_deg', { label: 'Roll' });
  assert.deepEqual(
    [roll.scale.toValue(-1), roll.scale.toValue(1), roll.step, roll.unit, roll.cost, roll.description],
    [-45, 45, 0.05, 'deg', 'hot', 'Fine rotation, clockwise.'],
  );
  assert.equal(nudged(roll, 44.99, 10), 45);
  assert.equal(numberAt('capture.fps', { label: 'Rate' }).cost, 'graph');
  assert.deepEqual(
    [swap.cost, swap.costIn(profile), swap.costIn({ ...profile, layout: 'mono' })],
    ['hot', 'hot', 'graph'],
  );
});

function near(actual: number[], wanted: number[]): void {
  for (const [i, value] of actual.entries())
    assert.ok(Math.abs(value - wanted[i]!) < 1e-5, `${actual.join()} for ${wanted.join()}`);
}

function shifts({ left, right }: Profile['view']): number[] {
  return [left.shift_x, right.shift_x];
}

test('both eyes: opposite keeps the mean, together the difference, zoom the ratio; none leaves the range', () => {
  const uneven = mergePatch(profile, {
    view: { left: { shift_x: 0.3, zoom: 2 }, right: { shift_x: 0.1, zoom: 1 } },
  }) as Profile;
  const apply = (patch: Mapping): Profile['view'] => (mergePatch(uneven, patch) as Profile).view;
  near(shifts(apply(opposite('shift_x', -1, 1).patch(uneven, 0))), [0.2, 0.2]);
  near(shifts(apply(opposite('shift_x', -1, 1).patch(uneven, 0.9))), [1, -0.6]);
  near(shifts(apply(together('shift_x', -1, 1).patch(uneven, 0))), [0.1, -0.1]);
  near(shifts(apply(together('shift_x', -1, 1).patch(uneven, 1))), [1, 0.8]);
  const { left, right } = apply(inProportion('zoom', 0.1, 10).patch(uneven, 2));
  near([left.zoom / right.zoom, left.zoom * right.zoom], [2, 4]);
});

test('with the eyes exchanged, what the left eye sees is the right camera: convergence and levelling move that', () => {
  const swapped = mergePatch(profile, {
    view: { swap: true, left: { shift_x: 0.3 }, right: { shift_x: 0.1 } },
  }) as Profile;
  const convergence = opposite('shift_x', -1, 1);
  near([convergence.read(swapped)], [-0.1]);
  const after = mergePatch(swapped, convergence.patch(swapped, 0.05)) as Profile;
  near(shifts(after.view), [0.15, 0.25]);
  near([convergence.read(after)], [0.05]);
  const reading = { kind: 'measured', dy: 48, roll: 2, height: 480, error: 0, found: 9, agreeing: 9 } as const;
  const { left, right } = (mergePatch(swapped, levelling(swapped, reading)) as Profile).view;
  near([left.shift_y, right.shift_y, left.roll_deg, right.roll_deg], [-0.05, 0.05, -1, 1]);
});

test('the eyes are exchanged by each press, and each is a step to undo; whoever needs to know hears when it is asked for and when it is so', async () => {
  const scene = new Scene();
  let heard = 0;
  onSwap(scene.settings, () => (heard += 1));
  assert.equal(swapEyes(scene.settings), true);
  assert.equal(heard, 1, 'asked for');
  scene.frame();
  await scene.answer();
  assert.equal(heard, 2, 'so');
  assert.equal(swapEyes(scene.settings), false);
  scene.frame();
  await scene.answer();
  assert.equal(scene.shown('view.swap'), false);
  scene.settings.change(shift(0.1), 'another');
  scene.frame();
  await scene.answer();
  assert.equal(heard, 4, 'other changes are nothing to it');
  for (const swapped of [false, true, false]) {
    const undoing = scene.settings.undo();
    await undone(scene);
    await undoing;
    assert.equal(scene.shown('view.swap'), swapped);
  }
  assert.equal(swapEyes(new Scene('viewer').settings), null);
});

test('lens: one number of a list is changed, and the list grows to a length that the model knows', () => {
  const eye = { K: [500, 0, 320, 0, 501, 240, 0, 0, 1], D: [-0.2] };
  const with4 = mergePatch(profile, {
    calibration: { model: 'pinhole', left: { ...eye, D: [-0.2, 0, 0, 0] } },
  }) as Profile;
  assert.deepEqual(withIntrinsic(with4, 'left', 'cy', 241), {
    calibration: { left: { K: [500, 0, 320, 0, 501, 241, 0, 0, 1] } },
  });
  assert.deepEqual(withCoefficient(with4, 'left', 4, 0.01), { calibration: { left: { D: [-0.2, 0, 0, 0, 0.01] } } });
  assert.deepEqual(withCoefficient(with4, 'left', 5, 0.01), {
    calibration: { left: { D: [-0.2, 0, 0, 0, 0, 0.01, 0, 0] } },
  });
  assert.deepEqual(lens('left', profile), []);
});
