import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ControlsCheck, holds } from '../../src/engine/controls-check.js';
import type { Graph } from '../../src/engine/graph.js';
import type { Blueprint } from '../../src/engine/blueprint.js';
import { makeElement } from '../../src/engine/gst/gst.js';
import { hasProperty, property, setProperty } from '../../src/engine/gst/property.js';
import { profileWith } from './profile.js';

/** A source that stands for the camera: its properties keep what they are given. */
const camera = makeElement('videotestsrc');
const graph = { captured: new Map([['left', camera]]), camera: () => camera } as unknown as Graph;

async function checked(
  controls: Record<string, string | number | boolean>,
): Promise<{ told: string[]; check: ControlsCheck }> {
  const profile = await profileWith({ left: 'videotestsrc', right: 'videotestsrc' });
  profile.cameras.left.controls = controls;
  const told: string[] = [];
  const plan = { sources: { left: 'libcamera' } } as Blueprint['plan'];
  return { told, check: new ControlsCheck(graph, { profile, plan }, 0, (message) => told.push(message)) };
}

test('controls that hold are not told of, also when they take some frames; an enumeration by its name', async () => {
  const { told, check } = await checked({ pattern: 'ball', 'horizontal-speed': 100, 'is-live': true });
  setProperty(camera, 'pattern', 'ball');
  setProperty(camera, 'is-live', true);
  check.tick(200);
  setProperty(camera, 'horizontal-speed', 98);
  check.tick(400);
  setProperty(camera, 'horizontal-speed', 0);
  check.tick(10_000);
  assert.deepEqual(told, []);
});

test('a control that did nothing is told of once, with what was asked for and what the camera has', async () => {
  const { told, check } = await checked({ pattern: 'snow', 'horizontal-speed': 8000 });
  setProperty(camera, 'pattern', 'ball');
  setProperty(camera, 'horizontal-speed', 0);
  for (const now of [200, 2_900, 3_100, 3_300]) check.tick(now);
  assert.equal(told.length, 2, told.join('\n'));
  assert.match(told[0]!, /^cameras\.left\.controls\.pattern does nothing: snow was asked for, and the camera has/);
  assert.match(
    told[1]!,
    /^cameras\.left\.controls\.horizontal-speed does nothing: 8000 was asked for, and the camera has 0\./,
  );
});

test('a value is held when rounding to lines and steps is all that differs', () => {
  assert.ok(holds(8000, 7985));
  assert.ok(!holds(8000, 33_239));
  assert.ok(holds(0, 0));
  assert.ok(!holds(true, false));
});

test('an element has the properties that it has: a name with a hyphen is no exception', () => {
  assert.ok(hasProperty(camera, 'is-live') && hasProperty(camera, 'pattern'));
  assert.ok(!hasProperty(camera, 'exposure-time') && !hasProperty(camera, 'nothing'));
  assert.throws(() => setProperty(camera, 'exposure-time', 1), { reason: 'bad-graph' });
  assert.equal(property(camera, 'is-live'), true);
});
