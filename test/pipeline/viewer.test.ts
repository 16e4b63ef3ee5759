import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Output, Plan } from '../../src/pipeline/plan.js';
import { viewerText } from '../../src/pipeline/viewer.js';

const picture: Output = { content: 'both', width: 1280, height: 480, bitrateKbps: 4000 };
const plan: Pick<Plan, 'codec' | 'outputs' | 'mtu'> = { codec: 'h264', outputs: [picture], mtu: 1200 };
const tracks = (wished: number, ...elements: string[]) =>
  viewerText(plan, wished, 0, { elements: new Set(elements) }).match(/rtph264pay name=\w+/g);

test('a viewer that can show two tracks is offered two, also where there is one picture', () => {
  assert.deepEqual(tracks(1, 'keyframegate'), ['rtph264pay name=track0_pay']);
  assert.deepEqual(tracks(2, 'keyframegate'), ['rtph264pay name=track0_pay', 'rtph264pay name=track1_pay']);
});

test('without the gate, which a spare track waits behind, it is offered as many as there are pictures', () => {
  assert.deepEqual(tracks(2), ['rtph264pay name=track0_pay']);
});
