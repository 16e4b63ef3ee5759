import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Gst, iterateMainContext, type Element } from '../../src/engine/gst/gst.js';
import { parse, parseBin } from '../../src/engine/gst/parse.js';
import { addHeaderExtension } from '../../src/engine/gst/payloader.js';
import { Branch } from '../../src/engine/gst/branch.js';
import { baseTime, elementNamed, originOf, play, toNull } from '../../src/engine/gst/pipeline.js';
import { booleanProperty } from '../../src/engine/gst/property.js';
import { HeaderExtensions, wantedExtensions } from '../../src/engine/header-extensions.js';
import { loadNativePlugin } from '../../src/engine/native-plugin.js';
import { packagePath } from '../../src/paths.js';
import { RtpSocket, type RtpPacket } from './rtp-socket.js';

const playout = { id: 5, uri: 'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay' };
const capture = { id: 6, uri: 'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time' };
/** Noise, so that a frame takes several packets; x264enc's segment does not begin at 0. */
const source = 'videotestsrc is-live=true pattern=snow ! video/x-raw,format=I420,width=160,height=120,framerate=30/1';
const encoder = 'x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15 ! h264parse';
const payloader = 'rtph264pay name=pay aggregate-mode=zero-latency config-interval=-1 mtu=300 pt=96 timestamp-offset=0';
const soonest = { min_ms: 0, max_ms: 0 } as const;

loadNativePlugin((message) => assert.fail(message));

/** A payloader hung on to a running encoder, as a viewer's is; until the end of the file. */
async function hangOn(add: (payloader: Element, origin: number) => void) {
  const pipeline = parse(`${source} ! ${encoder} ! tee name=encoded allow-not-linked=true`);
  const tee = elementNamed(pipeline, 'encoded');
  play(pipeline);
  let origin = null;
  while ((origin = originOf(tee, pipeline)) === null) await wait(10);
  const socket = await RtpSocket.open();
  const bin = parseBin(`queue name=entrance ! ${payloader} ! udpsink sync=false host=127.0.0.1 port=${socket.port}`);
  add(elementNamed(bin, 'pay'), origin);
  new Branch(bin, ['entrance'], []).hang(pipeline, [tee]);
  after(() => {
    toNull(pipeline);
    socket.close();
    iterateMainContext();
  });
  return { socket, pipeline };
}

/** Of the extension's first 8 bytes: Unix time, ms. */
function captured({ extensions }: RtpPacket): number {
  const ntp = extensions.get(capture.id)!.readBigUInt64BE(0);
  return (Number(ntp >> 32n) - 2_208_988_800) * 1e3 + (Number(ntp & 0xffff_ffffn) / 2 ** 32) * 1e3;
}

/** The same by the pipeline's own account: base time and running time, which is the RTP timestamp here. */
function truth(pipeline: ReturnType<typeof parse>, { timestamp }: RtpPacket): number {
  const monotonicNow = Number(process.hrtime.bigint()) / 1e6;
  return baseTime(pipeline) / 1e6 + timestamp / 90 + Date.now() - monotonicNow;
}

const playoutOf = ({ extensions }: RtpPacket) => extensions.get(playout.id)?.readUIntBE(0, 3) ?? null;

test('every frame says when it was captured, once, in its first packet, to the millisecond', async () => {
  const { socket, pipeline } = await hangOn((pay, origin) => {
    const added = new HeaderExtensions(
      [pay],
      wantedExtensions(soonest, () => true),
    );
    added.setOrigins([origin]);
    assert.deepEqual(added.playoutDelay(), soonest);
  });
  const packets = await socket.frames(40);
  assert.ok(packets.length > 80, `${packets.length} packets`);
  for (const [i, packet] of packets.entries()) {
    const first = packets[i - 1]?.timestamp !== packet.timestamp;
    assert.equal(packet.extensions.has(capture.id), first, `packet ${i}`);
    assert.equal(playoutOf(packet), 0, 'playout delay 0/0 in every packet');
    if (!first) continue;
    const off = captured(packet) - truth(pipeline, packet);
    assert.ok(Math.abs(off) < 3, `frame ${i}: ${off} ms off`);
    assert.equal(packet.extensions.get(capture.id)!.length, 16);
    assert.equal(packet.extensions.get(capture.id)!.readBigInt64BE(8), 0n, 'one machine, one clock');
  }
});

test('without an origin the times are late by the least that a frame takes, never early', async () => {
  const { socket, pipeline } = await hangOn((pay) => {
    addHeaderExtension(pay, { factory: 'rtphdrextabscapturetime', id: capture.id, properties: {} });
  });
  const told = (await socket.frames(40)).filter(({ extensions }) => extensions.has(capture.id));
  assert.equal(told.length, 40);
  for (const [i, packet] of told.entries()) {
    const late = captured(packet) - truth(pipeline, packet);
    const soFar = Math.min(...told.slice(0, i + 1).map((each) => each.arrived - truth(pipeline, each)));
    assert.ok(late > -3 && late < soFar + 3, `frame ${i}: ${late} ms late, the fastest came after ${soFar} ms`);
  }
});

test('playout delay changes while it runs, from packet to packet, and is read back from the payloader', async () => {
  let extensions!: HeaderExtensions;
  const { socket } = await hangOn((pay) => {
    extensions = new HeaderExtensions(
      [pay],
      wantedExtensions('off', () => true),
    );
  });
  const sent = async (value: number | null) => {
    const from = socket.packets.length;
    await socket.next((packet) => playoutOf(packet) === value, from);
    // What was on its way is through: from here on it is this value alone.
    const next = await socket.next(({ marker }) => marker, socket.packets.length);
    assert.equal(playoutOf(next), value);
  };
  assert.equal(extensions.playoutDelay(), 'off');
  await sent(null);
  for (const delay of [soonest, { min_ms: 20, max_ms: 400 }, { min_ms: 500, max_ms: 40_950 }]) {
    extensions.setPlayoutDelay(delay);
    assert.deepEqual(extensions.playoutDelay(), delay);
    await sent(((delay.min_ms / 10) << 12) | (delay.max_ms / 10));
  }
  extensions.setPlayoutDelay('off');
  assert.equal(extensions.playoutDelay(), 'off');
  await sent(0x000fff);
});

test('what an answer leaves out is not sent', async () => {
  let extensions!: HeaderExtensions;
  const { socket } = await hangOn((pay) => {
    extensions = new HeaderExtensions(
      [pay],
      wantedExtensions(soonest, () => true),
    );
  });
  await socket.next((packet) => packet.extensions.has(capture.id));
  extensions.answered([new Set([playout.uri])]);
  // One frame may be on its way.
  await socket.frames(2, socket.packets.length);
  const later = await socket.frames(8, socket.packets.length);
  assert.ok(later.every((packet) => !packet.extensions.has(capture.id) && playoutOf(packet) === 0));
  assert.deepEqual(extensions.playoutDelay(), soonest);
  extensions.answered([new Set()]);
  assert.equal(extensions.playoutDelay(), null, 'nothing is asked of a viewer that takes no such extension');
});

test('a line of gst-launch-1.0 has both by their names in the caps alone', async () => {
  const socket = await RtpSocket.open();
  const caps = [playout, capture].map(({ id, uri }) => `extmap-${id}=(string)${uri}`).join(',');
  const line = `${source} ! ${encoder} ! ${payloader} ! application/x-rtp,${caps} ! udpsink sync=false host=127.0.0.1 port=${socket.port}`;
  const child = spawn('gst-launch-1.0', line.split(' '), {
    env: { ...process.env, GST_PLUGIN_PATH: packagePath('dist', 'native') },
    stdio: 'ignore',
  });
  const gone = once(child, 'exit');
  const packet = await socket.next(({ extensions }) => extensions.has(capture.id));
  assert.equal(playoutOf(packet), 0);
  const ago = packet.arrived - captured(packet);
  assert.ok(ago > -2 && ago < 2_000, `captured ${ago} ms ago`);
  child.kill('SIGINT');
  await gone;
  socket.close();
});

test('a time that whoever captured the frame wrote on it is passed on, with no word about that clock', async () => {
  const socket = await RtpSocket.open();
  const pipeline = parse(
    `appsrc name=source format=time caps=application/x-test ! rtpgstpay name=pay config-interval=0 ! udpsink sync=false host=127.0.0.1 port=${socket.port}`,
  );
  const extension = addHeaderExtension(elementNamed(pipeline, 'pay'), {
    factory: 'rtphdrextabscapturetime',
    id: capture.id,
    properties: {},
  });
  assert.equal(booleanProperty(extension, 'active'), true);
  play(pipeline);
  const unix = 1_700_000_000_250_000_000n;
  const ntp = unix + 2_208_988_800_000_000_000n;
  for (const [i, [clock, time]] of [['x-unix', unix] as const, ['x-ntp', ntp] as const].entries()) {
    const buffer = Gst.Buffer.newAllocate(null, 100, null);
    buffer.pts = BigInt(i + 1) * 40_000_000n;
    buffer.addReferenceTimestampMeta(Gst.Caps.fromString(`timestamp/${clock}`)!, time, 0n);
    (elementNamed(pipeline, 'source') as unknown as { emit(signal: string, buffer: object): void }).emit(
      'push-buffer',
      buffer,
    );
    const packet = await socket.next(({ extensions }) => extensions.has(capture.id), i);
    assert.equal(captured(packet), 1_700_000_000_250, clock);
    assert.equal(packet.extensions.get(capture.id)!.length, 8);
  }
  toNull(pipeline);
  socket.close();
});
