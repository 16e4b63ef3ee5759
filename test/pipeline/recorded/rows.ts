import type { Recorded } from '../../../src/engine/sort-devices.js';
import type { Layout } from '../../../src/protocol/ws.js';
import { cm4, pc, pi3, pi4, pi5, recordedOn, zero2, type Connected, type RecordedBoard } from './boards.js';
import {
  heldBy,
  laptop,
  laptopInLibcamera,
  laptopWithIpu6,
  pcWithCard,
  pcWithEncodingCameras,
  pcWithStick,
  pcWithTuner,
  virtualCamera,
  virtualCameraUnlisted,
  withoutTheGroup,
} from './computers.js';

/** A machine and the plan that it must get. */
export interface Row {
  name: string;
  machine: Pick<RecordedBoard, 'board' | 'rest'>;
  recorded: Recorded;
  /** As with `--set profile.`. */
  set?: readonly string[];
  must: Outcome | { refused: string };
}

export interface Outcome {
  /** Source of each eye as the plan names it. */
  left: string;
  right?: string;
  layout: Layout;
  /** Of the encoded picture. */
  size: string;
  encoder: string;
  /** Lines of `binocle plan`, without what stands before and after. */
  says: readonly string[];
}

const hd = ['capture.width=1280', 'capture.height=720'];

const webcams = ['v4l2, /dev/video0', 'v4l2, /dev/video2'] as const;

const noCamera = { left: 'sim', right: 'sim', layout: 'sbs', size: '1280x480' } as const;
const both = { layout: 'sbs', size: '1280x480' } as const;
const alone = { layout: 'mono', size: '640x480' } as const;

const says = {
  noCamera: 'source left: sim, since no camera can be used',
  second:
    'not both: that takes two cameras: a second one is taken at the next start, or with layout sbs while this runs',
  mono: 'layout: mono, since there is one camera',
  isp: '/dev/video13 to 16, 20 to 23 (bcm2835-isp): the image processor of a Raspberry Pi, which libcamera drives',
  codec: '/dev/video10 to 12, 18, 31 (bcm2835-codec): the encoder and decoder of a Raspberry Pi',
  pisp: '/dev/video20 to 35 (pispbe): the image processor of a Raspberry Pi 5, which libcamera drives',
  hevc: '/dev/video19 (rpi-hevc-dec): the H.265 decoder of a Raspberry Pi',
  rpivid: '/dev/video19 (rpivid): the H.265 decoder of a Raspberry Pi',
  unicam: (nodes: string) =>
    `/dev/video${nodes} (unicam): the receiver behind a camera socket; its raw data become pictures through libcamera`,
  frontEnd: (nodes: string) =>
    `/dev/video${nodes} (rp1-cfe): the receiver behind a camera socket; its raw data become pictures through libcamera`,
  noEncoder: 'encoder: x264enc, since a Raspberry Pi 5 has no H.264 encoder in its hardware, so it is done in software',
  twoSockets: 'since 2 libcamera cameras are here; CAM0 is the left eye, CAM1 the right',
  twoNodes: 'since 2 v4l2 cameras are here, the first of the list is the left eye',
  multiplexed:
    'not both: /base/soc/i2c0mux/i2c@1/pca@70/i2c@1/imx219@10 at CAM is behind the same multiplexer, which lets one camera through at a time',
  anotherKind: (node: string) =>
    `not both: ${node} is of another kind (v4l2), and unequal cameras make a pair only where cameras.left.device and cameras.right.device name them`,
  tooWide: 'not sbs: 2560x720 is wider than 1920, the most that v4l2h264enc takes',
  jpegOnly: 'it delivers this size and rate as Motion JPEG only',
} as const;

const on = (board: RecordedBoard, name: string, connected: Connected, must: Row['must'], set: string[] = []): Row => ({
  name: `${board.name}, ${name}`,
  machine: board,
  recorded: recordedOn(board, connected),
  set,
  must,
});

/** Boards with one socket, and an encoder in hardware that takes at most 1920x1920. */
function oneSocketBoard(board: RecordedBoard, ...nodes: string[]): Row[] {
  const encoder = 'v4l2h264enc';
  const sensor = 'libcamera, /base/soc/i2c0mux/i2c@1/imx708@1a at CAM';
  const multiplexed = 'libcamera, /base/soc/i2c0mux/i2c@1/pca@70/i2c@0/imx219@10 at CAM';
  return [
    on(board, 'no camera', {}, { ...noCamera, encoder, says: [says.noCamera, says.isp, says.codec, ...nodes] }),
    on(
      board,
      'one CSI camera',
      { csi: 1 },
      {
        ...alone,
        left: sensor,
        encoder,
        says: [says.second, says.mono, says.unicam('0, 1'), says.isp, ...nodes],
      },
    ),
    on(
      board,
      'two CSI cameras behind a multiplexer',
      { csi: 2 },
      {
        ...alone,
        left: multiplexed,
        encoder,
        says: [says.multiplexed, says.mono],
      },
    ),
    on(
      board,
      'one USB camera',
      { usb: 1 },
      {
        ...alone,
        left: webcams[0],
        encoder,
        says: [
          says.second,
          says.isp,
          '/dev/video1 (HD Webcam C525: HD Webcam C525): it gives data about the pictures of /dev/video0, no pictures',
        ],
      },
    ),
    on(
      board,
      'two USB cameras',
      { usb: 2 },
      {
        ...both,
        left: webcams[0],
        right: webcams[1],
        encoder,
        says: [says.twoNodes, says.isp],
      },
    ),
    on(
      board,
      'two USB cameras of 1280x720',
      { usb: 2 },
      {
        left: webcams[0],
        right: webcams[1],
        layout: 'tab',
        size: '1280x1440',
        encoder,
        says: [says.twoNodes, says.tooWide, says.jpegOnly],
      },
      hd,
    ),
    on(
      board,
      'one CSI and one USB camera',
      { csi: 1, usb: 1 },
      {
        ...alone,
        left: sensor,
        encoder,
        says: [says.anotherKind('/dev/video2'), 'not v4l2: libcamera comes first: it knows sensors and their controls'],
      },
    ),
    on(
      board,
      'two CSI cameras behind a multiplexer and one USB camera',
      { csi: 2, usb: 1 },
      {
        ...alone,
        left: multiplexed,
        encoder,
        says: ['which lets one camera through at a time; /dev/video4 is of another kind (v4l2)'],
      },
    ),
    on(
      board,
      'one CSI and two USB cameras',
      { csi: 1, usb: 2 },
      {
        ...both,
        left: 'v4l2, /dev/video2',
        right: 'v4l2, /dev/video4',
        encoder,
        says: [says.twoNodes, 'not libcamera: 1 camera found for 2 eyes'],
      },
    ),
  ];
}

const pi5Sensors = {
  cam0: 'libcamera, /base/axi/pcie@1000120000/rp1/i2c@88000/imx708@1a at CAM0',
  cam1: 'libcamera, /base/axi/pcie@1000120000/rp1/i2c@80000/imx708@1a at CAM1',
};
const cm4Sensors = {
  cam0: 'libcamera, /base/soc/i2c0mux/i2c@0/imx708@1a at CAM0',
  cam1: 'libcamera, /base/soc/i2c0mux/i2c@1/imx708@1a at CAM1',
};

const pi5Rows: Row[] = [
  on(
    pi5,
    'no camera',
    {},
    {
      ...noCamera,
      encoder: 'x264enc',
      says: [says.noCamera, says.pisp, says.hevc, says.noEncoder],
    },
  ),
  on(
    pi5,
    'one CSI camera',
    { csi: 1 },
    {
      ...alone,
      left: pi5Sensors.cam0,
      encoder: 'x264enc',
      says: [says.second, says.mono, says.frontEnd('0 to 7'), says.pisp],
    },
  ),
  on(
    pi5,
    'two CSI cameras',
    { csi: 2 },
    {
      ...both,
      left: pi5Sensors.cam0,
      right: pi5Sensors.cam1,
      encoder: 'x264enc',
      says: [says.twoSockets, says.frontEnd('0 to 15'), says.noEncoder],
    },
  ),
  on(
    pi5,
    'two CSI cameras of 1280x720',
    { csi: 2 },
    {
      left: pi5Sensors.cam0,
      right: pi5Sensors.cam1,
      layout: 'sbs',
      size: '2560x720',
      encoder: 'x264enc',
      says: [says.twoSockets, 'not tab: side by side fits'],
    },
    hd,
  ),
  on(pi5, 'one USB camera', { usb: 1 }, { ...alone, left: webcams[0], encoder: 'x264enc', says: [says.second] }),
  on(
    pi5,
    'two USB cameras',
    { usb: 2 },
    {
      ...both,
      left: webcams[0],
      right: webcams[1],
      encoder: 'x264enc',
      says: [says.twoNodes, says.pisp],
    },
  ),
  on(
    pi5,
    'one CSI and one USB camera',
    { csi: 1, usb: 1 },
    {
      ...alone,
      left: pi5Sensors.cam0,
      encoder: 'x264enc',
      says: [says.anotherKind('/dev/video8')],
    },
  ),
  on(
    pi5,
    'two CSI cameras and one USB camera',
    { csi: 2, usb: 1 },
    {
      ...both,
      left: pi5Sensors.cam0,
      right: pi5Sensors.cam1,
      encoder: 'x264enc',
      says: [says.twoSockets, 'not v4l2: 1 camera found for 2 eyes'],
    },
  ),
  on(
    pi5,
    'one CSI and one USB camera, both named',
    { csi: 1, usb: 1 },
    {
      ...both,
      left: pi5Sensors.cam0,
      right: 'v4l2, /dev/video8',
      encoder: 'x264enc',
      says: ['since cameras.left.device is CAM0', 'since cameras.right.device is /dev/video8'],
    },
    ['cameras.left.device=CAM0', 'cameras.right.device=/dev/video8'],
  ),
  on(
    pi5,
    'two CSI cameras, CAM1 named for the left eye',
    { csi: 2 },
    { ...both, left: pi5Sensors.cam1, right: pi5Sensors.cam0, encoder: 'x264enc', says: [] },
    ['cameras.left.device=cam1'],
  ),
  on(
    pi5,
    'one CSI camera, CAM0 named for the left eye',
    { csi: 1 },
    { ...alone, left: pi5Sensors.cam0, encoder: 'x264enc', says: [says.second, says.mono] },
    ['cameras.left.device=CAM0'],
  ),
  on(
    pi5,
    'one CSI camera, CAM0 named for the right eye',
    { csi: 1 },
    {
      ...alone,
      left: pi5Sensors.cam0,
      encoder: 'x264enc',
      says: ['eyes: left alone, with the camera of the right, since one camera can be used', says.second],
    },
    ['cameras.right.device=CAM0'],
  ),
  on(
    pi5,
    'one CSI camera, libcamera asked for in both eyes',
    { csi: 1 },
    { ...alone, left: pi5Sensors.cam0, encoder: 'x264enc', says: [says.second] },
    ['cameras.left.source=libcamera', 'cameras.right.source=libcamera'],
  ),
  on(
    pi5,
    'one CSI camera, the empty socket named',
    { csi: 1 },
    {
      refused:
        'no camera is known to be at CAM1 for the left eye; found: /base/axi/pcie@1000120000/rp1/i2c@88000/imx708@1a at CAM0 (libcamera); 25 video devices are left out. `binocle cameras` tells more.',
    },
    ['cameras.left.device=CAM1'],
  ),
  on(
    pi5,
    'one CSI camera, side by side asked for',
    { csi: 1 },
    {
      ...noCamera,
      encoder: 'x264enc',
      says: [
        'source left: sim, since layout sbs takes two cameras of one kind, or two that cameras.left.device and cameras.right.device name; auto and mono show one',
        'not libcamera: 1 camera found for 2 eyes',
      ],
    },
    ['layout=sbs'],
  ),
  on(
    pi5,
    'one CSI camera named, side by side asked for',
    { csi: 1 },
    {
      refused:
        'no libcamera camera is free for the right eye; found: /base/axi/pcie@1000120000/rp1/i2c@88000/imx708@1a at CAM0 (libcamera); 25 video devices are left out. `binocle cameras` tells more.',
    },
    ['cameras.left.device=0', 'layout=sbs'],
  ),
  {
    name: 'Raspberry Pi 5, two CSI cameras, one of them in use',
    machine: pi5,
    recorded: {
      ...heldBy(recordedOn(pi5, { csi: 2 }), '/dev/v4l-subdev3', 'rpicam-vid -t 0'),
      sensors: { '/base/axi/pcie@1000120000/rp1/i2c@88000/imx708@1a': '/dev/v4l-subdev3' },
    },
    must: {
      ...alone,
      left: pi5Sensors.cam1,
      encoder: 'x264enc',
      says: [
        'not both: /base/axi/pcie@1000120000/rp1/i2c@88000/imx708@1a at CAM0 is in use by rpicam-vid -t 0 (process 812)',
      ],
    },
  },
];

const cm4Rows: Row[] = [
  on(cm4, 'no camera', {}, { ...noCamera, encoder: 'v4l2h264enc', says: [says.noCamera, says.isp, says.rpivid] }),
  on(
    cm4,
    'one CSI camera',
    { csi: 1 },
    {
      ...alone,
      left: cm4Sensors.cam0,
      encoder: 'v4l2h264enc',
      says: [says.second, says.unicam('0, 1')],
    },
  ),
  on(
    cm4,
    'two CSI cameras',
    { csi: 2 },
    {
      ...both,
      left: cm4Sensors.cam0,
      right: cm4Sensors.cam1,
      encoder: 'v4l2h264enc',
      says: [says.twoSockets, says.unicam('0 to 3')],
    },
  ),
  on(
    cm4,
    'two CSI cameras of 1280x720',
    { csi: 2 },
    {
      left: cm4Sensors.cam0,
      right: cm4Sensors.cam1,
      layout: 'tab',
      size: '1280x1440',
      encoder: 'v4l2h264enc',
      says: [says.tooWide],
    },
    hd,
  ),
  on(cm4, 'one USB camera', { usb: 1 }, { ...alone, left: webcams[0], encoder: 'v4l2h264enc', says: [says.second] }),
  on(
    cm4,
    'two USB cameras',
    { usb: 2 },
    {
      ...both,
      left: webcams[0],
      right: webcams[1],
      encoder: 'v4l2h264enc',
      says: [says.twoNodes],
    },
  ),
  on(
    cm4,
    'one CSI and one USB camera',
    { csi: 1, usb: 1 },
    {
      ...alone,
      left: cm4Sensors.cam0,
      encoder: 'v4l2h264enc',
      says: [says.anotherKind('/dev/video2')],
    },
  ),
  on(
    cm4,
    'two CSI cameras and one USB camera',
    { csi: 2, usb: 1 },
    {
      ...both,
      left: cm4Sensors.cam0,
      right: cm4Sensors.cam1,
      encoder: 'v4l2h264enc',
      says: [says.twoSockets],
    },
  ),
];

const sameCamera = (id: string, node: string) =>
  `${id} (usb): the same camera as ${node}, whose frame rates V4L2 tells`;

const usbInLibcamera: Row[] = [
  on(
    pi4,
    'two USB cameras that libcamera lists, too',
    { usb: 2, uvcInLibcamera: true },
    {
      ...both,
      left: webcams[0],
      right: webcams[1],
      encoder: 'v4l2h264enc',
      says: [
        says.twoNodes,
        'not libcamera: no camera found but those that v4l2 gives, too',
        sameCamera('/base/scb/pcie@7d500000/pci@0,0/usb@0,0-1.1:1.0-046d:0825', '/dev/video0'),
        sameCamera('/base/scb/pcie@7d500000/pci@0,0/usb@0,0-1.2:1.0-046d:0825', '/dev/video2'),
      ],
    },
  ),
  on(
    pi4,
    'two USB cameras, libcamera asked for',
    { usb: 2, uvcInLibcamera: true },
    {
      ...both,
      left: 'libcamera, /base/scb/pcie@7d500000/pci@0,0/usb@0,0-1.1:1.0-046d:0825',
      right: 'libcamera, /base/scb/pcie@7d500000/pci@0,0/usb@0,0-1.2:1.0-046d:0825',
      encoder: 'v4l2h264enc',
      says: ['since cameras.left.source says so'],
    },
    ['cameras.left.source=libcamera', 'cameras.right.source=libcamera'],
  ),
  on(
    pi5,
    'two USB cameras that libcamera lists, too',
    { usb: 2, uvcInLibcamera: true },
    {
      ...both,
      left: webcams[0],
      right: webcams[1],
      encoder: 'x264enc',
      says: [says.twoNodes],
    },
  ),
  on(
    pi5,
    'one CSI and one USB camera that libcamera lists, too',
    { csi: 1, usb: 1, uvcInLibcamera: true },
    {
      ...alone,
      left: pi5Sensors.cam0,
      encoder: 'x264enc',
      says: [says.anotherKind('/dev/video8')],
    },
  ),
];

const named: Row[] = [
  on(
    pi4,
    'no camera, a node of the image processor named',
    {},
    {
      ...alone,
      left: 'v4l2, /dev/video14',
      encoder: 'v4l2h264enc',
      says: ['since cameras.left.device is /dev/video14'],
    },
    ['cameras.left.device=/dev/video14'],
  ),
  on(
    pi4,
    'no camera, a node named that is not there',
    {},
    {
      refused:
        'there is no v4l2 camera /dev/video77 for the left eye; no camera was found; 14 video devices are left out. `binocle cameras` tells more.',
    },
    ['cameras.left.device=/dev/video77'],
  ),
];

const at = (name: string, recorded: Recorded, must: Row['must'], ...set: string[]): Row => ({
  name,
  machine: pc,
  recorded,
  set,
  must,
});
const encoder = 'vah264enc';
const infrared = (because: string) => `/dev/video2 (Integrated Camera: Integrated I): ${because}`;

const computers: Row[] = [
  at('laptop with an infrared camera and metadata nodes', laptop, {
    ...alone,
    left: webcams[0],
    encoder,
    says: [
      says.second,
      infrared('an infrared camera, and /dev/video0 sees colours'),
      '/dev/video1 (Integrated Camera: Integrated C): it gives data about the pictures of /dev/video0, no pictures',
    ],
  }),
  at('laptop on Debian 13, whose libcamera lists both, too', laptopInLibcamera, {
    ...alone,
    left: webcams[0],
    encoder,
    says: [
      '\\_SB_.PC00.XHCI.RHUB-8:1.0-04f2:b6dd: the same camera as /dev/video0, whose frame rates V4L2 tells',
      '\\_SB_.PC00.XHCI.RHUB-8:1.2-04f2:b6dd: the same camera as /dev/video2, whose frame rates V4L2 tells',
    ],
  }),
  at(
    'laptop, both eyes named, one of them the infrared camera',
    laptop,
    { ...both, left: webcams[0], right: webcams[1], encoder, says: ['since cameras.right.device is /dev/video2'] },
    'cameras.left.device=/dev/video0',
    'cameras.right.device=/dev/video2',
  ),
  at('laptop with an IPU6 and a USB camera', laptopWithIpu6, {
    ...alone,
    left: 'v4l2, /dev/video4',
    encoder,
    says: ['/dev/video0 to 3 (isys): an image processor, which libcamera drives (Intel)'],
  }),
  at('PC with an HDMI stick', pcWithStick, { ...alone, left: webcams[0], encoder, says: [says.second] }),
  at('PC with a capture card of one size, another one asked for', pcWithCard, {
    refused:
      '/dev/video0 does not deliver 640x480 at 30 frames a second; it has 1920x1080@59.94. Ask for one of them, e.g. --set profile.capture.width=1920 --set profile.capture.height=1080 --set profile.capture.fps=59.94.',
  }),
  at(
    'PC with a capture card of one size',
    pcWithCard,
    { left: webcams[0], layout: 'mono', size: '1920x1080', encoder, says: [says.second] },
    'capture.width=1920',
    'capture.height=1080',
    'capture.fps=59.94',
  ),
  at('PC with a television card, which scales to any size', pcWithTuner, {
    ...alone,
    left: webcams[0],
    encoder,
    says: [says.second],
  }),
  at('PC with two cameras that have a second node', pcWithEncodingCameras, {
    ...both,
    left: webcams[0],
    right: 'v4l2, /dev/video4',
    encoder,
    says: [
      says.twoNodes,
      '/dev/video2 (HD USB Camera: HD USB Camera): it gives only H.264',
      '/dev/video6 (HD USB Camera: HD USB Camera): another node of the camera at /dev/video4',
    ],
  }),
  at('virtual camera', virtualCamera, { ...alone, left: 'v4l2, /dev/video10', encoder, says: [says.second] }),
  at('virtual camera as it is loaded by default', virtualCameraUnlisted, {
    ...noCamera,
    encoder,
    says: [
      '/dev/video10 (OBS Virtual Camera): a virtual one that takes pictures, too; loaded with exclusive_caps=1, v4l2loopback is a camera',
    ],
  }),
  at(
    'virtual camera as it is loaded by default, named',
    virtualCameraUnlisted,
    { ...alone, left: 'v4l2, /dev/video10', encoder, says: ['since cameras.left.device is /dev/video10'] },
    'cameras.left.device=/dev/video10',
  ),
  at('laptop, the user not in the group video', withoutTheGroup(laptop), {
    ...noCamera,
    encoder,
    says: [
      'not v4l2: no camera found, /dev/video0, /dev/video1, /dev/video2, /dev/video3 may not be opened by this user',
      '/dev/video0 to 3 (uvcvideo): this user may not open it; the group video may',
    ],
  }),
  at('laptop, its camera in use', heldBy(laptop, '/dev/video0', 'cheese'), {
    ...noCamera,
    encoder,
    says: ['not v4l2: no camera found, 1 in use by another program'],
  }),
];

export const rows: readonly Row[] = [
  ...oneSocketBoard(pi3),
  ...oneSocketBoard(zero2),
  ...oneSocketBoard(pi4, says.rpivid),
  ...cm4Rows,
  ...pi5Rows,
  ...usbInLibcamera,
  ...named,
  ...computers,
];
