import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stepBetween } from '../../src/pipeline/compare-plans.js';
import { calibrated, pcWithoutGl, pcWithVa, pi5, planOn, softwareGl, withoutPlugin } from './machines.js';

const sim = ['cameras.left.source=sim', 'cameras.right.source=sim'];
const zoomed = ['view.left.zoom=1.1', 'view.right.zoom=1.1'];

/** On a machine with software GL, from a profile with a shader for both eyes. */
const costs: Record<string, [setting: string[], cost: string]> = {
  nothing: [[], 'none'],
  'another zoom': [['view.left.zoom=1.2'], 'hot'],
  'a shift that was none': [['view.right.shift_y=0.1'], 'hot'],
  bitrate: [['encode.bitrate_mbps=8'], 'hot'],
  'bitrate and zoom': [['encode.bitrate_mbps=8', 'view.left.zoom=2'], 'hot'],
  'distance of keyframes': [['encode.gop_frames=30'], 'encoder'],
  quantizers: [['encode.qp_max=40'], 'encoder'],
  preset: [['encode.preset=veryfast', 'encode.bitrate_mbps=2'], 'encoder'],
  'a codec that takes pictures of another format': [['encode.codec=vp8'], 'graph'],
  packets: [['encode.mtu=1000'], 'graph'],
  rate: [['capture.fps=25'], 'graph'],
  size: [['capture.width=320', 'capture.height=240'], 'graph'],
  layout: [['layout=tab'], 'graph'],
  'another source': [['cameras.left.source=custom', 'cameras.left.launch=videotestsrc'], 'graph'],
  'the scene': [['sim.distortion=-0.1', 'sim.baseline_mm=70', 'sim.motion=2'], 'hot'],
};
for (const [what, [settings, cost]] of Object.entries(costs))
  test(`${what}: ${cost}`, async () => {
    const before = await planOn(softwareGl, ...sim, ...zoomed);
    const after = await planOn(softwareGl, ...sim, ...zoomed, ...settings);
    assert.equal(stepBetween(before, after).cost, cost);
    assert.equal(stepBetween(after, before).cost, cost, 'and back');
  });

test('where nothing is rectified there is a place for it; where a shader stands it does nothing instead', async () => {
  const plain = await planOn(softwareGl, ...sim);
  const both = await planOn(softwareGl, ...sim, ...zoomed);
  const entering = stepBetween(plain, both);
  assert.ok(entering.cost === 'hot');
  assert.match(entering.rectify.get('left')!, /name=left_rectify/);
  assert.match(entering.rectify.get('right')!, /name=right_rectify/);
  const leaving = stepBetween(both, plain, plain.stages);
  assert.ok(leaving.cost === 'hot');
  assert.deepEqual(
    [...leaving.rectify],
    [
      ['left', null],
      ['right', null],
    ],
  );

  const resting = stepBetween(both, plain, both.stages);
  assert.ok(resting.cost === 'hot' && resting.rectify.size === 0);
  assert.deepEqual(
    resting.live.map(({ element, property }) => `${element}.${property}`),
    ['left_rectify.uniforms', 'right_rectify.uniforms'],
  );
  assert.match(resting.live[0]!.value, /m00=\(float\)1,m01=\(float\)0/);
  // planes.frag and rectify.frag draw by the size that they are told.
  assert.match(resting.live[0]!.value, /in_width=\(float\)640,in_height=\(float\)480,pixel_x=\(float\)0\.0015625,/);
  const again = stepBetween(plain, both, both.stages);
  assert.ok(again.cost === 'hot' && again.rectify.size === 0);
  assert.match(again.live[0]!.value, /m00=\(float\)0\.9/);
});

test('a rectification is put into the graph of a camera, too, whose pictures are converted or go as they are', async () => {
  const fragment = '{launch: "videotestsrc is-live=true"}';
  for (const [machine, settings] of [
    [pi5, ['capture.width=1280', 'capture.height=720']],
    [softwareGl, [`cameras={left: ${fragment}, right: ${fragment}}`]],
  ] as const) {
    const step = stepBetween(await planOn(machine, ...settings), await planOn(machine, ...settings, ...zoomed));
    assert.ok(step.cost === 'hot' && step.rectify.size === 2);
  }
});

test('what another encoder needs of the pictures before it takes a new graph', async () => {
  const settings = ['cameras.left.source=sim', 'cameras.right.source=sim', 'layout=twin'];
  const other = await planOn(pcWithVa, ...settings, 'encode.codec=vp8');
  const software = await planOn(pcWithVa, ...settings, 'encode.encoder=x264enc');
  assert.equal(stepBetween(other, software).cost, 'graph');
});

test('another kind of lens is another shader, and the same remap', async () => {
  const fisheye = calibrated.replace('pinhole', 'fisheye');
  const step = stepBetween(await planOn(pcWithoutGl, calibrated), await planOn(pcWithoutGl, fisheye));
  assert.ok(step.cost === 'hot' && step.rectify.size === 0);
  assert.deepEqual(
    step.live.map(({ element, property }) => `${element}.${property}`),
    ['left_rectify.uniforms', 'right_rectify.uniforms'],
  );
  assert.equal(stepBetween(await planOn(pcWithVa, calibrated), await planOn(pcWithVa, fisheye)).cost, 'graph');
});

test('without a lens a pinhole’s shader rests in the graph, and a fisheye’s cannot', async () => {
  const fisheye = calibrated.replace('pinhole', 'fisheye');
  for (const [machine, lens, cost] of [
    [pcWithVa, calibrated, 'hot'],
    [pcWithVa, fisheye, 'graph'],
    [pcWithoutGl, fisheye, 'hot'],
  ] as const)
    assert.equal(stepBetween(await planOn(machine, ...sim, lens), await planOn(machine, ...sim)).cost, cost);
});

test('without GL and plugin a calibration changes nothing that runs, and a turn takes a new graph', async () => {
  const bare = withoutPlugin(pcWithoutGl);
  const fragment = '{launch: "videotestsrc is-live=true"}';
  const cameras = `cameras={left: ${fragment}, right: ${fragment}}`;
  const plain = await planOn(bare, cameras, 'view.left.zoom=1.1');
  assert.equal(stepBetween(plain, await planOn(bare, cameras, 'view.left.zoom=1.2')).cost, 'none');
  assert.equal(stepBetween(plain, await planOn(bare, cameras, 'view.left.flip=vertical')).cost, 'graph');
  assert.notEqual(stepBetween(plain, await planOn(softwareGl, cameras, calibrated)).cost, 'none');
});
