import type { Device } from '../../../src/engine/gst/devices.js';
import type { VideoNode } from '../../../src/engine/sort-devices.js';

/**
 * Video devices as GStreamer's device providers and /sys tell of them. None was recorded on a board: they are written from the sources of the kernel
 * (raspberrypi/linux: bcm2835-v4l2-isp.c, pisp_be.c, cfe.c, bcm2835-unicam.c, uvcvideo), of GStreamer (gstv4l2deviceprovider.c) and of libcamera (its
 * provider, pipeline_base.cpp, uvcvideo.cpp). A test holds the texts against GStreamer's own way of printing them.
 */
export interface RecordedNode {
  node: VideoNode;
  /** Null where GStreamer lists none: codecs, metadata, what cannot be opened. */
  device: Device | null;
}

/** V4L2_CAP_… of videodev2.h. */
export const caps = {
  capture: 0x1,
  output: 0x2,
  captureMplane: 0x1000,
  outputMplane: 0x2000,
  m2mMplane: 0x4000,
  tuner: 0x10000,
  audio: 0x20000,
  metadata: 0x00800000,
  readWrite: 0x01000000,
  streaming: 0x04000000,
  mediaController: 0x20000000,
} as const;
const extendedFormat = 0x00200000;
const deviceCaps = 0x80000000;

export interface NodeFacts {
  number: number;
  driver: string;
  card: string;
  bus: string;
  /** Folder in /sys of the device; null for a virtual one. */
  device: string | null;
  /** The node's own name where it is not the card's. */
  name?: string;
  capabilities: number;
  caps: string;
}

/** A node that GStreamer lists. */
export function listed({
  number,
  driver,
  card,
  bus,
  device,
  name,
  capabilities,
  caps: offered,
}: NodeFacts): RecordedNode {
  const path = `/dev/video${number}`;
  const own = (capabilities | caps.streaming | extendedFormat) >>> 0;
  const fields = [
    `device.path=(string)${path}`,
    'udev-probed=(boolean)false',
    'device.api=(string)v4l2',
    `v4l2.device.driver=(string)${quoted(driver)}`,
    `v4l2.device.card=(string)${quoted(card)}`,
    `v4l2.device.bus_info=(string)${quoted(bus)}`,
    'v4l2.device.version=(uint)396301',
    `v4l2.device.capabilities=(uint)${(own | deviceCaps) >>> 0}`,
    `v4l2.device.device_caps=(uint)${own}`,
  ];
  return {
    node: { path, name: name ?? card, driver: device === null ? null : driver, device, openable: true },
    device: {
      provider: 'v4l2deviceprovider',
      displayName: card,
      caps: offered,
      properties: `v4l2-proplist, ${fields.join(', ')};`,
    },
  };
}

/** A node that only /sys tells of. */
export function unlisted(number: number, name: string, driver: string | null, device: string | null): RecordedNode {
  return { node: { path: `/dev/video${number}`, name, driver, device, openable: true }, device: null };
}

/** As GStreamer writes a string in a structure. */
function quoted(text: string): string {
  if (/^[\w\-+/:.]+$/.test(text)) return text;
  const escaped = [...Buffer.from(text)].map((byte) => {
    const character = String.fromCharCode(byte);
    if (/[\w\-+/:.]/.test(character)) return character;
    return byte < 0x20 || byte > 0x7e ? `\\${byte.toString(8).padStart(3, '0')}` : `\\${character}`;
  });
  return `"${escaped.join('')}"`;
}

type Size = readonly [width: number, height: number];

/** Sizes of a USB camera's format, each with its rates, e.g. `{ 30/1, 15/1 }`. */
export const raw = (format: string, sizes: readonly (readonly [...Size, rates: string])[]): string =>
  sizes
    .map(
      ([width, height, rates]) =>
        `video/x-raw, format=(string)${format}, width=(int)${width}, height=(int)${height}, pixel-aspect-ratio=(fraction)1/1, framerate=(fraction)${rates}`,
    )
    .join('; ');

export const jpeg = (sizes: readonly (readonly [...Size, rates: string])[]): string =>
  sizes
    .map(
      ([width, height, rates]) =>
        `image/jpeg, parsed=(boolean)true, width=(int)${width}, height=(int)${height}, pixel-aspect-ratio=(fraction)1/1, framerate=(fraction)${rates}`,
    )
    .join('; ');

/** Any size between two, as image processors list it. */
export const anySize = (formats: string, least: number, most: number, step: number): string =>
  `video/x-raw, format=(string)${formats}, width=(int)[ ${least}, ${most}, ${step} ], height=(int)[ ${least}, ${most}, ${step} ], pixel-aspect-ratio=(fraction)1/1, framerate=(fraction)[ 0/1, 2147483647/1 ]`;

const webcamOffer = [
  raw('YUY2', [
    [640, 480, '{ 30/1, 15/1 }'],
    [1280, 720, '10/1'],
  ]),
  jpeg([
    [640, 480, '{ 30/1, 15/1 }'],
    [1280, 720, '30/1'],
    [1920, 1080, '30/1'],
  ]),
].join('; ');

/** A USB camera has two nodes: its pictures, and data about them. */
export function usbCamera({
  number,
  card = 'HD Webcam C525: HD Webcam C525',
  bus,
  device,
  offer = webcamOffer,
}: {
  number: number;
  card?: string;
  /** `usb-0000:01:00.0-1.2`. */
  bus: string;
  /** The function in /sys: …/1-1.2:1.0. */
  device: string;
  offer?: string;
}): RecordedNode[] {
  return [
    listed({ number, driver: 'uvcvideo', card, bus, device, capabilities: caps.capture, caps: offer }),
    unlisted(number + 1, card, 'uvcvideo', device),
  ];
}

/** A camera as libcamera's provider tells of it; properties are its own from version 0.4 on, and nobody reads them here. */
export function libcamera(id: string, offered: string): Device {
  return { provider: 'libcameraprovider', displayName: id, caps: offered, properties: '' };
}

/** A sensor behind a Raspberry Pi's image processor: libcamera lists sizes that are usual, and the range that they are from. */
export function sensorOffer([width, height]: Size): string {
  const usual: readonly Size[] = [
    [640, 480],
    [1280, 720],
    [1920, 1080],
  ];
  return ['NV12', 'I420', 'YUY2']
    .flatMap((format) => [
      ...usual.map(([w, h]) => `video/x-raw, format=(string)${format}, width=(int)${w}, height=(int)${h}`),
      `video/x-raw, format=(string)${format}, width=(int)[ 32, ${width}, 2 ], height=(int)[ 32, ${height}, 2 ]`,
    ])
    .join('; ');
}

/** The same USB camera in libcamera's list. */
export const webcamInLibcamera = [
  'image/jpeg, width=(int)640, height=(int)480',
  'image/jpeg, width=(int)1280, height=(int)720',
  'video/x-raw, format=(string)YUY2, width=(int)640, height=(int)480',
  'video/x-raw, format=(string)YUY2, width=(int)1280, height=(int)720',
].join('; ');
