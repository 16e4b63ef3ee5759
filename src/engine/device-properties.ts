/** What V4L2 says of a node (VIDIOC_QUERYCAP), as GStreamer's device provider tells it. */
export interface NodeProperties {
  /** /dev/video0. */
  path: string | null;
  driver: string | null;
  card: string;
  /** `usb-0000:01:00.0-1.2`, `platform:bcm2835-isp`. */
  bus: string;
  /** V4L2_CAP_… of this node; null where nothing says. */
  capabilities: number | null;
  /** Folder of the node in /sys; the provider has it where it asks udev. */
  sysfs: string | null;
}

/** V4L2_CAP_DEVICE_CAPS: what this node can do stands in `device_caps`, what all nodes of its device can in `capabilities`. */
const hasDeviceCaps = 0x80000000;

/** Reads the properties of a device as GStreamer prints a structure. */
export function nodeProperties(properties: string): NodeProperties {
  const value = (name: string) => valueOf(properties, name);
  const number = (name: string) => {
    const text = value(name);
    return text === null ? null : Number(text);
  };
  const all = number('v4l2.device.capabilities');
  const own = number('v4l2.device.device_caps');
  // An unsigned comparison: the flag is the sign of a number of 32 bits.
  const told = all !== null && (all & hasDeviceCaps) >>> 0 === hasDeviceCaps ? own : all;
  return {
    path: value('device.path') ?? value('api.v4l2.path'),
    driver: value('v4l2.device.driver'),
    card: value('v4l2.device.card') ?? '',
    bus: value('v4l2.device.bus_info') ?? '',
    capabilities: told ?? own,
    sysfs: value('sysfs.path'),
  };
}

/** The text of a field: `name=(string)"HD\ Webcam"`; bytes outside ASCII are `\303\266`. */
function valueOf(structure: string, name: string): string | null {
  const field = new RegExp(`(?:^|[\\s,])${name.replaceAll('.', '\\.')}=\\(\\w+\\)("(?:[^"\\\\]|\\\\.)*"|[^,;]+)`);
  const [, text] = field.exec(structure) ?? [];
  if (text === undefined) return null;
  return text.startsWith('"') ? unescaped(text.slice(1, -1)) : text.trim();
}

function unescaped(text: string): string {
  const bytes = [...text.matchAll(/\\([0-7]{3})|\\?([\s\S])/g)].map(([, octal, character]) =>
    octal === undefined ? Buffer.from(character!) : Buffer.from([Number.parseInt(octal, 8)]),
  );
  return Buffer.concat(bytes).toString();
}
