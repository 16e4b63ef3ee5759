import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Clock } from '../../web/time/clock.js';
import { Meters } from '../../web/time/meters.js';
import { LatencyMeter, type ShownFrame } from '../../web/time/latency.js';
import { median, percentile, Window } from '../../web/time/percentile.js';
import { captureMs, rtpDifference } from '../../web/time/rtp.js';
import { tellShown } from '../../web/time/told.js';

test('percentiles lie between neighbours, a window forgets the oldest', () => {
  assert.equal(percentile([1, 2, 3, 4], 0.5), 2.5);
  assert.equal(percentile([10], 0.99), 10);
  assert.ok(Number.isNaN(percentile([], 0.5)));
  assert.equal(median([9, 1, 5]), 5);
  const window = new Window<number>(3);
  for (const value of [1, 2, 3, 4]) window.push(value);
  assert.deepEqual(
    window.values.toSorted((a, b) => a - b),
    [2, 3, 4],
  );
});

test('RTP timestamps wrap after 2^32', () => {
  assert.equal(rtpDifference(5, 2), 3);
  assert.equal(rtpDifference(10, 0xffff_fff6), 20);
  assert.equal(rtpDifference(0xffff_fff6, 10), -20);
  const timing = { mid: '0', clockRate: 90_000, rtpTimestamp: 0xffff_ff00, captureMs: 1000 };
  assert.equal(captureMs((0xffff_ff00 + 9000) >>> 0, timing), 1100);
});

/** A pong of a server whose clock is `offset` ahead, on a way that takes `there` and `back` ms. */
function exchange(at: number, offset: number, there: number, back: number) {
  const serverReceived = at + there + offset;
  return { sent: at, serverReceived, serverSent: serverReceived + 0.3, received: at + there + 0.3 + back };
}

test('the clock holds to the shortest round trip, and the true offset lies within its error', () => {
  const clock = new Clock();
  assert.equal(clock.read(0), null);
  const offset = 123_456.7;
  for (let i = 0; i < 40; i++) {
    const [there, back] = [1 + ((i * 7) % 11), 2 + ((i * 5) % 13)];
    clock.add(exchange(i * 100, offset, there, back));
    const read = clock.read(i * 100 + there + back)!;
    assert.ok(Math.abs(read.offsetMs - offset) <= read.errorMs, `exchange ${String(i)}: ${JSON.stringify(read)}`);
  }
  clock.add(exchange(4000, offset, 0.5, 0.5));
  assert.ok(clock.read(4001)!.errorMs < 0.65);
  clock.reset();
  assert.equal(clock.read(0), null);
});

test('an old exchange loses its worth as the clocks drift apart', () => {
  const clock = new Clock();
  clock.add(exchange(0, 500, 1, 1));
  clock.add(exchange(60_000, 503, 2, 2));
  const read = clock.read(60_005)!;
  assert.ok(Math.abs(read.offsetMs - 503) < 0.01, 'after a minute the recent one is better');
});

/** Captured at 1000 + n * 33.3 on the page's clock; the server's is 10 s ahead. */
function frame(n: number): ShownFrame {
  const captured = 1000 + (n * 100) / 3;
  return {
    rtpTimestamp: (0xffff_f000 + n * 3000) >>> 0,
    receiveTime: captured + 12,
    processingDuration: 0.003,
    presentationTime: captured + 20,
    expectedDisplayTime: captured + 30 + (n % 10),
  };
}

test('the delay of a frame is its display less its capture, split into stages, with the rest unattributed', () => {
  const clock = new Clock();
  const meter = new LatencyMeter(clock);
  meter.handleFrame(frame(0));
  assert.equal(meter.read(), null, 'nothing is known before the clocks are');
  clock.add(exchange(900, 10_000, 0.5, 0.5));
  meter.handleTiming({ mid: '0', clockRate: 90_000, rtpTimestamp: 0xffff_f000, captureMs: 11_000 });
  meter.handleJitterBuffer(1.5);
  for (let n = 0; n < 100; n++) meter.handleFrame(frame(n));
  const read = meter.read()!;
  assert.equal(read.frames, 100);
  assert.ok(Math.abs(read.p50 - 34.5) < 0.01);
  assert.ok(Math.abs(read.p99 - 39) < 0.01);
  assert.ok(Math.abs(read.stages.receive! - 12) < 0.01);
  assert.equal(read.stages.jitterBuffer, 1.5);
  assert.ok(Math.abs(read.stages.decode! - 3) < 0.01);
  assert.ok(Math.abs(read.stages.display - 14.5) < 0.01);
  assert.ok(Math.abs(read.unattributed - (20 - 12 - 3 - 1.5)) < 0.01);
  assert.ok(read.clockErrorMs < 2);
  meter.reset();
  assert.equal(meter.read(), null);
});

test('what a page tells of its frames: each once, its stages adding up, what no browser told left out', () => {
  const meters = new Meters();
  meters.reset(true, () => 3000);
  assert.deepEqual(tellShown(meters), {}, 'nothing is known');
  meters.clock.add({ sent: 0, serverReceived: 0, serverSent: 0, received: 0 });
  meters.latency.handleTiming({ mid: '0', clockRate: 90_000, rtpTimestamp: 0, captureMs: 0 });
  meters.latency.handleJitterBuffer(2);
  const show = (n: number, told: object): void =>
    meters.latency.handleFrame({
      rtpTimestamp: n * 3000,
      presentationTime: (n * 100) / 3 + 20,
      expectedDisplayTime: (n * 100) / 3 + 30,
      ...told,
    });
  for (let n = 0; n < 3; n++) show(n, { receiveTime: (n * 100) / 3 + 12, processingDuration: 0.003 });
  meters.skew.handleShown({ kind: 'pair', skewTicks: -90 }, 90_000);
  meters.skew.handleShown({ kind: 'mono', skewTicks: 0 }, 90_000);
  const three = [0, 1, 2];
  assert.deepEqual(tellShown(meters), {
    shown: {
      receive: three.map(() => 0.012),
      jitter_buffer: three.map(() => 0.002),
      decode: three.map(() => 0.003),
      display: three.map(() => 0.01),
      unattributed: three.map(() => 0.003),
      total: three.map(() => 0.03),
      skew: [0.001],
    },
    captureToDisplay: 0.03,
    captureToDisplayP95: 0.03,
  });
  assert.equal(tellShown(meters).shown, undefined, 'told already');
  show(3, {});
  assert.deepEqual(Object.keys(tellShown(meters).shown!), ['jitter_buffer', 'display', 'total']);
  // The capture seems to come after the packet, by the clocks' error.
  show(4, { receiveTime: 400 / 3 - 0.3, processingDuration: 0.003 });
  assert.deepEqual(tellShown(meters).shown!.receive, [0]);
  for (let n = 5; n < 1005; n++) show(n, {});
  assert.equal(tellShown(meters).shown!.total!.length, 300, 'a page that was not asked for long keeps the last ones');
});

test('a display that takes frames from elsewhere is measured by what it tells, with what the video knows of their arrival', () => {
  const meters = new Meters();
  meters.reset(true, () => 1500);
  meters.clock.add({ sent: 0, serverReceived: 0, serverSent: 0, received: 0 });
  meters.latency.handleTiming({ mid: '0', clockRate: 90_000, rtpTimestamp: 0, captureMs: 0 });
  const video = (rtpTimestamp: number): void =>
    meters.handleVideo('left', {
      rtpTimestamp,
      receiveTime: rtpTimestamp / 90 + 4,
      processingDuration: 0.001,
      presentationTime: rtpTimestamp / 90 + 10,
      expectedDisplayTime: rtpTimestamp / 90 + 12,
    } as VideoFrameCallbackMetadata);
  const told = (rtpTimestamp: number): void =>
    meters.handleTold({
      rtpTimestamp,
      kind: 'pair',
      skewTicks: 0,
      presentationTime: rtpTimestamp / 90 + 20,
      expectedDisplayTime: rtpTimestamp / 90 + 25,
    });
  video(900);
  assert.ok(Math.abs(meters.latency.read()!.p50 - 12) < 0.01, 'the video itself');
  const stop = meters.tells();
  assert.equal(meters.latency.read(), null, 'another way, other figures');
  told(1800);
  assert.deepEqual([meters.latency.read()!.stages.receive, meters.latency.read()!.stages.decode], [null, null]);
  for (let n = 2; n < 9; n++) {
    video(n * 1800);
    told(n * 1800);
  }
  const read = meters.latency.read()!;
  assert.ok(Math.abs(read.p50 - 25) < 0.01 && read.frames === 8);
  assert.ok(Math.abs(read.stages.receive! - 4) < 0.01);
  assert.equal(meters.skew.read()!.paired, 1);
  stop();
  video(18_000);
  assert.ok(Math.abs(meters.latency.read()!.p50 - 12) < 0.01, 'the video itself again');
});
