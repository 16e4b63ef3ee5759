import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { report as cameraReport } from '../../src/cli/cameras.js';
import { report as planReport } from '../../src/cli/plan.js';
import type { Plan } from '../../src/pipeline/plan.js';
import { binocle } from '../harness/binocle.js';
import { calibrated, pi5, planOn } from './machines.js';

const run = promisify(execFile);

test('binocle graph: a line, Graphviz, the whole plan', async () => {
  const line = await binocle('graph', '--set', `profile.${calibrated}`);
  assert.equal(line.status, 0, line.stderr);
  assert.match(line.stdout, /gst-launch-1\.0 \\\n {2}\w/);
  assert.match(line.stdout, /k1=\(float\)-0\.25/);
  await run('bash', ['-n', '-c', line.stdout]);

  const dot = await binocle('graph', '--format', 'dot');
  assert.match(dot.stdout, /^digraph binocle \{/);
  assert.match(dot.stdout, /"both_encoder_queue" -> "both_encoder"/);
  assert.match(dot.stdout, /-> "both_layout"/);

  const plan = JSON.parse((await binocle('graph', '--json')).stdout) as Plan & { launch: string; text: string };
  assert.equal(plan.layout, 'sbs');
  assert.equal(plan.launch, (await binocle('graph')).stdout.trimEnd());
});

async function lineFor(sink: string): Promise<string> {
  return (await binocle('graph', '--sink', sink)).stdout;
}

test('binocle graph --sink: a viewer, a screen, a file', async () => {
  assert.match(
    await lineFor('webrtc'),
    /webrtcbin name=webrtc bundle-policy=max-bundle[\s\S]*both_encoded\. ! queue name=both_queue/,
  );
  assert.match(await lineFor('display'), /both_raw\. .*[\s\S]*autovideosink/);
  assert.match(
    await lineFor('file:/tmp/a b.mkv'),
    /gst-launch-1\.0 -e[\s\S]*matroskamux ! filesink 'location="\/tmp\/a b\.mkv"'/,
  );
  const wrong = await binocle('graph', '--sink', 'tape');
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /--sink must be fake, webrtc, display or file:PATH, not "tape"/);
  assert.equal((await binocle('graph', '--format', 'svg')).status, 2);
});

test('binocle plan: machine, choices with reasons, delay; as JSON too', async () => {
  const { stdout, status } = await binocle('plan');
  assert.equal(status, 0);
  for (const text of ['Machine', 'source left: ', '    not ', 'layout: sbs, since', 'Expected delay', 'sum'])
    assert.ok(stdout.includes(text), text);
  const { plan, machine } = JSON.parse((await binocle('plan', '--json')).stdout) as {
    plan: Plan;
    machine: { elements: string[] };
  };
  assert.equal(plan.encoder, 'x264enc');
  assert.ok(machine.elements.includes('x264enc'));
});

test('binocle plan for a Raspberry Pi 5 says why there is no hardware encoder', async () => {
  const text = planReport(await planOn(pi5), pi5);
  assert.match(text, /encoder: x264enc, since a Raspberry Pi 5 has no H\.264 encoder/);
  assert.match(text, /two libcamerasrc in one process/);
});

test('binocle cameras: numbered as `device` counts, with modes and holder', () => {
  const modes = [
    { width: 640, height: 480, fps: [30], format: 'YUY2' },
    { width: 640, height: 480, fps: [30, 15], format: 'MJPG' },
  ];
  const text = cameraReport([
    ...pi5.cameras,
    { api: 'v4l2', id: '/dev/video0', name: 'Webcam', modes, heldBy: { pid: 12, command: 'cheese' } },
  ]);
  assert.match(text, /^libcamera 1: \/base\/.*imx708@1a {2}imx708$/m);
  assert.match(
    text,
    /v4l2 0: \/dev\/video0 {2}Webcam\n {2}in use by cheese \(process 12\)\n {2}640x480 at 15, 30 {2}YUY2 MJPG/,
  );
  assert.match(cameraReport([]), /No camera found/);
});
