import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changes, costOf } from '../../src/config/cost.js';
import { keyPaths, schemaAt, type SchemaNode } from '../../src/config/defaults.js';
import { mergePatch } from '../../src/config/merge.js';
import { select } from '../../src/config/select.js';
import { profileSchema, type Profile } from '../../src/protocol/configuration.js';

const costs = {
  'encode.bitrate_mbps': 'hot',
  'encode.gop_frames': 'encoder',
  'encode.mtu': 'graph',
  encode: 'encoder',
  'view.left.crop.top': 'hot',
  'view.swap': 'hot',
  'calibration.left.K': 'hot',
  'cameras.right.controls.exposure-time': 'graph',
  'capture.fps': 'graph',
  'sim.motion': 'hot',
  'rate.playout_delay.min_ms': 'hot',
  layout: 'graph',
};

for (const [path, cost] of Object.entries(costs)) {
  test(`a change of ${path} costs: ${cost}`, () => assert.equal(costOf(path), cost));
}

test('changes names every key that differs, with its cost', async () => {
  const { profile } = await select({});
  const patch = {
    encode: { bitrate_mbps: 9, qp_max: 30 },
    view: { left: { crop: { top: 0.1 } } },
    rate: { playout_delay: 'off' },
    calibration: { size: [640, 480] },
  };
  assert.deepEqual(changes(profile, mergePatch(profile, patch) as Profile), [
    { path: 'calibration.size', cost: 'hot' },
    { path: 'view.left.crop.top', cost: 'hot' },
    { path: 'encode.bitrate_mbps', cost: 'hot' },
    { path: 'encode.qp_max', cost: 'encoder' },
    { path: 'rate.playout_delay', cost: 'hot' },
  ]);
  assert.deepEqual(changes(profile, structuredClone(profile)), []);
});

test('every key of a profile says what a change of it costs, itself or by a key above it', () => {
  const untagged = keyPaths(profileSchema as SchemaNode).filter((path) => {
    const keys = path.split('.');
    return !keys.some((_, i) => schemaAt(profileSchema as SchemaNode, keys.slice(0, i + 1))?.['x-cost'] !== undefined);
  });
  assert.deepEqual(untagged, []);
});
