import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { report as camerasReport } from '../../src/cli/cameras.js';
import { report as planReport } from '../../src/cli/plan.js';
import { Gst, type Structure } from '../../src/engine/gst/gst.js';
import { sortDevices } from '../../src/engine/sort-devices.js';
import { pairIsHere } from '../../src/pipeline/choose-cameras.js';
import type { Machine } from '../../src/pipeline/machine.js';
import { planGraph } from '../../src/pipeline/plan-graph.js';
import { loadTemplates } from '../../src/pipeline/templates.js';
import { BinocleError } from '../../src/protocol/errors.js';
import { profileWith } from './machines.js';
import { rows, type Row } from './recorded/rows.js';

const machineOf = ({ machine: { board, rest }, recorded }: Row): Machine => ({
  ...rest,
  model: board.model,
  ...sortDevices(recorded),
});

describe('every recorded machine gets its plan', () => {
  for (const row of rows)
    test(row.name, async () => {
      const { must, set = [] } = row;
      const machine = machineOf(row);
      const profile = await profileWith(...set);
      const planned = () => planGraph(profile, machine, loadTemplates(profile));
      if ('refused' in must) {
        assert.throws(planned, (error) => error instanceof BinocleError && must.refused === error.message);
        return;
      }
      const plan = planned();
      const chosen = (what: string) => plan.choices.find((choice) => choice.what === what)?.chosen;
      const [{ width, height }] = plan.outputs as [(typeof plan.outputs)[number]];
      assert.deepEqual(
        {
          left: chosen('source left'),
          right: chosen('source right'),
          layout: plan.layout,
          size: `${width}x${height}`,
          encoder: plan.encoder,
        },
        { left: must.left, right: must.right, layout: must.layout, size: must.size, encoder: must.encoder },
      );
      const text = planReport(plan, machine);
      for (const line of must.says) assert.ok(text.includes(line), `"${line}" is not in\n${text}`);
    });
});

test('the recorded texts are GStreamer’s own: it reads them and prints the same', () => {
  for (const { devices } of new Set(rows.map(({ recorded }) => recorded)))
    for (const { caps, properties } of devices) {
      assert.equal(Gst.Caps.fromString(caps)?.toString(), caps);
      if (properties === '') continue;
      const [structure] = Gst.Structure.fromString(properties) as unknown as [Structure];
      assert.equal(structure.toString(), properties);
    }
});

test('every node of a machine is a camera or left out with a reason, and none is both', () => {
  for (const row of rows) {
    const { cameras, leftOut } = sortDevices(row.recorded);
    const told = [...cameras, ...leftOut].map(({ id }) => id);
    assert.equal(new Set(told).size, told.length, row.name);
    for (const { path } of row.recorded.nodes) assert.ok(told.includes(path), `${row.name}: ${path}`);
    for (const { because, id } of leftOut) assert.ok(because.length > 10, `${row.name}: ${id}`);
  }
});

const rowNamed = (name: string) => rows.find((row) => row.name === name)!;

test('binocle cameras: sockets, numbers, and what was left out in a line a reason', () => {
  const { cameras, leftOut } = sortDevices(rowNamed('Compute Module 4, two CSI cameras and one USB camera').recorded);
  assert.equal(
    camerasReport(
      cameras.map((camera) => ({ ...camera, modes: [] })),
      leftOut,
    ),
    `libcamera 0: /base/soc/i2c0mux/i2c@1/imx708@1a  imx708
  in socket CAM1
libcamera 1: /base/soc/i2c0mux/i2c@0/imx708@1a  imx708
  in socket CAM0
v4l2 0: /dev/video4  HD Webcam C525: HD Webcam C525

Not taken for cameras, unless \`device\` names one:
  /dev/video0 to 3 (unicam): the receiver behind a camera socket; its raw data become pictures through libcamera
  /dev/video5 (HD Webcam C525: HD Webcam C525): it gives data about the pictures of /dev/video4, no pictures
  /dev/video10 to 12, 18, 31 (bcm2835-codec): the encoder and decoder of a Raspberry Pi
  /dev/video13 to 16, 20 to 23 (bcm2835-isp): the image processor of a Raspberry Pi, which libcamera drives
  /dev/video19 (rpivid): the H.265 decoder of a Raspberry Pi`,
  );
});

test('cameras are listed anew with a change, unless a pair is here: one may have been plugged in, or given back', () => {
  for (const [name, pair] of [
    ['Raspberry Pi 5, no camera', false],
    ['Raspberry Pi 5, one CSI camera', false],
    ['Raspberry Pi 5, one CSI and one USB camera', false],
    ['Raspberry Pi 5, two CSI cameras, one of them in use', false],
    ['Raspberry Pi 4, two CSI cameras behind a multiplexer', false],
    ['Raspberry Pi 5, two CSI cameras', true],
    ['Raspberry Pi 4, two USB cameras', true],
  ] as const)
    assert.equal(pairIsHere(machineOf(rowNamed(name))), pair, name);
});
