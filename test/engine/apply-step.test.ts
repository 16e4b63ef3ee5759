import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { setLive } from '../../src/engine/apply-step.js';
import { Graph } from '../../src/engine/graph.js';
import { padNamed, elementNamed } from '../../src/engine/gst/pipeline.js';
import { booleanProperty, numberProperty } from '../../src/engine/gst/property.js';
import { planHere } from '../../src/engine/plan-here.js';
import { stepBetween } from '../../src/pipeline/compare-plans.js';
import type { PropertyChange } from '../../src/pipeline/live-properties.js';
import { planGraph } from '../../src/pipeline/plan-graph.js';
import { loadTemplates } from '../../src/pipeline/templates.js';
import { forParser, graphText } from '../../src/pipeline/text.js';
import { profileWith, withoutPlugin } from '../pipeline/machines.js';

const settings = [
  'capture={width: 160, height: 120}',
  'cameras={left: {launch: "videotestsrc is-live=true"}, right: {launch: "videotestsrc is-live=true"}}',
];

/** A graph of these settings that plays, and what leads to the one with the eyes exchanged, and back. */
async function playing(
  plugin: boolean,
  layout: string,
): Promise<{ graph: Graph; there: PropertyChange[]; back: PropertyChange[] }> {
  const plans = [];
  for (const swap of [false, true]) {
    const profile = await profileWith(...settings, `layout=${layout}`, `view.swap=${swap}`);
    const { machine } = await planHere(profile);
    plans.push(planGraph(profile, plugin ? machine : withoutPlugin(machine), loadTemplates(profile)));
  }
  const [plain, swapped] = plans as [(typeof plans)[number], (typeof plans)[number]];
  const [there, back] = [stepBetween(plain, swapped), stepBetween(swapped, plain)];
  assert.ok(there.cost === 'hot' && back.cost === 'hot');
  const contents = plain.outputs.map(({ content }) => content);
  const graph = new Graph(forParser(graphText(plain)), { eyes: ['left', 'right'], contents });
  graph.play();
  for (const began = performance.now(); graph.encodedFrames(graph.outputs[0]!) < 3; await wait(5))
    assert.ok(performance.now() - began < 20_000, 'the first frames');
  return { graph, there: there.live, back: back.live };
}

test('a property of a pad is set and read back as one of the element is: the compositor exchanges the eyes', async () => {
  for (const [layout, property, extent] of [
    ['sbs', 'xpos', 160],
    ['tab', 'ypos', 120],
  ] as const) {
    const { graph, there, back } = await playing(false, layout);
    try {
      const pads = ['sink_0', 'sink_1'].map((pad) => padNamed(elementNamed(graph.pipeline, 'both_layout'), pad));
      const places = (): number[] => pads.map((pad) => numberProperty(pad, property));
      assert.deepEqual(places(), [0, extent]);
      setLive(graph, there, back);
      assert.deepEqual(places(), [extent, 0]);
      setLive(graph, back, there);
      assert.deepEqual(places(), [0, extent]);
    } finally {
      graph.close();
    }
  }
});

test('what was set is set back where another property cannot be set', async () => {
  const { graph, there, back } = await playing(true, 'sbs');
  try {
    const layout = elementNamed(graph.pipeline, 'both_layout');
    const impossible = { element: 'both_layout', property: 'sink_7::xpos', value: '3' };
    assert.throws(() => setLive(graph, [...there, impossible], back), /"both_layout" has no pad "sink_7"/);
    assert.equal(booleanProperty(layout, 'swap'), false);
    setLive(graph, there, back);
    assert.equal(booleanProperty(layout, 'swap'), true);
  } finally {
    graph.close();
  }
});
