import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stepBetween } from '../../src/pipeline/compare-plans.js';
import type { Machine } from '../../src/pipeline/machine.js';
import type { Plan } from '../../src/pipeline/plan.js';
import { graphText } from '../../src/pipeline/text.js';
import { BinocleError } from '../../src/protocol/errors.js';
import { calibrated, pi5, planOn, softwareGl, withoutPlugin } from './machines.js';

const swap = 'view.swap=true';
const fragments = 'cameras={left: {launch: "videotestsrc is-live=true"}, right: {launch: "videotestsrc is-live=true"}}';
const bare = withoutPlugin(softwareGl);
const eyesSaid = (plan: Plan) => plan.choices.find(({ what }) => what === 'eyes');

/** What is set for it, and back, while it plays. */
const live: Record<string, [machine: Machine, settings: string[], there: string[], back: string[]]> = {
  'side by side': [softwareGl, ['layout=sbs'], ['both_layout swap=true'], ['both_layout swap=false']],
  'top and bottom': [softwareGl, ['layout=tab'], ['both_layout swap=true'], ['both_layout swap=false']],
  'two tracks': [softwareGl, ['layout=twin'], ['both_layout swap=true'], ['both_layout swap=false']],
  'side by side by the compositor': [
    bare,
    ['layout=sbs', fragments],
    ['both_layout sink_0::xpos=640', 'both_layout sink_1::xpos=0'],
    ['both_layout sink_0::xpos=0', 'both_layout sink_1::xpos=640'],
  ],
  'top and bottom by the compositor': [
    bare,
    ['layout=tab', fragments],
    ['both_layout sink_0::ypos=480', 'both_layout sink_1::ypos=0'],
    ['both_layout sink_0::ypos=0', 'both_layout sink_1::ypos=480'],
  ],
};
for (const [what, [machine, settings, there, back]] of Object.entries(live))
  test(`${what}: the eyes are exchanged by properties that are live`, async () => {
    const [plain, swapped] = [await planOn(machine, ...settings), await planOn(machine, ...settings, swap)];
    for (const [before, after, expected] of [
      [plain, swapped, there],
      [swapped, plain, back],
    ] as const) {
      const step = stepBetween(before, after);
      assert.ok(step.cost === 'hot' && step.encoders.size === 0 && step.rectify.size === 0);
      assert.deepEqual(
        step.live.map(({ element, property, value }) => `${element} ${property}=${value}`),
        expected,
      );
      for (const change of expected) assert.ok(graphText(after).includes(change.split(' ')[1]!), graphText(after));
    }
    assert.equal(eyesSaid(plain), undefined);
    assert.match(eyesSaid(swapped)!.because, /view\.swap says so: each eye sees the other camera/);
    assert.deepEqual(swapped.sources, plain.sources, 'each camera keeps its name');
  });

test('lens and view stay with their camera', async () => {
  const settings = [calibrated, 'view.left.zoom=1.2', 'view.right.roll_deg=2'];
  for (const layout of ['sbs', 'twin']) {
    const [plain, swapped] = [
      await planOn(softwareGl, ...settings, `layout=${layout}`),
      await planOn(softwareGl, ...settings, `layout=${layout}`, swap),
    ];
    assert.equal(graphText(swapped), graphText(plain).replace('swap=false', 'swap=true'));
  }
});

test('two tracks without the plugin: the chains cross in the text, which takes a new graph', async () => {
  const [plain, swapped] = [
    await planOn(bare, fragments, 'layout=twin'),
    await planOn(bare, fragments, 'layout=twin', swap),
  ];
  assert.match(graphText(plain), /left_captured[\s\S]*name=left_raw[\s\S]*right_captured[\s\S]*name=right_raw/);
  assert.match(graphText(swapped), /left_captured[\s\S]*name=right_raw[\s\S]*right_captured[\s\S]*name=left_raw/);
  assert.deepEqual(swapped.outputs, plain.outputs);
  assert.equal(stepBetween(plain, swapped).cost, 'graph');
});

test('mono: the right camera with what belongs to it, to both eyes; a new graph', async () => {
  const settings = ['layout=mono', calibrated, 'view.right.zoom=1.3'];
  const [plain, swapped] = [await planOn(pi5, ...settings), await planOn(pi5, ...settings, swap)];
  assert.deepEqual([plain.sources, swapped.sources], [{ left: 'libcamera' }, { right: 'libcamera' }]);
  const [first, second] = pi5.cameras;
  const text = graphText(swapped);
  assert.ok(text.includes(second!.id) && !text.includes(first!.id), 'the one that it is beside the left one');
  assert.match(text, /right_rectify[\s\S]*name=left_raw/);
  const both = graphText(await planOn(pi5, ...settings, 'layout=sbs'));
  assert.equal(uniforms(text), uniforms(both.slice(both.indexOf('right_source'))));
  assert.deepEqual(
    swapped.choices.filter(({ what }) => what.startsWith('source')).map(({ what }) => what),
    ['source right'],
  );
  assert.equal(eyesSaid(swapped)!.chosen, 'right alone');
  assert.deepEqual(swapped.outputs, plain.outputs);
  assert.equal(stepBetween(plain, swapped).cost, 'graph');
});

test('mono has the size of the camera that it shows', async () => {
  const plan = await planOn(softwareGl, 'layout=mono', 'view.right.rotate=90', swap);
  assert.deepEqual([plan.outputs[0]!.width, plan.outputs[0]!.height], [480, 640]);
});

const oneCamera = { ...pi5, cameras: pi5.cameras.slice(0, 1) };
const webcam = {
  ...softwareGl,
  cameras: [{ api: 'v4l2' as const, id: '/dev/video0', name: 'webcam', modes: [], heldBy: null }],
};
for (const [what, machine, settings] of [
  ['one camera', oneCamera, []],
  ['one camera, asked for as mono', oneCamera, ['layout=mono']],
  ['the one camera by its name', webcam, ['layout=mono', 'cameras.left.device=/dev/video0']],
  ['a fragment for the left eye alone', softwareGl, ['layout=mono', 'cameras.left.launch=videotestsrc is-live=true']],
] as const)
  test(`${what}: there is no right camera, and nothing changes`, async () => {
    const [plain, swapped] = [await planOn(machine, ...settings), await planOn(machine, ...settings, swap)];
    assert.equal(graphText(swapped), graphText(plain));
    assert.equal(stepBetween(plain, swapped).cost, 'none');
    const { chosen, because, rejected } = eyesSaid(swapped)!;
    assert.deepEqual([chosen, because], ['left alone', 'view.swap needs a right camera']);
    assert.match(rejected[0]!.because, /no .*camera (is free|can be used)|one camera can be used/);
  });

test('mono of a right camera that is asked for by name and is not there is refused', async () => {
  await assert.rejects(
    planOn(softwareGl, 'layout=mono', 'cameras.right.device=/dev/video7', swap),
    (error) => error instanceof BinocleError && error.path === 'profile.cameras.right.device',
  );
});

function uniforms(text: string): string {
  return /name=right_rectify .*(uniforms=\S+|uniforms=".*")/.exec(text)![1]!;
}
