import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Overlays } from '../../web/overlay/overlays.js';
import { controllersOf, deflection, type Button, type Controller, type Hand } from '../../web/xr/controllers.js';
import { Tuning } from '../../web/xr/tuning.js';
import { Scene, settled } from './scene.js';

function controller(x = 0, y = 0, ...down: Button[]): Controller {
  const pressed = { squeeze: false, stick: false, lower: false, upper: false };
  for (const button of down) pressed[button] = true;
  return { x, y, pressed };
}

function gamepad(mapping: string, axes: number[], pressed: number[]): XRInputSource['gamepad'] {
  const buttons = Array.from({ length: 6 }, (_, i) => ({ pressed: pressed.includes(i), touched: false, value: 0 }));
  return { mapping, axes, buttons } as unknown as Gamepad;
}

test('sticks and buttons are found by their places in the xr-standard mapping', () => {
  const held = controllersOf([
    { handedness: 'left', gamepad: gamepad('xr-standard', [0, 0, 0.5, -0.25], [4]) },
    { handedness: 'right', gamepad: gamepad('', [0, 0, 1, 1], []) },
    { handedness: 'none', gamepad: gamepad('xr-standard', [0, 0, 1, 1], []) },
    // A hand, and a controller with a touchpad alone.
    { handedness: 'right' },
    { handedness: 'right', gamepad: gamepad('xr-standard', [1, 1], []) },
  ]);
  assert.deepEqual(held, { left: controller(0.5, -0.25, 'lower') });
});

test('a stick at rest moves nothing, the axis that is meant moves alone, and the middle is fine', () => {
  assert.deepEqual(deflection({ x: 0.15, y: -0.1 }), { x: 0, y: 0 });
  assert.deepEqual(deflection({ x: -1, y: 0.6 }), { x: -1, y: 0 });
  const { y } = deflection({ x: 0.3, y: 0.5 });
  assert.ok(y > 0.1 && y < 0.2);
});

interface Cockpit {
  scene: Scene;
  overlays: Overlays;
  tuning: Tuning;
  /** The controllers held so for `ms`, at 90 frames a second; the server answers every few frames. */
  hold: (held: Partial<Record<Hand, Controller>>, ms: number) => Promise<void>;
}

function cockpit(role: 'viewer' | 'operator' = 'operator'): Cockpit {
  const scene = new Scene(role);
  const overlays = new Overlays();
  const tuning = new Tuning(scene.settings, overlays);
  let now = 1000;
  return {
    scene,
    overlays,
    tuning,
    async hold(held, ms) {
      for (const until = now + ms; now < until; now += 1000 / 90) {
        tuning.advance(now, held);
        scene.frame();
        if (scene.settings.busy && Math.round(now) % 3 === 0 && scene.sent.at(-1)?.type === 'set') await scene.answer();
      }
      while (scene.settings.busy && scene.sent.at(-1)?.type === 'set') {
        await scene.answer();
        scene.frame();
      }
      await settled();
    },
  };
}

const rest = { left: controller(), right: controller() };

test('the left stick to the right: convergence, as fast as it is pushed; from rest to rest is one step to undo', async () => {
  const { scene, tuning, hold } = cockpit();
  await hold(rest, 100);
  await hold({ ...rest, left: controller(1, 0) }, 1000);
  const [left, right] = [scene.shown('view.left.shift_x'), scene.shown('view.right.shift_x')] as number[];
  assert.ok(Math.abs(left! - 0.04) < 0.001 && Math.abs(right! + left!) < 1e-6, `${String(left)} ${String(right)}`);
  assert.match(tuning.lines(5000)[0]!, /^Convergence 0\.0\d+ \(2\d\.\d px\)$/);
  await hold(rest, 500);
  await hold({ ...rest, right: controller(0, -1) }, 500);
  assert.ok(Math.abs((scene.shown('view.left.zoom') as number) - Math.exp(0.15)) < 0.01, 'up is larger');
  assert.equal(scene.shown('view.left.shift_x'), left);
  await hold(rest, 500);
  await hold({ ...rest, left: controller(0, 0, 'upper') }, 50);
  await hold(rest, 50);
  assert.equal(scene.shown('view.left.zoom'), 1, 'Y takes the zoom back');
  assert.equal(scene.shown('view.left.shift_x'), left);
});

test('with the grip held both pictures move as one', async () => {
  const { scene, hold } = cockpit();
  await hold({ left: controller(0, 1), right: controller(0, 0, 'squeeze') }, 500);
  const [left, right] = [scene.shown('view.left.shift_y'), scene.shown('view.right.shift_y')] as number[];
  assert.ok(Math.abs(left! - 0.05) < 0.002 && left === right);
});

test('one request in flight, whatever the rate of the display', async () => {
  const { scene, tuning } = cockpit();
  for (let i = 0; i < 90; i++) {
    tuning.advance(1000 + i * 11, { left: controller(1, 0) });
    scene.frame();
  }
  assert.equal(scene.sent.length, 1);
  assert.ok((scene.shown('view.left.shift_x') as number) > 0.03, 'what is shown is what will be');
});

test('A saves and says where, B takes back, a held button acts once', async () => {
  const { scene, tuning, hold } = cockpit();
  await hold(rest, 50);
  await hold({ ...rest, right: controller(0, 0, 'lower') }, 300);
  assert.deepEqual(
    scene.sent.map(({ type }) => type),
    ['save'],
  );
  scene.tell({ type: 'saved', id: scene.sent[0]!.id, file: '/etc/robot.yaml', keys: ['layout'], files: [], held: [] });
  await settled();
  assert.match(tuning.lines(1500).join(), /Saved to \/etc\/robot\.yaml/);
  await hold({ ...rest, right: controller(0, 0, 'upper') }, 50);
  assert.equal(scene.sent.at(-1)!.type, 'rollback');
});

test('the right stick pressed swaps the eyes and says so, and nothing while it turns or zooms; Y takes it back', async () => {
  const { scene, tuning, hold } = cockpit();
  await hold(rest, 50);
  await hold({ ...rest, right: controller(0, 0, 'stick') }, 300);
  assert.equal(scene.shown('view.swap'), true);
  assert.match(tuning.lines(1350).join(), /Eyes swapped/);
  await hold(rest, 50);
  await hold({ ...rest, right: controller(0.6, 0, 'stick') }, 100);
  assert.equal(scene.shown('view.swap'), true);
  await hold(rest, 500);
  await hold({ ...rest, left: controller(0, 0, 'upper') }, 50);
  await hold(rest, 500);
  await hold({ ...rest, left: controller(0, 0, 'upper') }, 50);
  await hold(rest, 50);
  assert.equal(scene.shown('view.swap'), false, 'the roll and then the exchange are taken back');
});

test('with the eyes exchanged the left stick moves what the left eye sees', async () => {
  const { scene, hold } = cockpit();
  await hold(rest, 50);
  await hold({ ...rest, right: controller(0, 0, 'stick') }, 50);
  await hold(rest, 50);
  await hold({ ...rest, left: controller(1, 0) }, 500);
  const [left, right] = [scene.shown('view.left.shift_x'), scene.shown('view.right.shift_x')] as number[];
  assert.ok(right! > 0.01 && left === -right!, `${String(left)} ${String(right)}`);
});

test('X goes through guides and comparisons and says which; lines come with the measure', async () => {
  const { overlays, tuning, hold } = cockpit();
  const seen = [];
  await hold(rest, 50);
  for (let i = 0; i < 7; i++) {
    await hold({ ...rest, left: controller(0, 0, 'lower') }, 150);
    await hold(rest, 150);
    seen.push(overlays.comparison ?? overlays.guides);
    if (i === 0) assert.match(tuning.lines(1e6)[1]!, /^Lines · Measuring/);
    assert.equal(overlays.measuring, i === 0);
  }
  assert.deepEqual(seen, ['lines', 'grid', 'cross', 'difference', 'blink', 'anaglyph', 'none']);
});

test('who may only watch is told so, and nothing is sent', async () => {
  const { scene, tuning, hold } = cockpit('viewer');
  await hold({ left: controller(1, 0), right: controller(0, 0, 'lower') }, 200);
  assert.match(tuning.lines(5000)[0]!, /You may watch/);
  assert.deepEqual(scene.sent, []);
});
