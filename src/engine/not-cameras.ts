import type { Offer } from './device-caps.js';
import type { NodeProperties } from './device-properties.js';

const receiver = 'the receiver behind a camera socket; its raw data become pictures through libcamera';
const processor = 'an image processor, which libcamera drives';

/**
 * Drivers whose nodes never give a camera's pictures by themselves, though many are capture nodes: named as VIDIOC_QUERYCAP names them, or /sys. The
 * image processors and receivers of other boards are told by their capabilities, too; here are those that do not have these flags in every kernel.
 */
const drivers: readonly { driver: RegExp; because: string }[] = [
  { driver: /^bcm2835-isp$/, because: 'the image processor of a Raspberry Pi, which libcamera drives' },
  { driver: /^pispbe$/, because: 'the image processor of a Raspberry Pi 5, which libcamera drives' },
  { driver: /^bcm2835-codec$/, because: 'the encoder and decoder of a Raspberry Pi' },
  { driver: /^(rpivid|rpi-hevc-dec|hevc-d)$/, because: 'the H.265 decoder of a Raspberry Pi' },
  { driver: /^(bcm2835-)?unicam$/, because: receiver },
  { driver: /^rp1-cfe$/, because: receiver },
  { driver: /^(rkcif|rkisp\d*|rkispp)/, because: `${processor} (Rockchip)` },
  { driver: /^(mxc-isi|imx8-isi|imx7-csi|mx6s-csi|imx-media)/, because: `${receiver} (i.MX)` },
  { driver: /^(ipu3-cio2|ipu3-imgu|intel-ipu\d|isys|atomisp)/, because: `${processor} (Intel)` },
  { driver: /^qcom-camss$/, because: `${receiver} (Qualcomm)` },
  { driver: /^(vim2m|vicodec|visl|vimc)$/, because: 'a test driver of the kernel' },
];

/** V4L2_CAP_… of the kernel's videodev2.h. */
const flags = {
  capture: 0x1 | 0x1000,
  output: 0x2 | 0x2000,
  memoryToMemory: 0x4000 | 0x8000,
  metadata: 0x00800000 | 0x08000000,
  touch: 0x10000000,
  mediaController: 0x20000000,
} as const;

/** On the chip itself (no USB, no PCI) what lists any size is a scaler or an image processor, but for these. */
const camerasOfAnySize = /^(v4l2 loopback|vivid|bm2835 mmal)$/;

const mediaWords: Record<string, string> = {
  'video/x-h264': 'H.264',
  'video/x-h265': 'H.265',
  'video/x-bayer': 'raw Bayer data',
  'video/mpegts': 'MPEG-TS',
  'video/mpeg': 'MPEG',
};

/** Why a node is no camera, as half a sentence; null if it may be one. */
export function whyNoCamera(node: NodeProperties, offer: Offer): string | null {
  return byDriver(node.driver) ?? byCapability(node) ?? byFormat(offer) ?? bySize(node, offer);
}

/** Why nothing of this driver is a camera, or null. */
export function byDriver(driver: string | null): string | null {
  const name = driver?.replaceAll('_', '-') ?? '';
  return drivers.find((each) => each.driver.test(name))?.because ?? null;
}

function byCapability({ capabilities, driver }: NodeProperties): string | null {
  if (capabilities === null) return null;
  const has = (flag: keyof typeof flags) => (capabilities & flags[flag]) !== 0;
  if (has('touch')) return 'a touch sensor';
  // A virtual camera takes the pictures that it gives from another program.
  if (has('memoryToMemory') && driver !== 'v4l2 loopback')
    return 'it converts pictures that a program gives it (a codec or a scaler)';
  if (!has('capture')) {
    if (has('output')) return 'it takes pictures and gives none (an output)';
    return has('metadata') ? 'it gives data about pictures, no pictures' : 'it gives no pictures';
  }
  return has('mediaController') ? receiver : null;
}

function byFormat({ raw, jpeg, others }: Offer): string | null {
  if (raw.length > 0 || jpeg || others.length === 0) return null;
  return `it gives only ${others.map((media) => mediaWords[media] ?? media).join(' and ')}`;
}

function bySize({ bus, driver }: NodeProperties, { sizes, range }: Offer): string | null {
  if (sizes === 'fixed' || camerasOfAnySize.test(driver ?? '')) return null;
  if (sizes === 'none') return 'it lists no size';
  // Television cards scale, too, and have a picture.
  if (/^(usb-|pci)/i.test(bus)) return null;
  return `it lists no size of its own but any from ${range}, as image processors do`;
}
