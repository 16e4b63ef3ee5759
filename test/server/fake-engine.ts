import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import type { Profile } from '../../src/protocol/configuration.js';
import type { EngineNotice, EngineReply, EngineRequest, GraphReport } from '../../src/protocol/engine.js';
import type { ErrorShape } from '../../src/protocol/errors.js';

/**
 * Stands in for the engine process: speaks its protocol, knows no GStreamer. What it does wrong is asked for: at the start by the
 * profile's `description` (JSON of Behaviour), later by the `sdp` of an answer.
 */
export interface Behaviour {
  start?: 'play' | 'refuse' | 'crash' | 'hang';
  /** Has a camera that no other engine can have at the same time. */
  exclusive?: boolean;
  /** A file: every `start` and `release` writes a line with this engine's pid. */
  diary?: string;
  /** Ignores `stop`. */
  deaf?: boolean;
  /** A file: the first engine makes it and plays; those that find it fail. */
  onlyOnce?: string;
}
export type Misdeed = 'crash' | 'fail' | 'hang' | 'silent' | 'refuse';

const report: GraphReport = {
  layout: 'sbs',
  codec: 'h264',
  encoder: 'fake',
  sources: { left: 'sim', right: 'sim' },
  capture: { width: 640, height: 480, fps: 30 },
  outputs: [{ content: 'both', width: 1280, height: 480 }],
  gl: null,
  choices: [],
  launch: 'gst-launch-1.0 fakesrc ! fakesink',
  exclusive: false,
  startMs: 100,
};
const noSuchElement: ErrorShape = { reason: 'missing-software', message: 'there is no element "nosuch" here' };

const viewers = new Set<string>();
let profile: Profile | null = null;
let behaviour: Behaviour = {};
let frames = 0;
let started = false;
let beat: NodeJS.Timeout | undefined;

const say = (message: EngineNotice | EngineReply): void => {
  process.send!(message);
};

function readings(): void {
  frames += 30;
  say({
    event: 'readings',
    data: {
      at: Number(process.hrtime.bigint()) / 1e6,
      uptimeMs: process.uptime() * 1000,
      capturedFrames: { left: frames + 1, right: frames + 1 },
      outputs: [{ content: 'both', encodedFrames: frames, encodedBytes: frames * 1000 }],
      jsBusy: 0.01,
      cpuSeconds: 1,
      residentBytes: 1e8,
      viewers: [...viewers].map((viewer) => ({
        viewer,
        state: 'connected',
        sentPackets: 10,
        sentBytes: 12_345,
        packetsLost: 2,
        roundTripTime: 0.003,
        jitter: 0.001,
      })),
    },
  });
  for (const viewer of viewers)
    say({
      event: 'timing',
      data: { viewer, tracks: [{ mid: 'video0', clockRate: 90_000, rtpTimestamp: 1, captureMs: 2 }] },
    });
}

const behaviourOf = ({ description }: Profile): Behaviour => JSON.parse(description ?? '{}') as Behaviour;

function note(what: string): void {
  if (behaviour.diary !== undefined) appendFileSync(behaviour.diary, `${String(process.pid)} ${what}\n`);
}

function start(id: number): void {
  if (behaviour.onlyOnce !== undefined) {
    if (existsSync(behaviour.onlyOnce)) behaviour = { start: 'refuse' };
    else writeFileSync(behaviour.onlyOnce, '');
  }
  switch (behaviour.start ?? 'play') {
    case 'play':
      say({ event: 'progress', data: { message: 'drawing' } });
      say({ id, result: { ...report, exclusive: behaviour.exclusive === true } });
      started = true;
      for (const viewer of viewers) {
        say({ event: 'viewerState', data: { viewer, state: 'closed' } });
        offer(viewer);
      }
      readings();
      clearInterval(beat);
      beat = setInterval(readings, 1000);
      break;
    case 'refuse':
      say({ id, error: noSuchElement });
      if (!started) process.exit(1);
      break;
    case 'crash':
      process.kill(process.pid, 'SIGSEGV');
      break;
    case 'hang':
  }
}

function offer(viewer: string): void {
  const tracks = [{ mid: 'video0', eye: 'both' as const, layout: 'sbs' as const, width: 640, height: 240 }];
  say({ event: 'offer', data: { viewer, sdp: `offer of ${String(process.pid)}`, tracks } });
  say({ event: 'candidate', data: { viewer, candidate: 'candidate:1', sdpMLineIndex: 0 } });
  say({ event: 'viewerState', data: { viewer, state: 'connected' } });
}

function misbehave(id: number, misdeed: Misdeed): void {
  switch (misdeed) {
    case 'crash':
      process.kill(process.pid, 'SIGKILL');
      break;
    case 'fail':
      say({ event: 'failed', data: { reason: 'source-failed', message: 'the left camera is gone' } });
      process.exit(1);
      break;
    case 'hang':
      for (;;);
    case 'silent':
      clearInterval(beat);
      say({ id, result: null });
      break;
    case 'refuse':
      say({ id, error: { reason: 'bad-message', message: 'no such answer' } });
  }
}

process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
process.on('message', (request: EngineRequest) => {
  const { id } = request;
  switch (request.method) {
    case 'prepare':
      say({ id, result: { exclusive: behaviourOf(request.params.profile).exclusive === true } });
      break;
    case 'start':
      profile = request.params.profile;
      behaviour = behaviourOf(profile);
      note('start');
      start(id);
      break;
    case 'apply': {
      const { layout, encode } = request.params.profile;
      if (encode.mtu === 666)
        say({ id, error: { reason: 'source-failed', message: 'there is no such camera', path: 'profile.cameras' } });
      else if (layout !== profile!.layout) say({ id, result: { cost: 'graph', because: 'another layout' } });
      else {
        profile = request.params.profile;
        say({ id, result: { cost: 'hot', report } });
      }
      break;
    }
    case 'release':
      note('release');
      clearInterval(beat);
      say({ id, result: null });
      break;
    case 'addViewer': {
      const { viewer } = request.params;
      viewers.add(viewer);
      say({ id, result: null });
      offer(viewer);
      break;
    }
    case 'answer':
      if (['crash', 'fail', 'hang', 'silent', 'refuse'].includes(request.params.sdp))
        misbehave(id, request.params.sdp as Misdeed);
      else say({ id, result: null });
      break;
    case 'removeViewer':
      viewers.delete(request.params.viewer);
      say({ id, result: null });
      break;
    case 'snapshot':
      say({ id, result: { base64: Buffer.from(`${request.params.eye} ${request.params.format}`).toString('base64') } });
      break;
    case 'graph':
      say({ id, result: { text: `graph as ${request.params.format}` } });
      break;
    case 'stop':
      if (behaviour.deaf === true) break;
      say({ id, result: null });
      process.exit(0);
      break;
    case 'candidate':
    case 'keyframe':
      say({ id, result: null });
  }
});
