import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Branch } from '../../src/engine/gst/branch.js';
import { iterateMainContext } from '../../src/engine/gst/gst.js';
import { forceKeyframe } from '../../src/engine/gst/keyframe.js';
import { parse, parseBin } from '../../src/engine/gst/parse.js';
import { baseTime, elementNamed, originOf, play, toNull } from '../../src/engine/gst/pipeline.js';
import { HeaderExtensions, wantedExtensions } from '../../src/engine/header-extensions.js';
import { loadNativePlugin } from '../../src/engine/native-plugin.js';
import { RtpSocket, type RtpPacket } from './rtp-socket.js';

loadNativePlugin((message) => assert.fail(message));

/** Keyframes come when they are asked for, and the segment of one of the encoders does not begin at 0. */
const encoders = {
  x264: 'x264enc name=encoder tune=zerolatency speed-preset=ultrafast key-int-max=1000 ! h264parse ! video/x-h264,stream-format=avc',
  openh264: 'openh264enc name=encoder gop-size=1000 ! h264parse ! video/x-h264,stream-format=avc',
};

/** Test pictures that are encoded; until the end of the file. */
async function stream(name: keyof typeof encoders, size: string) {
  const pipeline = parse(
    `videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,${size},framerate=30/1 ! ${encoders[name]} ! tee name=encoded allow-not-linked=true`,
  );
  const tee = elementNamed(pipeline, 'encoded');
  play(pipeline);
  after(() => toNull(pipeline));
  while (originOf(tee, pipeline) === null) await wait(10);
  return { pipeline, tee, encoder: elementNamed(pipeline, 'encoder') };
}

/** NAL unit types of a packet, inside of an aggregation packet too (RFC 6184, sections 5.4 and 5.7.1); of a fragment the one it is of. */
function nalTypes({ payload }: RtpPacket): number[] {
  const type = payload[0]! & 0x1f;
  if (type === 28) return [payload[1]! & 0x1f];
  if (type !== 24) return [type];
  const types: number[] = [];
  for (let at = 1; at + 2 < payload.length; at += 2 + payload.readUInt16BE(at)) types.push(payload[at + 2]! & 0x1f);
  return types;
}

const sps = 7;

test('a branch goes from one running pipeline to another and back: one RTP stream, whose clock goes on, each time from a keyframe on', async () => {
  const first = await stream('x264', 'width=160,height=120');
  // Its running time begins later.
  await wait(300);
  const second = await stream('openh264', 'width=320,height=240');
  const socket = await RtpSocket.open();
  const bin = parseBin(
    `keyframegate name=gate ! queue name=queue ! rtph264pay name=pay aggregate-mode=zero-latency config-interval=-1 pt=96 timestamp-offset=0
     ! udpsink name=out sync=false host=127.0.0.1 port=${String(socket.port)}`,
  );
  const children = ['out', 'queue', 'pay', 'gate'].map((name) => elementNamed(bin, name));
  const extensions = new HeaderExtensions(
    [elementNamed(bin, 'pay')],
    wantedExtensions({ min_ms: 0, max_ms: 0 }, () => true),
  );
  const branch = new Branch(bin, ['gate'], children);
  const moves = [first, second, first, second];
  const began: number[] = [];
  for (const { pipeline, tee, encoder } of moves) {
    branch.letGo();
    extensions.setOrigins([originOf(tee, pipeline)!]);
    branch.hang(pipeline, [tee]);
    // What it gets now a decoder could not decode.
    await wait(200);
    began.push(socket.packets.length);
    forceKeyframe(encoder);
    await socket.frames(10, socket.packets.length);
  }
  const { packets } = socket;
  const originMs = branch.baseTime! / 1e6;
  assert.equal(branch.baseTime, baseTime(first.pipeline));
  for (const at of began)
    assert.ok(nalTypes(packets[at]!).includes(sps), `packet ${String(at)}: ${nalTypes(packets[at]!).join()}`);
  for (const [i, packet] of packets.entries()) {
    const before = packets[i - 1] ?? packet;
    assert.equal(packet.source, before.source);
    if (i > 0)
      assert.equal(packet.sequence, (before.sequence + 1) % 65_536, `packet ${String(i)} of ${String(packets.length)}`);
    assert.ok(packet.timestamp >= before.timestamp);
    const captureTime = packet.extensions.get(6);
    if (captureTime === undefined) continue;
    const unixMs = Number(captureTime.readBigUInt64BE(0)) / 2 ** 32 / 1e-3 - 2_208_988_800_000;
    const monotonicMs = unixMs - (Date.now() - Number(process.hrtime.bigint()) / 1e6);
    const off = monotonicMs - (originMs + packet.timestamp / 90);
    assert.ok(Math.abs(off) < 3, `packet ${String(i)}: its capture time is ${off.toFixed(1)} ms off its timestamp`);
  }
  const captures = packets.filter(({ extensions: { size } }) => size > 1).length;
  assert.ok(captures >= 30, `${String(captures)} frames with their capture times`);
  branch.close();
  socket.close();
  iterateMainContext();
});
