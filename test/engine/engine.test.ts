import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { inflateSync } from 'node:zlib';
import type { Profile } from '../../src/protocol/configuration.js';
import type { GraphReport } from '../../src/protocol/engine.js';
import { BinocleError, type Reason } from '../../src/protocol/errors.js';
import { anyIce, EngineProcess } from './engine-process.js';
import { profileWith } from './profile.js';

const solid = (colour: string) => `videotestsrc is-live=true pattern=solid-color foreground-color=${colour}`;
const red = solid('0xffe00000');
const blue = solid('0xff0000e0');

function fails(reason: Reason, message: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof BinocleError, String(error));
    assert.match(error.message, message);
    assert.equal(error.reason, reason, error.message);
    return true;
  };
}

/** An engine that has been asked to start with this profile, closed after the test file. */
async function started(profile: Profile): Promise<{ engine: EngineProcess; report: GraphReport }> {
  const engine = new EngineProcess('src/engine/main.js');
  after(() => engine.close());
  return { engine, report: await engine.start(profile) };
}

const { engine, report } = await started(await profileWith({ left: red, right: blue }));

test('start answers when frames come, with what runs; readings follow once a second', async () => {
  assert.equal(report.layout, 'sbs');
  assert.deepEqual(report.outputs, [{ content: 'both', width: 640, height: 240 }]);
  assert.deepEqual(report.sources, { left: 'custom', right: 'custom' });
  const first = await engine.next('readings');
  const second = await engine.next('readings');
  const frames = second.outputs[0]!.encodedFrames - first.outputs[0]!.encodedFrames;
  const expected = ((second.at - first.at) * 30) / 1000;
  assert.ok(Math.abs(frames - expected) <= 4, `${frames} frames, ${expected} expected`);
  assert.ok(second.outputs[0]!.encodedBytes > first.outputs[0]!.encodedBytes);
  assert.ok(second.capturedFrames.left! > first.capturedFrames.left!);
});

test('the graph that it says it runs is the one that was planned, and its dot names the same elements', async () => {
  const { text } = await engine.ask('graph', { format: 'launch' });
  assert.equal(text, report.launch);
  const { text: dot } = await engine.ask('graph', { format: 'dot' });
  for (const name of ['left_captured', 'right_captured', 'both_encoder', 'both_encoded', 'both_monitor']) {
    assert.ok(text.includes(name), `${name} in the line`);
    assert.ok(dot.includes(name), `${name} in the graph`);
  }
});

test('a viewer is offered every output with sendonly, bundled, constrained-baseline H.264, then candidates', async () => {
  const offer = engine.next('offer', ({ viewer }) => viewer === 'one');
  const candidate = engine.next('candidate', ({ viewer }) => viewer === 'one');
  await engine.ask('addViewer', { viewer: 'one', ice: { ...anyIce, port_min: 47_000, port_max: 47_100 } });
  const { sdp, tracks } = await offer;
  assert.deepEqual(tracks, [{ mid: 'video0', eye: 'both', layout: 'sbs', width: 640, height: 240 }]);
  assert.match(sdp, /a=sendonly/);
  assert.match(sdp, /packetization-mode=1.*profile-level-id=42[ce]0/);
  const [, , transport, , , port] = (await candidate).candidate.split(' ');
  assert.equal(transport, 'UDP');
  assert.ok(Number(port) >= 47_000 && Number(port) <= 47_100, port);
});

test('nonsense is refused and harms nobody', async () => {
  await assert.rejects(engine.ask('answer', { viewer: 'one', sdp: 'nonsense' }), fails('bad-message', /no SDP/));
  const section = 'm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:video0\r\na=setup:active\r\n';
  const wrong = `v=0\r\na=ice-ufrag:x\r\na=ice-pwd:y\r\na=fingerprint:sha-256 zz\r\n${section.replace('video0', 'other')}`;
  await assert.rejects(engine.ask('answer', { viewer: 'one', sdp: wrong }), fails('bad-message', /./));
  const candidate = { viewer: 'one', sdpMLineIndex: 0, candidate: 'nonsense' };
  await assert.rejects(engine.ask('candidate', candidate), fails('bad-message', /no ICE candidate/));
  await assert.rejects(
    engine.ask('candidate', { ...candidate, sdpMLineIndex: 9 }),
    fails('bad-message', /no media section 9/),
  );
  await assert.rejects(engine.ask('answer', { viewer: 'nobody', sdp: '' }), fails('not-found', /no viewer "nobody"/));
  await assert.rejects(engine.ask('addViewer', { viewer: 'one', ice: anyIce }), fails('bad-message', /there already/));
  await engine.ask('candidate', { viewer: 'one', sdpMLineIndex: 0, candidate: '' });
  await engine.ask('removeViewer', { viewer: 'nobody' });
  const before = await engine.next('readings');
  const afterwards = await engine.next('readings');
  assert.equal(afterwards.viewers.length, 1);
  assert.ok(afterwards.outputs[0]!.encodedFrames > before.outputs[0]!.encodedFrames);
});

test('a viewer that leaves says so once; leaving twice is no error', async () => {
  const closed = engine.next('viewerState', ({ viewer, state }) => viewer === 'one' && state === 'closed');
  await engine.ask('removeViewer', { viewer: 'one' });
  await closed;
  await engine.ask('removeViewer', { viewer: 'one' });
  assert.equal((await engine.next('readings')).viewers.length, 0);
});

test('a snapshot is the picture that goes to the encoder: each eye has its own colour', async () => {
  for (const [eye, colour] of [
    ['left', 'red'],
    ['right', 'blue'],
  ] as const) {
    const { base64 } = await engine.ask('snapshot', { eye, format: 'png' });
    const png = Buffer.from(base64, 'base64');
    assert.equal(png.subarray(1, 4).toString('latin1'), 'PNG');
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [320, 240]);
    assert.equal(colourOf(png), colour);
  }
  const { base64 } = await engine.ask('snapshot', { eye: 'both', format: 'jpeg' });
  assert.equal(Buffer.from(base64, 'base64').readUInt16BE(0), 0xffd8);
});

test('SIGTERM and a parent that is gone end it, with status 0 and within a second', async () => {
  for (const end of [
    (victim: EngineProcess) => victim.child.kill('SIGTERM'),
    (victim: EngineProcess) => victim.child.disconnect(),
  ]) {
    const victim = await EngineProcess.literal();
    await victim.ask('addViewer', { viewer: 'x', ice: anyIce });
    const asked = performance.now();
    end(victim);
    assert.deepEqual(await victim.ended(), { status: 0, signal: null });
    assert.ok(performance.now() - asked < 1_000);
  }
});

test('stop is answered, then the process ends', async () => {
  const victim = await EngineProcess.literal();
  await victim.ask('stop', {});
  assert.deepEqual(await victim.ended(), { status: 0, signal: null });
});

test('an element that does not exist is named', async () => {
  const profile = await profileWith({ left: 'nosuchsrc ! videoconvert', right: blue });
  await assert.rejects(started(profile), fails('missing-software', /nosuchsrc/));
});

test('a fragment that is no graph is refused', async () => {
  const profile = await profileWith({ left: 'videotestsrc is-live=true nosuchproperty=1', right: blue });
  await assert.rejects(started(profile), fails('bad-graph', /nosuchproperty/));
});

test('a keyframe that is asked for comes at once, long before the next one is due', async () => {
  const victim = await EngineProcess.literal({
    layout: 'mono',
    source: 'videotestsrc is-live=true pattern=smpte100',
    encoder: 'x264enc tune=zerolatency speed-preset=ultrafast key-int-max=3000 bitrate=1000',
  });
  after(() => victim.close());
  const bytes = async () => (await victim.next('readings')).outputs[0]!.encodedBytes;
  // A picture that stands still: between keyframes next to nothing is sent.
  await bytes();
  const start = await bytes();
  const without = (await bytes()) - start;
  await victim.ask('keyframe', {});
  const asked = (await bytes()) - start - without;
  assert.ok(asked > 2 * without, `${without} bytes a second, ${asked} with a keyframe`);
});

test('an encoder part that ends in byte-stream is refused: no viewer could be offered it', async () => {
  const victim = new EngineProcess('test/engine/literal-engine.js', { LITERAL: '{"streamFormat":"byte-stream"}' });
  after(() => victim.close());
  await assert.rejects(victim.start({} as Profile), fails('bad-graph', /stream-format=avc/));
});

test('a camera that ends while it runs fails the rig, says which, and the process exits 1', async () => {
  const { engine: victim } = await started(await profileWith({ left: red, right: `${blue} num-buffers=45` }));
  const failed = await victim.next('failed');
  assert.equal(failed.reason, 'source-failed');
  assert.match(failed.message, /right camera/);
  assert.equal(failed.path, 'profile.cameras.right');
  assert.deepEqual(await victim.ended(), { status: 1, signal: null });
});

test('a camera that reports an error fails the rig with its own words', async () => {
  const { engine: victim } = await started(
    await profileWith({ left: `${red} ! identity error-after=45`, right: blue }),
  );
  const failed = await victim.next('failed');
  assert.equal(failed.reason, 'source-failed');
  assert.match(failed.message, /The left camera failed: .*iterations as requested/i);
});

test('a shader of the user’s that does not compile refuses the start, with its line', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'binocle-shader-'));
  const template = join(folder, 'broken.gst');
  const header = '---\nstage: source\nsummary: Broken.\nneeds: [videotestsrc, glshader]\n---\n';
  const pixels = 'video/x-raw,format=RGBA,width=${width},height=${height},framerate=${fps}';
  const shader = 'glshader fragment="void main() { gl_FragColor = nosuch; }"';
  await writeFile(template, `${header}${red} ! ${pixels} ! glupload ! ${shader} ! gldownload ! videoconvert`);
  const profile = await profileWith({ left: '', right: blue }, [
    'profile.cameras.left.launch=null',
    `profile.cameras.left.source=${template}`,
  ]);
  await assert.rejects(
    started(profile),
    fails('bad-graph', /^A shader does not compile: .*0:\d+\(\d+\): error: `nosuch' undeclared/),
  );
  await rm(folder, { recursive: true });
});

test('a camera that cannot be opened refuses the start', async () => {
  const profile = await profileWith({ left: 'v4l2src device=/dev/video-none', right: blue });
  await assert.rejects(started(profile), fails('source-failed', /left camera failed: .*\/dev\/video-none/));
});

/** Which channel the first pixel of an RGB PNG is strongest in. The first pixel has no neighbours, so every filter leaves it as it is (PNG, section 9). */
function colourOf(png: Buffer): 'red' | 'green' | 'blue' {
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const length = png.readUInt32BE(at);
    if (png.subarray(at + 4, at + 8).toString('latin1') === 'IDAT') data.push(png.subarray(at + 8, at + 8 + length));
  }
  const pixel = [...inflateSync(Buffer.concat(data)).subarray(1, 4)];
  return (['red', 'green', 'blue'] as const)[pixel.indexOf(Math.max(...pixel))]!;
}
