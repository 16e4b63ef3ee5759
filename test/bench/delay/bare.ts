import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Page } from 'playwright-core';
import { packagePath } from '../../../src/paths.js';
import type { Candidate } from '../../../src/engine/sdp.js';
import { binocle } from '../../harness/binocle.js';
import { camera, cameraArguments, eyes, type Shape } from './cameras.js';
import { openPlayer } from './player.js';
import { untilPlayers, type Playing, type System } from './system.js';

export interface BareOrder {
  text: string;
  payloaders: string[];
}
export type BareMessage = { offer: string } | { candidate: Candidate };

/** The reference: the cameras, the encoder as the program runs it, a payloader and one webrtcbin in a process of its own, and a page with a video a track. */
export function bare(shape: Shape): System {
  return {
    name: 'bare webrtcbin',
    play: async (page) => playBare(page, await order(shape)),
  };
}

/** The encoded picture of `text` in a page, by the least that brings it there; on a thread `viewerThread` of its own. */
export function bareViewer(page: Page, text: string): Promise<Playing> {
  const queued = `${text} ! queue name=${viewerThread} ! ${pay('both_pay')}`;
  return playBare(page, { text: `${peer} ${queued}`, payloaders: ['both_pay'] });
}
export const viewerThread = 'viewer';

async function playBare(page: Page, given: BareOrder): Promise<Playing> {
  const child = fork(packagePath('dist', 'test', 'bench', 'delay', 'bare-process.js'), { stdio: 'inherit' });
  const player = await openPlayer(page, (message) => child.send(message));
  child.on('message', (message: BareMessage) => void player.take(message));
  child.send(given);
  return {
    processes: { sender: child.pid! },
    opened: untilPlayers(page, given.payloaders.length),
    stop: () => end(child),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.disconnect();
  const overdue = setTimeout(() => child.kill('SIGKILL'), 5000);
  await ended;
  clearTimeout(overdue);
}

/** The encoders of a graph, one a track, as `binocle graph` prints them. */
export async function encodersOf(args: readonly string[]): Promise<string[]> {
  const { stdout: line } = await binocle('graph', ...args);
  return [...line.matchAll(/x264enc name=\w+ ([^!]+)(! video\/x-h264,profile=[\w-]+)/g)].map(
    ([, properties, caps]) => `x264enc ${properties!.replaceAll('\\', ' ')} ${caps!}`,
  );
}

/** Launch text of both cameras side by side, up to `encoder`. */
export function joinedCameras(shape: Shape, encoder: string): string {
  const ways = eyes.map((eye, index) => `${camera(eye, shape)} ! pair.sink_${index}`);
  return `${ways.join(' ')} stereopair name=pair layout=side-by-side ! ${encoder}`;
}

const peer = 'webrtcbin name=webrtc bundle-policy=max-bundle';

async function order(shape: Shape): Promise<BareOrder> {
  const encoders = await encodersOf(cameraArguments(shape));
  if (shape.layout === 'twin') {
    const ways = eyes.map((eye, index) => `${camera(eye, shape)} ! ${encoders[index]!} ! ${pay(`${eye}_pay`)}`);
    return { text: [peer, ...ways].join(' '), payloaders: eyes.map((eye) => `${eye}_pay`) };
  }
  return { text: `${peer} ${joinedCameras(shape, encoders[0]!)} ! ${pay('both_pay')}`, payloaders: ['both_pay'] };
}

function pay(name: string): string {
  return (
    `rtph264pay name=${name} aggregate-mode=zero-latency config-interval=-1 mtu=1200 pt=96 timestamp-offset=1000 ` +
    '! application/x-rtp,media=video,encoding-name=H264,payload=96 ! webrtc.'
  );
}
