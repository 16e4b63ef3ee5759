import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { EngineEvents } from '../../src/protocol/engine.js';
import { launchChromium } from '../harness/chromium.js';
import { anyIce, EngineProcess } from './engine-process.js';
import { profileWith } from './profile.js';

const browser = await launchChromium({ display: 'software' });
after(() => browser.close());

const solid = (colour: string) => `videotestsrc is-live=true pattern=solid-color foreground-color=${colour}`;
const eyes = { left: solid('0xffe00000'), right: solid('0xff0000e0') };

async function started(set: string[]): Promise<EngineProcess> {
  const engine = new EngineProcess('src/engine/main.js');
  after(() => engine.close());
  await engine.start(await profileWith(eyes, set));
  return engine;
}

/** What a page has seen of one track. */
interface Seen {
  width: number;
  height: number;
  /** [red, green, blue] of the middles of the left and right halves. */
  halves: number[][];
  rtpTimestamps: number[];
}

/** A page that answers this viewer’s offer and plays what comes. */
async function watch(engine: EngineProcess, viewer: string): Promise<Page> {
  const page = await browser.newPage();
  await page.exposeFunction('toEngine', (method: 'answer' | 'candidate', params: object) =>
    engine.ask(method, { viewer, ...params } as never),
  );
  await page.setContent('<body></body>');
  await page.evaluate(startPage);
  const stop = engine.listen((event, data) => {
    if (!('viewer' in data) || data.viewer !== viewer || (event !== 'offer' && event !== 'candidate')) return;
    void page.evaluate(([name, value]) => (globalThis as never as PageGlobals).fromEngine(name, value), [
      event,
      data,
    ] as const);
  });
  page.once('close', stop);
  return page;
}

interface PageGlobals {
  toEngine(method: string, params: object): Promise<void>;
  fromEngine(event: string, data: object): Promise<void>;
  connection: RTCPeerConnection;
  videos: HTMLVideoElement[];
  frames: { rtpTimestamp: number; at: number }[][];
}

/** Runs in the page. */
function startPage(): void {
  const page = globalThis as never as PageGlobals;
  const connection = new RTCPeerConnection();
  Object.assign(page, { connection, videos: [], frames: [] });
  connection.addEventListener('icecandidate', ({ candidate }) => {
    if (candidate)
      void page.toEngine('candidate', { candidate: candidate.candidate, sdpMLineIndex: candidate.sdpMLineIndex });
  });
  connection.addEventListener('track', ({ track, receiver }) => {
    receiver.jitterBufferTarget = 0;
    const video = document.createElement('video');
    Object.assign(video, { muted: true, autoplay: true, srcObject: new MediaStream([track]) });
    document.body.append(video);
    const frames: { rtpTimestamp: number; at: number }[] = [];
    page.videos.push(video);
    page.frames.push(frames);
    const next = (at: number, { rtpTimestamp }: VideoFrameCallbackMetadata) => {
      frames.push({ rtpTimestamp: rtpTimestamp!, at });
      video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
  });
  // One after the other: candidates come after the offer that they belong to.
  const take = async (event: string, data: object) => {
    if (event === 'candidate') return connection.addIceCandidate(data);
    await connection.setRemoteDescription({ type: 'offer', sdp: (data as { sdp: string }).sdp });
    await connection.setLocalDescription();
    return page.toEngine('answer', { sdp: connection.localDescription!.sdp });
  };
  let turn = Promise.resolve();
  page.fromEngine = (event, data) => {
    turn = turn.then(() => take(event, data));
    return turn;
  };
}

async function framesSeen(page: Page, track: number, atLeast: number): Promise<void> {
  await page.waitForFunction(
    ([index, least]) => ((globalThis as never as PageGlobals).frames[index!]?.length ?? 0) >= least!,
    [track, atLeast],
  );
}

function seen(page: Page): Promise<Seen[]> {
  return page.evaluate(() => {
    const { videos, frames: all } = globalThis as never as PageGlobals;
    return videos.map((video, i) => {
      const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
      const context = canvas.getContext('2d')!;
      context.drawImage(video, 0, 0);
      const at = (x: number) =>
        [...context.getImageData(video.videoWidth * x, video.videoHeight / 2, 1, 1).data].slice(0, 3);
      return {
        width: video.videoWidth,
        height: video.videoHeight,
        halves: [at(0.25), at(0.75)],
        rtpTimestamps: all[i]!.map(({ rtpTimestamp }) => rtpTimestamp),
      };
    });
  });
}

const strongest = (colour: number[]) => ['red', 'green', 'blue'][colour.indexOf(Math.max(...colour))];

test('side by side: a browser sees the left camera on the left, at once, with playout delay and capture times offered', async () => {
  const engine = await started(['profile.layout=sbs']);
  const page = await watch(engine, 'one');
  const offered = engine.next('offer');
  const came = performance.now();
  await engine.ask('addViewer', { viewer: 'one', ice: anyIce });
  await framesSeen(page, 0, 1);
  const first = performance.now() - came;
  // A bound for a busy machine, a cold browser included; how fast it is on an idle one is for the bench to say.
  assert.ok(first < 3_000, `first frame after ${first} ms`);
  await framesSeen(page, 0, 30);
  const [video] = await seen(page);
  assert.deepEqual([video!.width, video!.height], [640, 240]);
  assert.deepEqual(video!.halves.map(strongest), ['red', 'blue']);
  const answer = await page.evaluate(() => (globalThis as never as PageGlobals).connection.localDescription!.sdp);
  assert.match(answer, /a=extmap:5 .*playout-delay/);
  // Whether the browser takes this one is its own affair: the frames above came in any case.
  assert.match((await offered).sdp, /a=extmap:6 .*abs-capture-time/);
  await page.close();
});

test('twin: a track an eye on one RTP time line, which is the line of capture times', async () => {
  const engine = await started(['profile.layout=twin']);
  const page = await watch(engine, 'two');
  const offered = engine.next('offer');
  await engine.ask('addViewer', { viewer: 'two', ice: anyIce });
  assert.deepEqual(
    (await offered).tracks.map(({ eye }) => eye),
    ['left', 'right'],
  );
  await Promise.all([framesSeen(page, 0, 45), framesSeen(page, 1, 45)]);
  const timings: EngineEvents['timing'][] = [await engine.next('timing'), await engine.next('timing')];
  const [left, right] = await seen(page);
  assert.equal(strongest(left!.halves[0]!), 'red');
  assert.equal(strongest(right!.halves[0]!), 'blue');
  // The cameras run free, so their frames are up to half a frame time apart; both count from one beginning.
  const paired = left!.rtpTimestamps.filter((a) => right!.rtpTimestamps.some((b) => Math.abs(a - b) <= 1_500));
  assert.ok(paired.length > left!.rtpTimestamps.length / 2, `${paired.length} of ${left!.rtpTimestamps.length} paired`);
  const [ofLeft, ofRight] = timings[0]!.tracks;
  const apartTicks = (ofLeft!.rtpTimestamp - ofRight!.rtpTimestamp) | 0;
  const apartMs = ofLeft!.captureMs - ofRight!.captureMs;
  assert.ok(Math.abs(apartTicks / 90 - apartMs) < 0.1, `${apartTicks / 90} ms apart by RTP, ${apartMs} ms by capture`);
  const [before, afterwards] = timings.map(({ tracks }) => tracks[0]!);
  const elapsedMs = afterwards!.captureMs - before!.captureMs;
  const elapsedTicks = (afterwards!.rtpTimestamp - before!.rtpTimestamp) >>> 0;
  assert.ok(
    Math.abs(elapsedTicks / 90 - elapsedMs) < 0.1,
    `${elapsedTicks / 90} ms by RTP, ${elapsedMs} ms by capture`,
  );
  const now = Number(process.hrtime.bigint()) / 1e6;
  assert.ok(now - afterwards!.captureMs < 3_000 && now > afterwards!.captureMs);
  await page.close();
});

test('other settings of the encoder reach a viewer on its connection, on the same line of time', async () => {
  const engine = await started(['profile.layout=sbs']);
  const page = await watch(engine, 'kept');
  await engine.ask('addViewer', { viewer: 'kept', ice: anyIce });
  await framesSeen(page, 0, 30);
  const offers: EngineEvents['offer'][] = [];
  const stop = engine.listen((event, data) => event === 'offer' && offers.push(data as EngineEvents['offer']));
  const [before] = (await engine.next('timing')).tracks;
  for (const set of ['preset=superfast', 'gop_frames=30', 'bitrate_mbps=3']) {
    const profile = await profileWith(eyes, ['profile.layout=sbs', `profile.encode.${set}`]);
    assert.equal((await engine.ask('apply', { profile })).cost, 'encoder', set);
    const count = (await seen(page))[0]!.rtpTimestamps.length;
    await framesSeen(page, 0, count + 15);
  }
  assert.deepEqual(offers, []);
  await engine.next('timing');
  const [afterwards] = (await engine.next('timing')).tracks;
  const ticks = (afterwards!.rtpTimestamp - before!.rtpTimestamp) >>> 0;
  const ms = afterwards!.captureMs - before!.captureMs;
  assert.ok(Math.abs(ticks / 90 - ms) < 0.1, `${ticks / 90} ms by RTP, ${ms} ms by capture`);
  const { rtpTimestamps } = (await seen(page))[0]!;
  const gaps = rtpTimestamps.slice(1).map((timestamp, i) => ((timestamp - rtpTimestamps[i]!) >>> 0) / 90);
  assert.ok(Math.max(...gaps) < 1_500, `the picture stood still for ${Math.max(...gaps)} ms`);
  stop();
  await page.close();
});

test('VP8, and a wrong answer of one viewer does not disturb another', async () => {
  const engine = await started(['profile.encode.codec=vp8']);
  const page = await watch(engine, 'good');
  await engine.ask('addViewer', { viewer: 'good', ice: anyIce });
  await framesSeen(page, 0, 10);
  const other = engine.next('offer', ({ viewer }) => viewer === 'bad');
  await engine.ask('addViewer', { viewer: 'bad', ice: anyIce });
  await other;
  await assert.rejects(engine.ask('answer', { viewer: 'bad', sdp: 'v=0\r\n' }), /of no use/);
  await engine.ask('removeViewer', { viewer: 'bad' });
  const before = (await seen(page))[0]!.rtpTimestamps.length;
  await framesSeen(page, 0, before + 30);
  await page.close();
});

test('a viewer at 60 frames a second gets them, and takes less than 2 % of the engine’s JavaScript thread', async () => {
  const engine = await started(['profile.capture.fps=60']);
  const page = await watch(engine, 'fast');
  await engine.ask('addViewer', { viewer: 'fast', ice: anyIce });
  await engine.next('viewerState', ({ state }) => state === 'connected');
  await framesSeen(page, 0, 60);
  // The collections that follow start-up are over after some readings.
  for (let i = 0; i < 3; i += 1) await engine.next('readings');
  const first = { cpu: mainThreadSeconds(engine.pid), readings: await engine.next('readings') };
  for (let i = 0; i < 4; i += 1) await engine.next('readings');
  const last = { cpu: mainThreadSeconds(engine.pid), readings: await engine.next('readings') };
  const seconds = (last.readings.at - first.readings.at) / 1000;
  const busy = (last.cpu - first.cpu) / seconds;
  const rate = (last.readings.outputs[0]!.encodedFrames - first.readings.outputs[0]!.encodedFrames) / seconds;
  assert.ok(rate > 40, `${rate} frames a second`);
  assert.ok(busy < 0.02, `the JavaScript thread was busy ${(busy * 100).toFixed(2)} % of the time`);
  await page.close();
});

/** CPU time of the process’s first thread, which runs JavaScript; clock ticks are 1/100 s (proc(5)). */
function mainThreadSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) / 100;
}
