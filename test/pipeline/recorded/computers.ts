import type { Recorded } from '../../../src/engine/sort-devices.js';
import { pc, recorded } from './boards.js';
import { anySize, caps, jpeg, libcamera, listed, raw, unlisted, usbCamera, webcamInLibcamera } from './devices.js';

/** Machines without a device tree: laptops, a PC with a capture card, virtual cameras. */

const usb = (ports: string, configured = '1.0') =>
  `/sys/devices/pci0000:00/0000:00:14.0/usb1/1-${ports}/1-${ports}:${configured}`;

/** One device of the laptop's, with two functions: colour, and grey for the infrared lamp beside it. */
const laptopNodes = [
  ...usbCamera({
    number: 0,
    card: 'Integrated Camera: Integrated C',
    bus: 'usb-0000:00:14.0-8',
    device: usb('8'),
  }),
  ...usbCamera({
    number: 2,
    card: 'Integrated Camera: Integrated I',
    bus: 'usb-0000:00:14.0-8',
    device: usb('8', '1.2'),
    offer: raw('GRAY8', [
      [640, 480, '30/1'],
      [640, 360, '15/1'],
    ]),
  }),
];
export const laptop = recorded(pc.board, { nodes: laptopNodes });

/** The same on Debian 13, whose libcamera lists USB cameras, too. */
export const laptopInLibcamera = recorded(pc.board, {
  nodes: laptopNodes,
  libcamera: [
    libcamera('\\_SB_.PC00.XHCI.RHUB-8:1.0-04f2:b6dd', webcamInLibcamera),
    libcamera(
      '\\_SB_.PC00.XHCI.RHUB-8:1.2-04f2:b6dd',
      'video/x-raw, format=(string)GRAY8, width=(int)640, height=(int)480',
    ),
  ],
});

/** A newer laptop: its sensor is behind Intel's IPU6, whose receivers are nodes for the media controller; the real camera comes over USB. */
export const laptopWithIpu6 = recorded(pc.board, {
  nodes: [
    ...[0, 1, 2, 3].map((number) =>
      listed({
        number,
        driver: 'isys',
        card: 'ipu6',
        name: `Intel IPU6 ISYS Capture ${number}`,
        bus: 'PCI:0000:00:05.0',
        device: '/sys/devices/pci0000:00/0000:00:05.0',
        capabilities: caps.capture | caps.metadata | caps.mediaController,
        caps: anySize('{ YUY2, UYVY }', 2, 4672, 2),
      }),
    ),
    ...usbCamera({ number: 4, bus: 'usb-0000:00:14.0-3', device: usb('3') }),
  ],
});

/** An HDMI stick lists sizes like a webcam, and with them the common default. */
export const pcWithStick = recorded(pc.board, {
  nodes: usbCamera({
    number: 0,
    card: 'USB Video: USB Video',
    bus: 'usb-0000:00:14.0-2',
    device: usb('2'),
    offer: `${jpeg([
      [1920, 1080, '{ 30/1, 25/1 }'],
      [640, 480, '30/1'],
    ])}; ${raw('YUY2', [[640, 480, '30/1']])}`,
  }),
});

/** A card that lists only what comes in. */
export const pcWithCard = recorded(pc.board, {
  nodes: usbCamera({
    number: 0,
    card: 'Cam Link 4K: Cam Link 4K',
    bus: 'usb-0000:00:14.0-2',
    device: usb('2'),
    offer: `${raw('YUY2', [[1920, 1080, '60000/1001']])}; ${raw('NV12', [[1920, 1080, '60000/1001']])}`,
  }),
});

/** A television card scales to any size, and has a picture all the same. */
export const pcWithTuner = recorded(pc.board, {
  nodes: [
    listed({
      number: 0,
      driver: 'bttv',
      card: 'BT878 video (Hauppauge (bt878))',
      bus: 'PCI:0000:05:00.0',
      device: '/sys/devices/pci0000:00/0000:05:00.0',
      capabilities: caps.capture | caps.tuner | caps.audio | caps.readWrite,
      caps: anySize('{ BGRx, YUY2, UYVY, I420 }', 48, 924, 4),
    }),
  ],
});

/** A camera with an H.264 encoder of its own, whose stream has a node of its own; two of them. */
export const pcWithEncodingCameras = recorded(pc.board, {
  nodes: [0, 1].flatMap((index) => {
    const about = {
      card: 'HD USB Camera: HD USB Camera',
      bus: `usb-0000:00:14.0-${index + 1}`,
      device: usb(`${index + 1}`),
    };
    const h264 =
      'video/x-h264, stream-format=(string)byte-stream, alignment=(string)au, width=(int)1280, height=(int)720, pixel-aspect-ratio=(fraction)1/1, framerate=(fraction)30/1';
    return [
      ...usbCamera({ number: index * 4, ...about }),
      ...usbCamera({
        number: index * 4 + 2,
        ...about,
        offer: index === 0 ? h264 : jpeg([[1280, 720, '30/1']]),
      }),
    ];
  }),
});

const loopback = {
  number: 10,
  driver: 'v4l2 loopback',
  card: 'OBS Virtual Camera',
  bus: 'platform:v4l2loopback-000',
  device: null,
};
/** v4l2loopback with exclusive_caps=1 and a program that gives it pictures. */
export const virtualCamera = recorded(pc.board, {
  nodes: [
    listed({
      ...loopback,
      capabilities: caps.capture | caps.readWrite,
      caps: raw('I420', [[640, 480, '30/1']]),
    }),
  ],
});
/** The same as it is loaded by default: it takes and gives, and GStreamer lists it as neither. */
export const virtualCameraUnlisted = recorded(pc.board, {
  nodes: [unlisted(10, loopback.card, null, null)],
});

/** Another user's cameras: not in the group video, nothing can be opened. */
export function withoutTheGroup(machine: Recorded): Recorded {
  return {
    ...machine,
    devices: [],
    nodes: machine.nodes.map((node) => ({ ...node, openable: false })),
  };
}

/** Another program has a node open. */
export function heldBy(machine: Recorded, path: string, command: string): Recorded {
  return { ...machine, holders: { ...machine.holders, [path]: { pid: 812, command } } };
}
