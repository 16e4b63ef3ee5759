import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { report } from '../../src/cli/cameras.js';
import { modesOf, offerOf } from '../../src/engine/device-caps.js';
import { nodeProperties } from '../../src/engine/device-properties.js';
import { socketOf, type Board } from '../../src/engine/sockets.js';
import { sortDevices } from '../../src/engine/sort-devices.js';
import { graphText } from '../../src/pipeline/text.js';
import { planGraph } from '../../src/pipeline/plan-graph.js';
import { pc, recorded } from './recorded/boards.js';
import { anySize, caps, jpeg, listed, raw, unlisted, usbCamera, type NodeFacts } from './recorded/devices.js';
import { pcWithoutGl, planOn, profileWith, templates } from './machines.js';

test('modes are read from the caps of a device: what a template takes, in fixed sizes', () => {
  assert.deepEqual(
    modesOf(
      'video/x-raw, format=(string)YUY2, width=(int)640, height=(int)480, framerate=(fraction){ 30/1, 15/1 }; ' +
        'image/jpeg, width=(int)1280, height=(int)720, framerate=(fraction)30000/1001; ' +
        'video/x-raw, format=(string){ NV12, RGB }, width=(int)[ 32, 1920 ], height=(int)[ 32, 1080 ]; ' +
        'video/x-raw, format=(string)NV12, width=(int)1920, height=(int)1080; ' +
        'video/x-raw, format=(string)I420, width=(int){ 320, 400 }, height=(int)240, framerate=(fraction)[ 0/1, 60/1 ]; ' +
        'video/x-h264, stream-format=(string)byte-stream, width=(int)640, height=(int)480, framerate=(fraction)30/1; ' +
        'video/x-raw(memory:DMABuf), format=(string)DMA_DRM, drm-format=(string)YUYV, width=(int)640, height=(int)480',
    ),
    [
      { width: 640, height: 480, fps: [30, 15], format: 'YUY2' },
      { width: 1280, height: 720, fps: [29.97], format: 'MJPG' },
      { width: 1920, height: 1080, fps: [], format: 'NV12' },
      { width: 320, height: 240, fps: [], format: 'I420' },
      { width: 400, height: 240, fps: [], format: 'I420' },
    ],
  );
});

test('what a device offers is summed up: formats, and whether its sizes are its own', () => {
  const webcam = `${raw('YUY2', [[640, 480, '30/1']])}; ${jpeg([[1280, 720, '30/1']])}`;
  assert.deepEqual(offerOf(webcam), { raw: ['YUY2'], jpeg: true, others: [], sizes: 'fixed', range: '' });
  assert.deepEqual(offerOf(anySize('{ NV12, RGB }', 32, 16384, 2)), {
    raw: ['NV12', 'RGB'],
    jpeg: false,
    others: [],
    sizes: 'ranges',
    range: '32x32 to 16384x16384',
  });
  for (const nothing of ['', 'ANY', 'EMPTY'])
    assert.deepEqual(offerOf(nothing), { raw: [], jpeg: false, others: [], sizes: 'none', range: '' });
});

const told = (properties: string) => nodeProperties(`v4l2-proplist, ${properties};`);

test('properties are read as GStreamer prints them: quotes, escapes, the capabilities of the node and not of its device', () => {
  assert.equal(
    told('v4l2.device.driver=(string)"v4l2\\ loopback", device.path=(string)/dev/video3').path,
    '/dev/video3',
  );
  assert.equal(told('v4l2.device.driver=(string)"v4l2\\ loopback"').driver, 'v4l2 loopback');
  assert.equal(told('v4l2.device.card=(string)"Gr\\303\\266\\303\\237e:\\ a\\"b\\,\\ c\\;d"').card, 'Größe: a"b, c;d');
  const capabilities = 'v4l2.device.capabilities=(uint)2225078273, v4l2.device.device_caps=(uint)77594624';
  assert.equal(told(capabilities).capabilities, 77594624);
  assert.equal(told('v4l2.device.capabilities=(uint)67108865').capabilities, 67108865);
  assert.equal(told('udev-probed=(boolean)false').capabilities, null);
});

const scaler = anySize('{ NV12, RGB }', 32, 16384, 2);
const fixedSize = raw('YUY2', [[640, 480, '30/1']]);
const facts: NodeFacts = {
  number: 5,
  driver: 'some-driver',
  card: 'something',
  bus: 'platform:something',
  device: '/sys/devices/platform/something',
  capabilities: caps.capture,
  caps: fixedSize,
};

describe('nodes of a driver that nobody knows are told by what they say of themselves', () => {
  const cases: { name: string; node: Partial<NodeFacts>; because: string | null }[] = [
    { name: 'one that gives pictures of a size of its own is believed', node: {}, because: null },
    {
      name: 'a codec that GStreamer lists',
      node: { capabilities: caps.m2mMplane },
      because: 'it converts pictures that a program gives it (a codec or a scaler)',
    },
    {
      name: 'an output',
      node: { capabilities: caps.outputMplane },
      because: 'it takes pictures and gives none (an output)',
    },
    {
      name: 'metadata',
      node: { capabilities: caps.metadata },
      because: 'it gives data about pictures, no pictures',
    },
    {
      name: 'a receiver that a media controller sets up',
      node: { capabilities: caps.captureMplane | caps.mediaController },
      because: 'the receiver behind a camera socket; its raw data become pictures through libcamera',
    },
    {
      name: 'an image processor of a chip',
      node: { caps: scaler },
      because: 'it lists no size of its own but any from 32x32 to 16384x16384, as image processors do',
    },
    { name: 'a card in a slot that scales', node: { caps: scaler, bus: 'PCI:0000:05:00.0' }, because: null },
    { name: 'a USB device that scales', node: { caps: scaler, bus: 'usb-0000:00:14.0-3' }, because: null },
    { name: 'the old camera driver of a Raspberry Pi', node: { caps: scaler, driver: 'bm2835 mmal' }, because: null },
    {
      name: 'a virtual camera that waits for pictures',
      node: { caps: scaler, driver: 'v4l2 loopback' },
      because: null,
    },
    { name: 'one without sizes', node: { caps: 'video/x-raw, format=(string)YUY2' }, because: 'it lists no size' },
    {
      name: 'raw Bayer data',
      node: { caps: 'video/x-bayer, format=(string)bggr, width=(int)640, height=(int)480' },
      because: 'it gives only raw Bayer data',
    },
  ];
  for (const { name, node, because } of cases)
    test(name, () => {
      const { cameras, leftOut } = sortDevices(recorded(pc.board, { nodes: [listed({ ...facts, ...node })] }));
      assert.deepEqual(
        { camera: cameras.length === 1, because: leftOut[0]?.because ?? null },
        {
          camera: because === null,
          because,
        },
      );
    });
});

test('V4L2’s cameras come in the order of their nodes, and not in that of GStreamer’s list', () => {
  const nodes = [0, 2, 10].flatMap((number) =>
    usbCamera({
      number,
      bus: `usb-0000:00:14.0-${number + 1}`,
      device: `/sys/devices/usb1/1-${number + 1}/1-${number + 1}:1.0`,
    }),
  );
  const { devices, ...rest } = recorded(pc.board, { nodes });
  for (const order of [devices, devices.toReversed()])
    assert.deepEqual(
      sortDevices({ ...rest, devices: order }).cameras.map(({ id }) => id),
      ['/dev/video0', '/dev/video2', '/dev/video10'],
    );
});

const greyOnly = raw('GRAY8', [[640, 480, '30/1']]);
const camera = (number: number, card: string, offer?: string) =>
  usbCamera({
    number,
    card,
    bus: `usb-0000:00:14.0-${number}`,
    device: `/sys/devices/usb1/1-${number}/1-${number}:1.0`,
    ...(offer === undefined ? {} : { offer }),
  });

test('a grey camera is an eye where no other sees colours: two of them are a pair', () => {
  const industrial = sortDevices(
    recorded(pc.board, { nodes: [...camera(0, 'OV9281', greyOnly), ...camera(2, 'OV9281', greyOnly)] }),
  );
  assert.deepEqual(
    industrial.cameras.map(({ id }) => id),
    ['/dev/video0', '/dev/video2'],
  );
  // The lamp's camera that says so only by name.
  const byName = [
    ...camera(0, 'USB2.0 HD IR UVC WebCam: USB2.0 HD', fixedSize),
    ...camera(2, 'USB2.0 HD IR UVC WebCam: USB2.0 IR', fixedSize),
  ];
  assert.deepEqual(
    sortDevices(recorded(pc.board, { nodes: byName })).cameras.map(({ id }) => id),
    ['/dev/video0'],
  );
});

test('where V4L2 did not answer its nodes are known still, so that one can be named', () => {
  const node = unlisted(0, 'HD Webcam', 'uvcvideo', '/sys/devices/usb1/1-1/1-1:1.0');
  const { leftOut } = sortDevices({ ...recorded(pc.board, { nodes: [node] }), silent: true });
  assert.deepEqual(
    leftOut.map(({ id, because }) => [id, because]),
    [['/dev/video0', 'V4L2 did not list it']],
  );
});

test('two of one model are the pair, wherever they stand in the list', async () => {
  const nodes = [...camera(0, 'Integrated Camera'), ...camera(2, 'ELP'), ...camera(4, 'ELP')];
  const machine = { ...pcWithoutGl, ...sortDevices(recorded(pc.board, { nodes })) };
  const text = async (...set: string[]) => graphText(planGraph(await profileWith(...set), machine, templates));
  assert.match(await text(), /left_source device=\/dev\/video2 [\s\S]*right_source device=\/dev\/video4 /);
  assert.match(await text('cameras.right.device=/dev/video2'), /left_source device=\/dev\/video4 /);
  assert.match(await text('cameras.left.device=/dev/video0'), /right_source device=\/dev\/video2 /);
});

test('a USB camera is named by its port, too, wherever its node is this time', async () => {
  const link = '/dev/v4l/by-path/pci-0000:00:14.0-usb-0:2:1.0-video-index0';
  const pair = recorded(pc.board, { nodes: [...camera(0, 'ELP'), ...camera(2, 'ELP')] });
  const nodes = pair.nodes.map((each) => (each.path === '/dev/video2' ? { ...each, links: [link] } : each));
  const machine = { ...pcWithoutGl, ...sortDevices({ ...pair, nodes }) };
  const text = graphText(planGraph(await profileWith(`cameras.left.device=${link}`), machine, templates));
  assert.match(text, /left_source device=\/dev\/video2 [\s\S]*right_source device=\/dev\/video0 /);
  assert.match(report(machine.cameras), /v4l2 1: \/dev\/video2 {2}ELP\n {2}always \/dev\/v4l\/by-path\//);
});

test('the one camera that the right eye names keeps its settings as the left', async () => {
  const machine = { ...pcWithoutGl, ...sortDevices(recorded(pc.board, { nodes: camera(0, 'ELP') })) };
  const settings = ['cameras.right={device: /dev/video0, controls: {brightness: 7}}', 'layout=auto'];
  assert.match(graphText(planGraph(await profileWith(...settings), machine, templates)), /brightness=7/);
});

test('a size that a camera has as H.264 and Motion JPEG gets the decoder', async () => {
  const offer =
    'video/x-h264, stream-format=(string)byte-stream, alignment=(string)au, width=(int)640, height=(int)480, framerate=(fraction)30/1; ' +
    jpeg([[640, 480, '30/1']]);
  const nodes = usbCamera({ number: 0, bus: 'usb-0000:00:14.0-1', device: '/sys/devices/usb1/1-1/1-1:1.0', offer });
  const machine = { ...pcWithoutGl, ...sortDevices(recorded(pc.board, { nodes })) };
  assert.match(graphText(planGraph(await profileWith(), machine, templates)), /image\/jpeg,width=640.*\n.*jpegdec/);
});

const model = (name: string, symbols: Board['symbols'] = {}): Board => ({ model: `Raspberry Pi ${name}`, symbols });

describe('the socket of a camera is read from the device tree, else from a table of boards', () => {
  const pi5: Board = { model: 'Raspberry Pi 5 Model B Rev 1.0', symbols: {} };
  const symbols = { i2c_csi_dsi0: '/soc/i2c0mux/i2c@0', i2c_csi_dsi: '/soc/i2c0mux/i2c@1' };
  const cases: [board: Board, id: string, socket: string | null][] = [
    [pi5, '/base/axi/pcie@120000/rp1/i2c@88000/imx708@1a', 'CAM0'],
    [pi5, '/base/axi/pcie@120000/rp1/i2c@80000/imx708@1a', 'CAM1'],
    [pi5, '/base/axi/pcie@1000120000/rp1/i2c@80000/imx708@1a', 'CAM1'],
    [pi5, '/base/axi/pcie@1000120000/rp1/i2c@70000/imx708@1a', null],
    [
      { ...pi5, symbols: { i2c_csi_dsi0: '/axi/rp1/i2c@1', i2c_csi_dsi1: '/axi/rp1/i2c@2' } },
      '/base/axi/rp1/i2c@2/imx708@1a',
      'CAM1',
    ],
    [model('Compute Module 5 Rev 1.0'), '/base/axi/pcie@1000120000/rp1/i2c@70000/imx708@1a', 'CAM1'],
    [model('Compute Module 4 Rev 1.1'), '/base/soc/i2c0mux/i2c@0/imx708@1a', 'CAM0'],
    [model('Compute Module 4 Rev 1.1'), '/base/soc/i2c0mux/i2c@1/imx708@1a', 'CAM1'],
    [model('Compute Module 4 Rev 1.1', symbols), '/base/soc/i2c0mux/i2c@1/imx708@1a', 'CAM1'],
    [model('Compute Module 3 Plus Rev 1.0', symbols), '/base/soc/i2c0mux/i2c@0/imx219@10', 'CAM0'],
    [model('4 Model B Rev 1.4', symbols), '/base/soc/i2c0mux/i2c@1/imx708@1a', 'CAM'],
    [model('3 Model B Plus Rev 1.3'), '/base/soc/i2c0mux/i2c@1/imx219@10', 'CAM'],
    [model('4 Model B Rev 1.4', symbols), '/base/scb/pcie@7d500000/pci@0,0/usb@0,0-1.2:1.0-046d:0825', null],
    [{ model: null, symbols: {} }, '/base/soc/i2c0mux/i2c@1/imx708@1a', null],
    [{ model: 'Radxa ROCK 5B', symbols: {} }, '/base/i2c@fec80000/imx708@1a', null],
    [pi5, 'Virtual0', null],
  ];
  for (const [board, id, socket] of cases)
    test(`${board.model ?? 'a PC'}, ${id}`, () => assert.equal(socketOf(id, board), socket));
});

test('a socket that no camera is in, or that no board has, is refused by its own key', async () => {
  for (const device of ['CAM1', 'CAM7'])
    await assert.rejects(planOn(pcWithoutGl, `cameras.left.device=${device}`, 'layout=sbs'), {
      reason: 'source-failed',
      path: 'profile.cameras.left.device',
      message: new RegExp(`no camera is known to be at ${device} for the left eye`),
    });
});

test('one camera for both eyes is refused before anything starts', async () => {
  const machine = {
    ...pcWithoutGl,
    ...sortDevices(recorded(pc.board, { nodes: [...camera(0, 'ELP'), ...camera(2, 'ELP')] })),
  };
  const both = ['cameras.left.device=/dev/video2', 'cameras.right.device=/dev/video2'];
  await assert.rejects(planOn(machine, ...both), {
    reason: 'source-failed',
    path: 'profile.cameras.right.device',
    message: /cameras\.right\.device names the camera of the other eye, \/dev\/video2/,
  });
});
