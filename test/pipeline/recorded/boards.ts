import type { Device } from '../../../src/engine/gst/devices.js';
import type { Board } from '../../../src/engine/sockets.js';
import type { Recorded } from '../../../src/engine/sort-devices.js';
import type { Machine } from '../../../src/pipeline/machine.js';
import { pcWithVa, pi4 as pi4Machine, pi5 as pi5Machine } from '../machines.js';
import {
  anySize,
  caps,
  libcamera,
  listed,
  sensorOffer,
  unlisted,
  usbCamera,
  webcamInLibcamera,
  type RecordedNode,
} from './devices.js';

/** A board with what is always on it, and how cameras come to it. */
export interface RecordedBoard {
  name: string;
  board: Board;
  /** What a plan depends on besides cameras. */
  rest: Omit<Machine, 'cameras' | 'leftOut' | 'model'>;
  /** Image processors and codecs, whether or not a camera is connected. */
  always: readonly RecordedNode[];
  /** libcamera's id of one camera in a socket, and of two in libcamera's order. */
  one: string;
  two: readonly [first: string, second: string];
  /** The nodes of a receiver, from /dev/videoN on; they are there only with a camera. */
  receiver: (index: number) => readonly RecordedNode[];
  usb: (index: number, number: number) => { nodes: RecordedNode[]; id: string };
}

const processorFormats = '{ YUY2, UYVY, I420, YV12, NV12, NV21, RGB, BGR, BGRx }';
const without = ({ cameras: _cameras, model: _model, ...rest }: Machine) => rest;

/** Raspberry Pi 3, 4, Zero 2 W: ISP, codec, and from the Pi 4 on the H.265 decoder. */
function videocore(hevc: boolean): RecordedNode[] {
  const codec = '/sys/devices/platform/soc/fe00b840.mailbox/bcm2835-codec';
  const isp = '/sys/devices/platform/soc/fe00b840.mailbox/bcm2835-isp';
  const about = { driver: 'bcm2835-isp', card: 'bcm2835-isp', bus: 'platform:bcm2835-isp', device: isp };
  const processor = (first: number): RecordedNode[] => [
    listed({
      ...about,
      number: first,
      name: 'bcm2835-isp-output0',
      capabilities: caps.output,
      caps: anySize(processorFormats, 32, 16384, 2),
    }),
    ...[1, 2].map((index) =>
      listed({
        ...about,
        number: first + index,
        name: `bcm2835-isp-capture${index - 1}`,
        capabilities: caps.capture,
        caps: anySize(processorFormats, 32, 16384, 2),
      }),
    ),
    unlisted(first + 3, 'bcm2835-isp-stats2', 'bcm2835-isp', isp),
  ];
  const codecs = [
    [10, 'decode'],
    [11, 'encode'],
    [12, 'isp'],
    [18, 'image_fx'],
    [31, 'encode_image'],
  ] as const;
  return [
    ...codecs.map(([number, what]) => unlisted(number, `bcm2835-codec-${what}`, 'bcm2835-codec', codec)),
    ...processor(13),
    ...processor(20),
    ...(hevc ? [unlisted(19, 'rpivid', 'rpivid', '/sys/devices/platform/soc/feb10000.codec')] : []),
  ];
}

/** Raspberry Pi 5: two groups of the back end of its image processor, and the H.265 decoder. */
function pisp(): RecordedNode[] {
  const device = '/sys/devices/platform/axi/1000880000.pisp_be';
  const about = { driver: 'pispbe', card: 'pispbe', bus: 'platform:1000880000.pisp_be', device };
  const group = (first: number): RecordedNode[] => [
    listed({
      ...about,
      number: first,
      name: 'pispbe-input',
      capabilities: caps.outputMplane,
      caps: anySize(processorFormats, 16, 65536, 2),
    }),
    unlisted(first + 1, 'pispbe-tdn_input', 'pispbe', device),
    unlisted(first + 2, 'pispbe-stitch_input', 'pispbe', device),
    ...[3, 4].map((index) =>
      listed({
        ...about,
        number: first + index,
        name: `pispbe-output${index - 3}`,
        capabilities: caps.captureMplane,
        caps: anySize(processorFormats, 16, 65536, 2),
      }),
    ),
    unlisted(first + 5, 'pispbe-tdn_output', 'pispbe', device),
    unlisted(first + 6, 'pispbe-stitch_output', 'pispbe', device),
    unlisted(first + 7, 'pispbe-config', 'pispbe', device),
  ];
  const decoder = unlisted(19, 'rpi-hevc-dec', 'rpi-hevc-dec', '/sys/devices/platform/axi/1000800000.codec');
  return [decoder, ...group(20), ...group(28)];
}

const bayer =
  'video/x-bayer, format=(string){ bggr, gbrg, grbg, rggb }, width=(int)[ 16, 16376 ], height=(int)[ 16, 16376 ], pixel-aspect-ratio=(fraction)1/1, framerate=(fraction)[ 0/1, 2147483647/1 ]';

function unicam(index: number): RecordedNode[] {
  const [number, address] = [index * 2, index === 0 ? 'fe801000' : 'fe800000'];
  const device = `/sys/devices/platform/soc/${address}.csi`;
  return [
    listed({
      number,
      driver: 'unicam',
      card: 'unicam',
      name: 'unicam-image',
      bus: `platform:${address}.csi`,
      device,
      capabilities: caps.capture | caps.mediaController | caps.readWrite,
      caps: `${anySize('{ YUY2, UYVY, GRAY8 }', 16, 16376, 2)}; ${bayer}`,
    }),
    unlisted(number + 1, 'unicam-embedded', 'unicam', device),
  ];
}

function frontEnd(index: number): RecordedNode[] {
  const first = index * 8;
  const device = `/sys/devices/platform/axi/1000120000.pcie/1f0011${index === 0 ? '0' : '8'}000.csi`;
  const images = ['csi2_ch0', 'csi2_ch2', 'csi2_ch3', 'fe_image0', 'fe_image1'];
  return [
    ...images.map((name, at) =>
      listed({
        number: first + at,
        driver: 'rp1-cfe',
        card: 'rp1-cfe',
        name: `rp1-cfe-${name}`,
        bus: `platform:${device.split('/').at(-1)!}`,
        device,
        capabilities: caps.capture | caps.mediaController,
        caps: `${anySize('{ YUY2, UYVY }', 16, 16376, 2)}; ${bayer}`,
      }),
    ),
    ...['embedded', 'fe_stats', 'fe_config'].map((name, at) =>
      unlisted(first + images.length + at, `rp1-cfe-${name}`, 'rp1-cfe', device),
    ),
  ];
}

/** USB behind a hub (`usb-0000:01:00.0-1.2`) or at a port; `controller` is its path in the device tree, which libcamera's id begins with. */
function usbOf(bus: (index: number) => [bus: string, sysfs: string, controller: string]): RecordedBoard['usb'] {
  return (index, number) => {
    const [info, device, controller] = bus(index);
    const ports = device.replace(/^.*\/\d+-/, '');
    return { nodes: usbCamera({ number, bus: info, device }), id: `${controller}-${ports}-046d:0825` };
  };
}

const oldUsb = usbOf((index) => [
  `usb-3f980000.usb-1.${index + 2}`,
  `/sys/devices/platform/soc/3f980000.usb/usb1/1-1/1-1.${index + 2}/1-1.${index + 2}:1.0`,
  '/base/soc/usb@7e980000',
]);
const pcieUsb = usbOf((index) => [
  `usb-0000:01:00.0-1.${index + 1}`,
  `/sys/devices/platform/scb/fd500000.pcie/pci0000:00/0000:00:00.0/0000:01:00.0/usb1/1-1/1-1.${index + 1}/1-1.${index + 1}:1.0`,
  '/base/scb/pcie@7d500000/pci@0,0/usb@0,0',
]);
/** Each of the Pi 5's cameras at a controller of its own, at the first port of it. */
const rp1Usb = usbOf((index) => [
  `usb-xhci-hcd.${index}-1`,
  `/sys/devices/platform/axi/1000120000.pcie/1f00${index + 2}00000.usb/xhci-hcd.${index}/usb${index * 2 + 1}/${index * 2 + 1}-1/${index * 2 + 1}-1:1.0`,
  `/base/axi/pcie@1000120000/rp1/usb@${index + 2}00000`,
]);

const oneSocket = { i2c_csi_dsi: '/soc/i2c0mux/i2c@1', i2c_csi_dsi0: '/soc/i2c0mux/i2c@0' };
/** One socket takes two cameras only by a multiplexer (overlay camera-mux-2port). */
const multiplexed = [
  '/base/soc/i2c0mux/i2c@1/pca@70/i2c@0/imx219@10',
  '/base/soc/i2c0mux/i2c@1/pca@70/i2c@1/imx219@10',
] as const;
const older = { ...without(pi4Machine), gl: { ...pi4Machine.gl, renderer: 'VC4 V3D 2.1' } as Machine['gl'] };

export const pi3: RecordedBoard = {
  name: 'Raspberry Pi 3',
  board: { model: 'Raspberry Pi 3 Model B Plus Rev 1.3', symbols: oneSocket },
  rest: older,
  always: videocore(false),
  one: '/base/soc/i2c0mux/i2c@1/imx708@1a',
  two: multiplexed,
  receiver: unicam,
  usb: oldUsb,
};
export const zero2: RecordedBoard = {
  ...pi3,
  name: 'Raspberry Pi Zero 2 W',
  board: { model: 'Raspberry Pi Zero 2 W Rev 1.0', symbols: oneSocket },
};
export const pi4: RecordedBoard = {
  name: 'Raspberry Pi 4',
  board: { model: 'Raspberry Pi 4 Model B Rev 1.4', symbols: oneSocket },
  rest: without(pi4Machine),
  always: videocore(true),
  one: '/base/soc/i2c0mux/i2c@1/imx708@1a',
  two: multiplexed,
  receiver: unicam,
  usb: pcieUsb,
};
export const cm4: RecordedBoard = {
  ...pi4,
  name: 'Compute Module 4',
  board: { model: 'Raspberry Pi Compute Module 4 Rev 1.1', symbols: oneSocket },
  one: '/base/soc/i2c0mux/i2c@0/imx708@1a',
  two: ['/base/soc/i2c0mux/i2c@1/imx708@1a', '/base/soc/i2c0mux/i2c@0/imx708@1a'],
};
export const pi5: RecordedBoard = {
  name: 'Raspberry Pi 5',
  board: {
    model: 'Raspberry Pi 5 Model B Rev 1.0',
    symbols: {
      i2c_csi_dsi: '/axi/pcie@1000120000/rp1/i2c@80000',
      i2c_csi_dsi0: '/axi/pcie@1000120000/rp1/i2c@88000',
      i2c_csi_dsi1: '/axi/pcie@1000120000/rp1/i2c@80000',
    },
  },
  rest: without(pi5Machine),
  always: pisp(),
  one: '/base/axi/pcie@1000120000/rp1/i2c@88000/imx708@1a',
  two: ['/base/axi/pcie@1000120000/rp1/i2c@80000/imx708@1a', '/base/axi/pcie@1000120000/rp1/i2c@88000/imx708@1a'],
  receiver: frontEnd,
  usb: rp1Usb,
};

/** A machine without a device tree, nor anything on it that is no camera. */
export const pc: Pick<RecordedBoard, 'board' | 'rest'> = {
  board: { model: null, symbols: {} },
  rest: without(pcWithVa),
};

export interface Connected {
  /** Cameras in the board's sockets, and USB cameras. */
  csi?: 0 | 1 | 2;
  usb?: 0 | 1 | 2;
  /** libcamera was built with its handler for USB cameras, as Debian's is. */
  uvcInLibcamera?: boolean;
}

/** What a board tells with these cameras. */
export function recordedOn(board: RecordedBoard, { csi = 0, usb = 0, uvcInLibcamera = false }: Connected): Recorded {
  const receivers = [0, 1].slice(0, csi).flatMap((index) => board.receiver(index));
  const webcams = [0, 1].slice(0, usb).map((index) => board.usb(index, receivers.length + index * 2));
  const ids = csi === 1 ? [board.one] : board.two.slice(0, csi);
  return recorded(board.board, {
    nodes: [...receivers, ...webcams.flatMap(({ nodes }) => nodes), ...board.always],
    libcamera: [
      ...ids.map((id) => libcamera(id, sensorOffer(id.includes('imx219') ? [3280, 2464] : [4608, 2592]))),
      ...(uvcInLibcamera ? webcams.map(({ id }) => libcamera(id, webcamInLibcamera)) : []),
    ],
  });
}

export function recorded(
  board: Board,
  { nodes, libcamera: known = [] }: { nodes: readonly RecordedNode[]; libcamera?: readonly Device[] },
): Recorded {
  // The provider tells of them from the last to the first.
  const devices = nodes.flatMap(({ device }) => device ?? []).toReversed();
  return { devices: [...known, ...devices], nodes: nodes.map(({ node }) => node), sensors: {}, holders: {}, board };
}
