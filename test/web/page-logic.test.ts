import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainView } from '../calibration/cases.js';
import type { Profile } from '../../src/protocol/configuration.js';
import { readWish, signallingAddress, withoutToken } from '../../web/address.js';
import { offeredCodecs, undecodable } from '../../web/media/codecs.js';
import { Coming } from '../../web/media/coming.js';
import { lossSince, report, totals } from '../../web/media/statistics.js';
import { after, initial, type Happening, type State } from '../../web/state.js';
import { figures } from '../../web/ui/figures.js';
import { tokenIn } from '../../web/ui/notice.js';
import { wordsFor } from '../../web/ui/words.js';
import { findHeadset } from '../../web/xr/headset.js';
import { displayRate } from '../../web/xr/frame-rate.js';
import { distance, fieldOfView, inFrontOf, modelMatrix, multiply, screenSize } from '../../web/xr/placement.js';

function store(): { getItem(key: string): string | null; setItem(key: string, value: string): void } {
  const kept = new Map<string, string>();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) };
}

test('the token is read from the fragment, kept for the tab, and taken out of the address bar', () => {
  const tab = store();
  const address = new URL('https://robot:8443/?rig=front&layout=twin&view=anaglyph#token=s3cret');
  const wish = { token: 's3cret', rig: 'front', layout: 'twin', view: 'anaglyph', vr: 'auto' };
  assert.deepEqual(readWish(address, tab), wish);
  const clean = withoutToken(address);
  assert.equal(clean, '/?rig=front&layout=twin&view=anaglyph');
  assert.deepEqual(readWish(new URL(clean, address), tab), wish);
  const odd = readWish(new URL('http://robot/?layout=round&view=upside-down&vr=webgl'), store());
  assert.deepEqual(odd, { token: null, rig: null, layout: 'auto', view: null, vr: 'webgl' });
  assert.equal(signallingAddress(address), 'wss://robot:8443/ws');
  assert.equal(signallingAddress(new URL('http://localhost:80/')), 'ws://localhost/ws');
});

test('a pasted token or a pasted address both do', () => {
  assert.equal(tokenIn('  abc \n'), 'abc');
  assert.equal(tokenIn('https://robot:8443/#token=abc'), 'abc');
});

function through(...happenings: Happening[]): State {
  return happenings.reduce(after, initial);
}

test('phases: connecting until the first frame, reconnecting after a loss, each loss counted once', () => {
  assert.equal(through({ type: 'away', retryMs: 0, everOpen: false }).phase, 'connecting');
  const playing = through({ type: 'welcome' }, { type: 'offer' }, { type: 'frame' });
  assert.deepEqual([playing.phase, playing.reconnects, playing.condition.kind], ['playing', 0, 'playing']);
  assert.equal(after(playing, { type: 'frame' }), playing, 'a frame more changes nothing');
  const lost = [
    { type: 'interrupted', message: 'The engine ended' },
    { type: 'away', retryMs: 250, everOpen: true },
    { type: 'welcome' },
    { type: 'offer' },
  ] satisfies Happening[];
  const back = lost.reduce(after, playing);
  assert.deepEqual([back.phase, back.reconnects], ['reconnecting', 1]);
  assert.deepEqual([after(back, { type: 'frame' }).phase, after(back, { type: 'frame' }).reconnects], ['playing', 1]);
  assert.deepEqual(after(playing, { type: 'stalled' }).phase, 'playing');
  assert.equal(after(playing, { type: 'refused', refusal: 'unauthorized', message: '' }).phase, 'failed');
  assert.equal(
    after(playing, { type: 'trouble', message: 'not yours' }),
    playing,
    'an error of a request hides no picture',
  );
});

test('every state but playing has words', () => {
  const states: State[] = [
    initial,
    ...(['welcome', 'overdue', 'blocked', 'stalled', 'tap', 'no-webrtc'] as const).map((type) => through({ type })),
    through({ type: 'interrupted', message: 'The engine ended.' }),
    through({ type: 'no-codec', message: 'H264' }),
    through({ type: 'refused', refusal: 'unauthorized', message: '' }),
    through({ type: 'refused', refusal: 'forbidden', message: '' }),
    through({ type: 'trouble', message: 'no camera was found' }),
  ];
  for (const { condition } of states) {
    const words = wordsFor(condition, 0)!;
    assert.match(words.title, /^[A-Z]/, condition.kind);
    assert.match(words.text, /[.?)]$/, condition.kind);
  }
  assert.equal(wordsFor(through({ type: 'frame' }).condition, 0), null);
  const away = through({ type: 'away', retryMs: 4000, everOpen: true });
  assert.equal(wordsFor(away.condition, 4)?.text, 'Trying again in 4 s. The picture comes back by itself.');
  assert.match(wordsFor(states.at(-1)!.condition, 0)!.text, /^No camera was found\. /);
});

const offer = `v=0
m=video 9 UDP/TLS/RTP/SAVPF 96 97
a=rtpmap:96 H264/90000
a=rtpmap:97 rtx/90000
a=fmtp:96 packetization-mode=1;profile-level-id=42c01f
`;

test('a browser that decodes none of the offered codecs is told so', () => {
  assert.deepEqual(offeredCodecs(offer), ['H264']);
  assert.equal(undecodable(offer, ['video/VP8', 'video/H264']), null);
  assert.deepEqual(undecodable(offer, ['video/VP8', 'video/rtx']), ['H264']);
});

test('statistics of both tracks become one report, of which a track that shows nothing takes nothing away; loss and jitter-buffer delay are of the last second', () => {
  const track = {
    type: 'inbound-rtp',
    kind: 'video',
    framesDecoded: 100,
    packetsLost: 1,
    jitterBufferEmittedCount: 100,
  };
  const entries = [
    { ...track, mid: 'a', jitterBufferDelay: 0.5, framesPerSecond: 30, packetsReceived: 500, jitter: 0.001 },
    { ...track, mid: 'b', jitterBufferDelay: 0.5, framesPerSecond: 29, packetsReceived: 500, jitter: 0.002 },
    { type: 'inbound-rtp', kind: 'audio', packetsLost: 999 },
    { type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.004 },
  ];
  const alone = totals([...entries, { type: 'inbound-rtp', kind: 'video', mid: 'c' }], ['a']);
  assert.deepEqual([alone.framesPerSecond, alone.jitter, alone.framesDecoded], [30, 0.001, 200]);
  const before = totals(entries, ['a', 'b']);
  assert.deepEqual(
    [before.framesDecoded, before.packetsLost, before.framesPerSecond, before.jitter, before.roundTripTime],
    [200, 2, 29, 0.002, 0.004],
  );
  const now = {
    ...before,
    jitterBufferDelay: 1.12,
    jitterBufferEmittedCount: 260,
    packetsReceived: 1097,
    packetsLost: 5,
  };
  const message = report(now, before);
  assert.ok(Math.abs(message.jitterBufferDelay! - 0.002) < 1e-9);
  assert.ok(!('jitterBufferEmittedCount' in message));
  assert.equal(lossSince(now, before), 0.03);
  assert.equal(lossSince(before, before), 0);
});

test('the first picture of another graph is told by its size', () => {
  const told = { mid: 'a', eye: 'both', layout: 'tab', width: 640, height: 960 } as const;
  const coming = new Coming([told], { width: 1280, height: 480 });
  assert.equal(coming.has({ width: 1280, height: 480 }), false, 'as before');
  assert.equal(coming.has({ width: 640, height: 960 }), true, 'as told');
  assert.equal(coming.has({ width: 320, height: 480 }), true, 'another one: a browser may be given a smaller one');
  assert.equal(new Coming([told], told).has(told), true, 'nothing tells them apart');
});

test('the line of figures says only what is known', () => {
  assert.equal(figures({ latency: null, skew: null, framesPerSecond: 29.9, loss: 0 }), '30 fps');
  const skew = { p50: 0, p95: 0, p99: 0, paired: 1, frames: 9 };
  const stages = { receive: 9, jitterBuffer: null, decode: 1, display: 9 };
  const latency = { p50: 22.6, p95: 30, p99: 31, stages, unattributed: 1, clockErrorMs: 0.4, frames: 9 };
  assert.equal(
    figures({ latency, skew, framesPerSecond: 60, loss: 0.014 }),
    '23 ms ± 1 delay  ·  60 fps  ·  1.4 % lost  ·  eyes in step',
  );
});

test('the display runs at the fastest rate that shows every frame equally long', () => {
  const quest = [72, 80, 90, 120];
  assert.deepEqual(
    [30, 60, 24, 36, 40, 45, 50].map((fps) => displayRate(quest, fps)),
    [120, 120, 120, 72, 120, 90, null],
  );
  assert.equal(displayRate(new Float32Array([59.94, 119.88]), 29.97), Math.fround(119.88));
});

function xr(isSessionSupported: () => Promise<boolean>): XRSystem {
  return { isSessionSupported } as unknown as XRSystem;
}

test('why VR cannot be entered', async () => {
  assert.equal(await findHeadset(false, undefined), 'insecure');
  assert.equal(await findHeadset(true, undefined), 'no-webxr');
  assert.equal(
    await findHeadset(
      true,
      xr(() => Promise.resolve(false)),
    ),
    'no-headset',
  );
  assert.equal(
    await findHeadset(
      true,
      xr(() => Promise.reject(new Error('policy'))),
    ),
    'no-headset',
  );
  assert.equal(
    await findHeadset(
      true,
      xr(() => Promise.resolve(true)),
    ),
    'ready',
  );
});

const close = (a: number, b: number): boolean => Math.abs(a - b) < 1e-6;

test('the picture stands upright where the head looks, at eye height', () => {
  const straight = inFrontOf({ position: { x: 0, y: 1.6, z: 0 }, orientation: { x: 0, y: 0, z: 0, w: 1 } });
  assert.deepEqual(
    [straight.position.x, straight.position.y, straight.position.z].map((v) => v + 0),
    [0, 1.6, -distance],
  );
  // A quarter turn to the left, head lowered by 30 degrees.
  const [yaw, pitch] = [Math.PI / 4, -Math.PI / 12];
  const turned = inFrontOf({
    position: { x: 1, y: 1.5, z: 2 },
    orientation: {
      x: Math.cos(yaw) * Math.sin(pitch),
      y: Math.sin(yaw) * Math.cos(pitch),
      z: -Math.sin(yaw) * Math.sin(pitch),
      w: Math.cos(yaw) * Math.cos(pitch),
    },
  });
  assert.ok(close(turned.position.x, 1 - distance) && close(turned.position.y, 1.5) && close(turned.position.z, 2));
  assert.ok(close(turned.orientation.y, Math.sin(yaw)) && turned.orientation.x === 0);
  // Its right edge is towards where the viewer's right hand is: -z.
  const m = modelMatrix(turned, { width: 2, height: 1 });
  assert.ok(close(m[0]! + m[12]!, 1 - distance) && close(m[2]! + m[14]!, 2 - 1));
  const identity = modelMatrix(
    { position: { x: 0, y: 0, z: 0 }, orientation: { x: 0, y: 0, z: 0, w: 1 } },
    { width: 2, height: 2 },
  );
  assert.deepEqual(multiply(identity, m), m);
});

test('its size is the angle that the camera saw', () => {
  const calibration = {
    model: 'pinhole',
    size: [640, 480],
    left: { K: [320, 0, 320, 0, 320, 240, 0, 0, 1], D: [] },
    right: { K: [640, 0, 320, 0, 640, 240, 0, 0, 1], D: [] },
  } as const;
  const views = { left: plainView, right: plainView };
  assert.ok(close(fieldOfView({ calibration, view: views } as unknown as Profile), 90));
  const swapped = { calibration, view: { ...views, swap: true } } as unknown as Profile;
  assert.ok(close(fieldOfView(swapped), (2 * Math.atan(0.5) * 180) / Math.PI), 'of the camera that the left eye sees');
  assert.equal(fieldOfView({ calibration: { model: 'none' }, view: views } as unknown as Profile), 70);
  const { width, height } = screenSize(4 / 3, 90);
  assert.ok(close(width, 2 * distance) && close(height, 1.5 * distance));
});
