import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { binocle, descendants, Running } from '../harness/binocle.js';
import { rowOf, type Measure } from './measure.js';
import { processorShares } from '../harness/processor-time.js';

const rounds = 4;
const windowSeconds = 5;
/** A graph that has just begun still fills its queues. */
const settleMs = 1000;
const fps = 30;

/** The engine without a viewer against gst-launch-1.0 on the very text that it runs, in turns, since a machine's speed drifts. */
export const engineProcessor: Measure = {
  name: 'engine',
  title: `Processor time of a frame: engine and gst-launch-1.0 in turns, ${rounds} rounds`,
  async run() {
    const { stdout: line } = await binocle('graph');
    const engine: number[] = [];
    const launch: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      engine.push(await engineShare());
      launch.push(await launchShare(line));
    }
    const perFrame = (shares: number[]): number[] => shares.map((share) => (share / fps) * 1000);
    const ratios = engine.map((share, round) => share / launch[round]!);
    return [
      rowOf('engine, no viewer', 'ms CPU/frame', perFrame(engine), { note: `default profile, ${fps} fps` }),
      rowOf('gst-launch-1.0, same text', 'ms CPU/frame', perFrame(launch)),
      rowOf('engine / gst-launch-1.0', '', ratios, { limit: 1.1 }),
    ];
  },
};

async function engineShare(): Promise<number> {
  const running = await Running.start([]);
  try {
    await pause(settleMs);
    const [share] = await processorShares([await running.engine()], windowSeconds);
    return share!;
  } finally {
    await running.stop();
  }
}

async function launchShare(line: string): Promise<number> {
  const shell = spawn('bash', ['-c', line], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  try {
    await playing(shell);
    await pause(settleMs);
    const family = [{ pid: shell.pid!, command: '' }, ...(await descendants(shell.pid!))];
    const shares = await processorShares(
      family.map(({ pid }) => pid),
      windowSeconds,
    );
    return shares.reduce((sum, share) => sum + share, 0);
  } finally {
    const closed = once(shell, 'exit');
    if (shell.exitCode === null && shell.signalCode === null) {
      process.kill(-shell.pid!, 'SIGKILL');
      await closed;
    }
  }
}

/** gst-launch-1.0 names its clock when it begins to play. */
async function playing(shell: ChildProcessByStdio<null, Readable, Readable>): Promise<void> {
  let output = '';
  shell.stderr.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  await new Promise<void>((resolve, reject) => {
    shell.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      if (output.includes('New clock')) resolve();
    });
    shell.once('close', () => reject(new Error(`gst-launch-1.0 ended:\n${output}`)));
  });
}
