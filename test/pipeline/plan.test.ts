import assert from 'node:assert/strict';
import { test } from 'node:test';
import { graphText, launchCommand } from '../../src/pipeline/text.js';
import { ownElements } from '../../src/pipeline/own-elements.js';
import type { Plan } from '../../src/pipeline/plan.js';
import { BinocleError, type Reason } from '../../src/protocol/errors.js';
import { withFiles } from '../config/folder.js';
import { calibrated, pcWithVa, pcWithoutGl, pi4, pi5, planOn, softwareGl, withoutPlugin } from './machines.js';

const choice = (plan: Plan, what: string) => plan.choices.find((each) => each.what === what)!;
const rejection = (plan: Plan, what: string, option: string) =>
  choice(plan, what).rejected.find((each) => each.option === option)?.because;
const omission = (plan: Plan, stage: string) => plan.omitted.find((each) => each.stage === stage)?.because;
const templatesOf = (plan: Plan) => plan.stages.map(({ kind, template }) => `${kind}/${template}`);

const hd = ['capture.width=1280', 'capture.height=720'];

test('Raspberry Pi 4: its own encoder, two pictures of 1280x720 above each other, since side by side is too wide', async () => {
  const plan = await planOn(pi4, ...hd);
  assert.equal(plan.encoder, 'v4l2h264enc');
  assert.equal(plan.layout, 'tab');
  assert.deepEqual(plan.outputs, [{ content: 'both', width: 1280, height: 1440, bitrateKbps: 4000 }]);
  assert.match(rejection(plan, 'layout', 'sbs')!, /2560x720 is wider than 1920/);
  assert.equal(
    encoderText(plan),
    [
      'v4l2h264enc name=both_encoder',
      'extra-controls=controls,repeat_sequence_header=(int)1,video_bitrate_mode=(int)1,video_bitrate=(int)4000000,h264_i_frame_period=(int)60',
      '! video/x-h264,profile=constrained-baseline,level=(string)4 ! h264parse config-interval=-1',
    ].join('\n'),
  );
  assert.match(plan.notes.join('\n'), /before 1\.24 makes no keyframe/);
  assert.ok(templatesOf(plan).includes('source/libcamera'));
  assert.match(graphText(plan), /camera-name=\/base\/axi\/pcie@120000\/rp1\/i2c@88000\/imx708@1a\n/);
  assert.match(graphText(plan), /format=NV12,width=1280,height=720,framerate=30\/1/);
});

test('Raspberry Pi 4 at 60 frames a second: level 4.2 in the caps, quantizers in extra-controls', async () => {
  const plan = await planOn(pi4, ...hd, 'capture.fps=60', 'encode.qp_min=18', 'encode.qp_max=40');
  assert.match(encoderText(plan), /level=\(string\)4\.2/);
  assert.match(encoderText(plan), /h264_minimum_qp_value=\(int\)18,h264_maximum_qp_value=\(int\)40\n/);
});

test('Raspberry Pi 4 beyond its encoder: x264, with the reason for each layout', async () => {
  const plan = await planOn(pi4, 'capture.width=2304', 'capture.height=1296');
  assert.equal(plan.encoder, 'x264enc');
  const because = rejection(plan, 'encoder', 'v4l2h264enc')!;
  assert.match(because, /sbs: 4608x1296 is wider.*tab: 2304x2592 is wider.*twin: 2304x1296 is wider/);
});

test('Raspberry Pi 4, side by side asked for by name: the encoder that can is taken; both by name is refused with the limits', async () => {
  const plan = await planOn(pi4, ...hd, 'layout=sbs');
  assert.equal(plan.encoder, 'x264enc');
  await refused('bad-config', /v4l2h264enc cannot encode this: sbs: 2560x720 is wider than 1920/, () =>
    planOn(pi4, ...hd, 'layout=sbs', 'encode.encoder=v4l2h264enc'),
  );
});

test('Raspberry Pi 5: says in words that it has no H.264 encoder, and takes x264', async () => {
  const plan = await planOn(pi5, ...hd, calibrated.replace('[640, 480]', '[1280, 720]'));
  assert.equal(plan.encoder, 'x264enc');
  assert.equal(plan.layout, 'sbs');
  assert.match(
    choice(plan, 'encoder').because,
    /a Raspberry Pi 5 has no H\.264 encoder in its hardware, so it is done in software/,
  );
  assert.equal(plan.environment['GST_GL_WINDOW'], 'surfaceless');
  assert.deepEqual(
    plan.notes.filter((note) => note.includes('v4l2h264enc')),
    [],
  );
  assert.ok(templatesOf(plan).includes('transfer/upload-gpu'), 'colours are converted on the GPU');
  assert.match(graphText(plan), /glupload ! glcolorconvert\n/);
});

test('PC with VA: vah264enc gets NV12 and kbit/s', async () => {
  const plan = await planOn(pcWithVa, 'encode.bitrate_mbps=6');
  assert.equal(plan.encoder, 'vah264enc');
  assert.match(encoderText(plan), /^vah264enc name=both_encoder rate-control=cbr bitrate=6000 cpb-size=1500\n/);
  assert.match(graphText(plan), /stereopair[\s\S]*video\/x-raw,format=NV12,width=1280,height=480/);
});

test('hardware encoders asked for by name and not there: missing software, with the package where there is one', async () => {
  await refused('missing-software', /nvh264enc .*no NVIDIA GPU/, () => planOn(pcWithVa, 'encode.encoder=nvh264enc'));
  await refused('missing-software', /gstreamer1\.0-vaapi/, () => planOn(pcWithVa, 'encode.encoder=vaapih264enc'));
  await refused('missing-software', /Raspberry Pi 5 has no H\.264 encoder/, () =>
    planOn(pi5, 'encode.encoder=v4l2h264enc'),
  );
});

test('no encoder at all: missing software that names the package', async () => {
  const without = { ...softwareGl, elements: new Set([...softwareGl.elements].filter((name) => !/264enc/.test(name))) };
  await refused('missing-software', /apt install gstreamer1\.0-plugins-ugly/, () => planOn(without));
});

const turned = [calibrated, 'view.left.rotate=180', 'view.left.roll_deg=1', 'view.right.crop.left=0.1'];

test('without GL the CPU corrects the lens by itself', async () => {
  const plan = await planOn(pcWithoutGl, ...turned);
  assert.deepEqual(transfers(plan), sameTwice(['rectify/remap']));
  assert.match(graphText(plan), /lensremap name=left_rectify uniforms=\S*k1=\(float\)-0\.25/);
  assert.match(rejection(plan, 'rectify left', 'planes as they are')!, /no GL context can be had here/);
  assert.doesNotMatch(graphText(plan), /\bgl\w+/);
  assert.deepEqual(Object.keys(plan.environment), ['GST_PLUGIN_PATH']);
});

test('without GL and plugin: quarter turns and crop go on, and the plan says what is lost', async () => {
  const plan = await planOn(withoutPlugin(pcWithoutGl), fragments(), ...turned);
  assert.match(graphText(plan), /videoflip video-direction=180 !/);
  assert.match(graphText(plan), /videocrop left=64 right=0 top=0 bottom=0/);
  assert.match(choice(plan, 'rectify left').because, /lost without GL and plugin: the lens calibration, roll/);
  assert.match(choice(plan, 'rectify right').because, /lost without GL and plugin: the lens calibration/);
  assert.match(rejection(plan, 'rectify left', 'remap by the CPU')!, /not compiled/);
  assert.doesNotMatch(graphText(plan), /\bgl\w+/);
  assert.deepEqual(plan.environment, {});
});

const fragments = (format = '') => {
  const launch = `"videotestsrc is-live=true${format === '' ? '' : ` ! video/x-raw,format=${format}`}"`;
  return `cameras={left: {launch: ${launch}}, right: {launch: ${launch}}}`;
};
const transfers = (plan: Plan) =>
  templatesOf(plan).filter((name) => /^(transfer|rectify)/.test(name) && name !== 'rectify/place');

const queues = (plan: Plan) => templatesOf(plan).filter((name) => name === 'capture/queue').length;

test('a queue stands before what takes time, and before nothing else', async () => {
  const decoded = '"v4l2src ! jpegdec ! video/x-raw,format=I420"';
  const light = await planOn(softwareGl, fragments('I420'));
  assert.equal(queues(light), 0);
  assert.match(omission(light, 'queue left')!, /nothing .* takes long/);
  assert.equal(queues(await planOn(softwareGl, fragments('YUY2'))), 2, 'a conversion');
  assert.equal(queues(await planOn(softwareGl, fragments('I420'), calibrated)), 2, 'a lens');
  assert.equal(
    queues(await planOn(withoutPlugin(softwareGl), fragments('I420'))),
    2,
    'a compositor with a clock of its own',
  );
  const elements = new Set([...softwareGl.elements, 'v4l2src', 'jpegdec']);
  const cameras = `cameras={left: {launch: ${decoded}}, right: {launch: ${decoded}}}`;
  assert.equal(queues(await planOn({ ...softwareGl, elements }, cameras)), 2, 'a decoder');
});

test('nothing to rectify: no GL, and said so', async () => {
  const plain = await planOn(softwareGl, fragments());
  assert.doesNotMatch(graphText(plain), /\bgl\w+/);
  assert.equal(plain.gl, null);
  assert.deepEqual(
    plain.omitted.map(({ stage }) => stage),
    ['rectify left', 'rectify right'],
  );
  assert.deepEqual(transfers(plain), ['transfer/convert', 'transfer/convert'], 'what a fragment delivers is not known');
});

test('formats that are equal are not converted, and the plan says so', async () => {
  const cameras = await planOn(pi5, ...hd);
  assert.deepEqual(transfers(cameras), []);
  assert.match(graphText(cameras), /stereopair[\s\S]*video\/x-raw,format=NV12,width=2560/);
  assert.match(omission(cameras, 'convert left')!, /libcamera delivers NV12, which x264enc takes/);

  // The scene is drawn in the format that is wanted.
  for (const [encoder, format] of [
    ['encode.encoder=x264enc', 'NV12'],
    ['encode.encoder=openh264enc', 'I420'],
    ['encode.codec=vp8', 'I420'],
  ] as const) {
    const scene = await planOn(pcWithoutGl, encoder);
    assert.deepEqual(transfers(scene), []);
    assert.match(graphText(scene), new RegExp(`stereoscene .*\\n.*video/x-raw,format=${format},width=640`));
    assert.match(graphText(scene), new RegExp(`stereopair[\\s\\S]*video/x-raw,format=${format},width=1280`));
  }

  const webcams = await planOn(usb('NV12', 640));
  assert.deepEqual(transfers(webcams), []);
  assert.match(graphText(webcams), /! video\/x-raw,format=NV12,width=640/);
  assert.deepEqual(transfers(await planOn(usb('YUY2', 640))), ['transfer/convert', 'transfer/convert']);
  const openh264 = await planOn(pi5, ...hd, 'encode.encoder=openh264enc');
  assert.deepEqual(transfers(openh264), ['transfer/convert', 'transfer/convert'], 'OpenH264 takes I420 alone');
});

test('eyes of two formats get the one that costs less', async () => {
  await withSource('format: I420', async (source) => {
    const unknown = await planOn(softwareGl, source, 'cameras.right={launch: videotestsrc}');
    assert.deepEqual(transfers(unknown), ['transfer/convert']);
    assert.match(graphText(unknown), /videoconvert ! video\/x-raw,format=I420/);
    const scene = await planOn(softwareGl, source, 'cameras.right.source=sim');
    assert.deepEqual(transfers(scene), [], 'the scene comes as I420 beside it');
  });
});

test('where GL is drawn in software the CPU takes the short way, and what is lost without the plugin or with a lens past its turn', async () => {
  const plan = await planOn(softwareGl, fragments(), calibrated);
  assert.deepEqual(transfers(plan), sameTwice(['transfer/convert-planes', 'rectify/remap']));
  assert.equal(plan.gl, null);
  assert.equal(plan.environment['GST_PLUGIN_PATH'], softwareGl.pluginPath);
  assert.match(choice(plan, 'rectify left').because, /llvmpipe, in software/);
  assert.match(rejection(plan, 'rectify left', 'planes as they are')!, /four times as long/);
  assert.match(rejection(plan, 'rectify left', 'colours converted by the CPU')!, /four bytes a pixel each way/);
  const known = await planOn(softwareGl, calibrated);
  assert.deepEqual(transfers(known), sameTwice(['rectify/remap']));
  assert.match(omission(known, 'convert left')!, /takes NV12 as it is/);
  const bent = await planOn(softwareGl, calibrated, ...barrel);
  assert.deepEqual(transfers(bent), sameTwice(['rectify/remap']));

  const without = await planOn(withoutPlugin(softwareGl), fragments(), calibrated, 'layout=twin');
  assert.deepEqual(transfers(without), sameTwice(['transfer/upload-cpu', 'rectify/shader', 'transfer/download-cpu']));
  assert.match(rejection(without, 'rectify left', 'remap by the CPU')!, /not compiled/);
  assert.equal(without.gl, 'llvmpipe');
});

/** A lens that the left eye sees past its turning point. */
const barrel = ['calibration.left.D=[-0.45, 0.25, 0, 0, -0.08]', 'view.left.zoom=0.5'];

test('the road through a GPU: buffers of a camera as they are, planes of another source, what is in GL stays there', async () => {
  const rectified = [...hd, calibrated.replace('[640, 480]', '[1280, 720]')];
  const colours = ['transfer/upload-gpu', 'rectify/shader', 'transfer/download-gpu'];
  const camera = await planOn(pi5, ...rectified);
  assert.deepEqual(transfers(camera), sameTwice(colours));
  assert.match(rejection(camera, 'rectify left', 'planes as they are')!, /copy/);
  const fragment = await planOn(pcWithVa, ...rectified, fragments());
  assert.ok(templatesOf(fragment).includes('rectify/planes'));
  assert.match(rejection(fragment, 'rectify left', 'colours converted by the GPU')!, /three passes/);
  const scene = await planOn(pcWithVa, ...rectified);
  assert.deepEqual(
    transfers(scene),
    sameTwice(['transfer/upload-planes', 'rectify/planes', 'transfer/download-planes']),
  );
  const bent = await planOn(pcWithVa, calibrated, ...barrel);
  assert.deepEqual(transfers(bent).slice(0, 3), colours);
  assert.match(rejection(bent, 'rectify left', 'planes as they are')!, /bends too much between four pixels/);
  assert.equal(choice(bent, 'rectify right').chosen, 'shader, planes as they are');
  assert.match(rejection(bent, 'rectify right', 'remap by the CPU')!, /the CPU has the rest to do/);
  await withSource('memory: gl', async (source) => {
    const inGl = await planOn(pcWithVa, ...rectified, source, 'layout=mono');
    assert.deepEqual(transfers(inGl), colours.slice(1));
    assert.deepEqual(transfers(await planOn(softwareGl, source, 'layout=mono')), ['transfer/download-cpu']);
  });
});

test('a fisheye has a lens of its own', async () => {
  const fisheye = calibrated.replace('pinhole', 'fisheye');
  assert.match(graphText(await planOn(softwareGl, fisheye)), /lensremap \S+ \S*,fisheye=\(float\)1,/);
  const plan = await planOn(pcWithVa, fragments(), fisheye);
  assert.match(graphText(plan), /fragment="\$\(cat '\S+fisheye\.glsl' '\S+planes\.frag'\)"/);
});

/** The setting of a source of the user's, whose header has this line. */
async function withSource(line: string, use: (setting: string) => Promise<void>): Promise<void> {
  const header = `---\nstage: source\nsummary: Mine.\nneeds: []\n${line}\n---\n`;
  await withFiles({ 'mine.gst': `${header}testsrc name=\${eye}_source\n` }, (folder) =>
    use(`cameras.left.source=${folder}/mine.gst`),
  );
}

function sameTwice(stages: readonly string[]): string[] {
  return [...stages, ...stages];
}

test('a software encoder has the threads that its picture needs; one of two encoders not more than its share', async () => {
  for (const [settings, threads] of [
    [[], [2]],
    [['capture.fps=60'], [2]],
    [['layout=mono'], [1]],
    [
      ['layout=twin', 'capture.fps=60'],
      [1, 1],
    ],
    [[...hd, 'capture.fps=60'], [4]],
  ] as const) {
    const found = [...graphText(await planOn(softwareGl, ...settings)).matchAll(/ threads=(\d)/g)];
    assert.deepEqual(
      found.map(([, count]) => Number(count)),
      threads,
      settings.join(),
    );
  }
});

test('twin: half the rate for each eye; mono: the left eye alone', async () => {
  const twin = await planOn(softwareGl, 'layout=twin');
  assert.deepEqual(
    twin.outputs.map(({ content, bitrateKbps }) => [content, bitrateKbps]),
    [
      ['left', 2000],
      ['right', 2000],
    ],
  );
  const mono = await planOn(softwareGl, 'layout=mono');
  assert.deepEqual(mono.sources, { left: 'sim' });
  assert.doesNotMatch(graphText(mono), /right_/);
});

test('cameras: in order, by number, by part of their name; taken ones are left alone; one alone is mono', async () => {
  const [first, second] = pi5.cameras;
  const swapped = graphText(await planOn(pi5, 'cameras.left.device=1'));
  assert.ok(swapped.indexOf(second!.id) < swapped.indexOf(first!.id), 'the right eye gets the one that is left');
  const named = graphText(await planOn(pi5, 'cameras.left.device=i2c@80000'));
  assert.ok(named.indexOf(second!.id) < named.indexOf(first!.id));

  const held = { ...pi5, cameras: [{ ...first!, heldBy: { pid: 7, command: 'rpicam-vid' } }, second!] };
  const plan = await planOn(held);
  assert.equal(plan.layout, 'mono');
  assert.match(graphText(plan), new RegExp(`camera-name=${second!.id}`));
  const both = await planOn(held, 'layout=sbs');
  assert.deepEqual(both.sources, { left: 'sim', right: 'sim' });
  assert.match(rejection(both, 'source left', 'libcamera')!, /1 camera found for 2 eyes, 1 in use by another program/);
  await refused('source-failed', /no v4l2 camera \/dev\/video77.*found: \/base/, () =>
    planOn(pi5, 'cameras.left.device=/dev/video77'),
  );
});

const usb = (format: string, width: number) => ({
  ...softwareGl,
  cameras: ['/dev/video0', '/dev/video2'].map((id) => ({
    api: 'v4l2' as const,
    id,
    name: 'webcam',
    modes: [{ width, height: 480, fps: [30], format }],
    heldBy: null,
  })),
});

test('a camera that has the size as Motion JPEG only gets a decoder; one that has it not at all is refused with what it has', async () => {
  assert.match(
    graphText(await planOn(usb('YUY2', 640))),
    /v4l2src name=left_source device=\/dev\/video0 io-mode=2\n.*video\/x-raw/,
  );
  assert.match(
    graphText(await planOn(usb('MJPG', 640))),
    /image\/jpeg,width=640,height=480,framerate=30\/1\n.*jpegdec/,
  );
  await refused('source-failed', /\/dev\/video0 does not deliver 640x480 at 30.*has 800x480@30/, () =>
    planOn(usb('YUY2', 800)),
  );
});

test('the scene where the plugin is not compiled: missing software, with what compiles it', async () => {
  const elements = new Set([...softwareGl.elements].filter((name) => !ownElements.has(name)));
  await refused('missing-software', /no stereoscene here: src\/engine\/native is not compiled.*npm run setup\.$/, () =>
    planOn({ ...softwareGl, elements, pluginPath: null }),
  );
});

test('settings that contradict each other are refused with their path', async () => {
  await refused('bad-config', /makes vp8 video, and encode\.codec is h264/, () =>
    planOn(softwareGl, 'encode.encoder=vp8enc'),
  );
  await refused('bad-config', /qp_max +must be at most 51/, () => planOn(softwareGl, 'encode.qp_max=60'));
  await refused('missing-software', /no element "nosuchelement"/, () =>
    planOn(softwareGl, 'cameras.left.launch=nosuchelement ! identity'),
  );
  await refused('bad-config', /no source template "kinect"/, () => planOn(softwareGl, 'cameras.left.source=kinect'));
});

test('frame rates are exact fractions', async () => {
  for (const [fps, text] of [
    [29.97, '30000/1001'],
    [59.94, '60000/1001'],
    [12.5, '25/2'],
    [50, '50/1'],
  ] as const)
    assert.match(graphText(await planOn(softwareGl, `capture.fps=${fps}`)), new RegExp(`framerate=${text}\n`));
});

test('each stage has an expected delay with its basis; nothing unmeasured is called measured', async () => {
  const plan = await planOn(pi4, ...hd);
  assert.ok(plan.delay.length >= 3);
  for (const { stage, ms, basis } of plan.delay) {
    assert.ok(ms >= 0, stage);
    assert.match(basis, /estimate|measured/, stage);
  }
  assert.match(
    launchCommand(plan),
    /^GST_PLUGIN_PATH=\S+ gst-launch-1\.0 \\\n/,
    'no GL, so nothing else in the environment',
  );
});

function encoderText(plan: Plan): string {
  const text = graphText(plan);
  return /(\w+264enc name=[\s\S]*?config-interval=-1)/.exec(text)![1]!.replaceAll(/\n\s+/g, '\n');
}

async function refused(reason: Reason, message: RegExp, plan: () => Promise<Plan>): Promise<void> {
  await assert.rejects(plan, (error) => {
    assert.ok(error instanceof BinocleError, String(error));
    assert.equal(error.reason, reason);
    assert.match(error.message, message);
    return true;
  });
}

test('both eyes in one picture: paired by our own element, by the compositor where that is not compiled', async () => {
  const own = await planOn(softwareGl, 'layout=sbs');
  assert.match(graphText(own), /\n *stereopair name=both_layout layout=side-by-side/);
  assert.doesNotMatch(graphText(own), /compositor/);
  assert.equal(own.environment['GST_PLUGIN_PATH'], softwareGl.pluginPath);

  const elements = new Set([...softwareGl.elements].filter((name) => !/stereopair|rtphdrext/.test(name)));
  for (const [layout, place] of [
    ['sbs', /sink_1::xpos=640/],
    ['tab', /sink_1::ypos=480/],
  ] as const) {
    const plain = await planOn({ ...softwareGl, elements, pluginPath: null }, fragments(), `layout=${layout}`);
    assert.match(graphText(plain), /compositor name=both_layout/);
    assert.match(graphText(plain), place);
    assert.equal(plain.environment['GST_PLUGIN_PATH'], undefined);
    const pairing = plain.choices.find(({ what }) => what === 'pairing')!;
    assert.equal(pairing.chosen, 'compositor');
    assert.match(pairing.rejected[0]!.because, /not compiled/);
    const playout = plain.choices.find(({ what }) => what === 'playout delay')!;
    assert.match(playout.rejected[0]!.because, /not compiled/);
    const captureTime = plain.choices.find(({ what }) => what === 'capture time')!;
    assert.match(captureTime.because, /other players know no delay/);
    assert.match(captureTime.rejected[0]!.because, /not compiled/);
  }
});
