import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { binocle, Running } from '../harness/binocle.js';

const calibrated = [
  '--set',
  'profile.calibration={model: pinhole, size: [640, 480], left: {K: [500, 0, 320, 0, 500, 240, 0, 0, 1], D: [-0.25, 0.05, 0.001, -0.001]}, right: {K: [500, 0, 322, 0, 500, 238, 0, 0, 1], D: [-0.24, 0.04, 0, 0]}}',
  '--set',
  'profile.view.left.roll_deg=1.5',
];

for (const [name, args] of [
  ['the shipped profile', []],
  ['a calibrated one', calibrated],
  ['a calibrated twin', [...calibrated, '--set', 'profile.layout=twin']],
] as const)
  test(`binocle graph of ${name} is what the engine runs, and runs as pasted into bash`, async () => {
    const printed = await binocle('graph', ...args);
    assert.equal(printed.status, 0, printed.stderr);

    const running = await Running.start([...args]);
    try {
      const reported = await (await fetch(`${running.origin}/api/v1/rigs/default/graph?format=launch`)).text();
      assert.equal(reported.trim(), printed.stdout.trim());
    } finally {
      assert.deepEqual((await running.stop()).leftBehind, []);
    }
    assert.ok((await framesOf(printed.stdout)) >= 30);
  });

/** Pastes the line into bash, with the monitors made talkative, until one has seen 30 frames; returns how many it saw. */
async function framesOf(line: string): Promise<number> {
  const talkative = line
    .replace(/gst-launch-1\.0/, 'gst-launch-1.0 -v')
    .replaceAll(/name=(\w+)_monitor/g, 'name=$1_monitor silent=false');
  assert.notEqual(talkative, line);
  const shell = spawn('bash', ['-c', `exec ${talkative.replace(/^((?:\w+=\S+\s+(?:\\\n\s*)?)*)/, 'env $1')}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let frames = 0;
  let errors = '';
  shell.stderr.on('data', (chunk) => (errors += String(chunk)));
  shell.stdout.on('data', (chunk) => {
    frames += String(chunk).split('_monitor: last-message = chain').length - 1;
    if (frames >= 30) shell.kill('SIGINT');
  });
  const overdue = setTimeout(() => shell.kill('SIGKILL'), 20_000);
  await once(shell, 'close');
  clearTimeout(overdue);
  assert.doesNotMatch(errors, /ERROR/);
  return frames;
}
