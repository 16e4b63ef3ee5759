import type { CameraFound, LeftOut } from '../pipeline/machine.js';
import { modesOf, offerOf, type Offer } from './device-caps.js';
import { nodeProperties, type NodeProperties } from './device-properties.js';
import type { Device } from './gst/devices.js';
import { byDriver, whyNoCamera } from './not-cameras.js';
import { socketOf, type Board } from './sockets.js';

/** A node /dev/videoN as the kernel has it, whether or not GStreamer lists it. */
export interface VideoNode {
  path: string;
  /** The driver's name of it, e.g. "bcm2835-codec-decode"; null where /sys does not say. */
  name: string | null;
  driver: string | null;
  /** Folder of the device in /sys that it belongs to, for a USB camera that of the function (…/1-1.2/1-1.2:1.0); null for a virtual one. */
  device: string | null;
  /** Names that stay the same, in /dev/v4l/by-path and by-id. */
  links?: readonly string[];
  /** Whether this user may open it. */
  openable: boolean;
}

/** What was asked of a machine about its cameras, as it was told. */
export interface Recorded {
  devices: readonly Device[];
  nodes: readonly VideoNode[];
  /** Nodes of the sensors (`/dev/v4l-subdev0`) by libcamera's id. */
  sensors: Readonly<Record<string, string>>;
  /** Processes that have a node open. */
  holders: Readonly<Record<string, NonNullable<CameraFound['heldBy']>>>;
  board: Board;
  /** V4L2 was asked and did not answer: why it lists no more is not known. */
  silent?: boolean;
}

/** A node with what speaks for and against it. */
interface Candidate {
  camera: CameraFound;
  node: NodeProperties;
  offer: Offer;
  /** Which device it is a part of; two nodes with the same one have one lens. */
  part: string;
}

/**
 * Tells cameras from what else is a video device, in the order in which they are numbered: libcamera's own, then V4L2's by node. Pure, so that machines
 * that nobody here has can be recorded.
 */
export function sortDevices(recorded: Recorded): { cameras: CameraFound[]; leftOut: LeftOut[] } {
  const candidates = recorded.devices
    .filter(({ provider }) => provider !== 'libcameraprovider')
    .flatMap((device) => candidateOf(device, recorded) ?? [])
    .toSorted((one, other) => numberOf(one.camera.id) - numberOf(other.camera.id));
  const reasons = new Map(candidates.map((each) => [each, whyNoCamera(each.node, each.offer)]));
  const rest = () => candidates.filter((each) => reasons.get(each) === null);
  for (const each of rest()) reasons.set(each, secondNode(each, rest()));
  for (const each of rest()) reasons.set(each, infrared(each, rest()));

  const cameras: CameraFound[] = [];
  const leftOut: LeftOut[] = [];
  for (const device of recorded.devices.filter(({ provider }) => provider === 'libcameraprovider')) {
    const camera = libcameraCamera(device, recorded);
    const same = candidates.find((each) => isSame(camera.id, each));
    if (same === undefined) cameras.push(camera);
    else leftOut.push({ ...camera, because: `the same camera as ${same.camera.id}, whose frame rates V4L2 tells` });
  }
  for (const [{ camera }, because] of reasons)
    if (because === null) cameras.push(camera);
    else leftOut.push({ ...camera, because });
  const others = [...leftOut, ...unlisted(recorded, candidates)];
  return { cameras, leftOut: others.toSorted((one, other) => numberOf(one.id) - numberOf(other.id)) };
}

function libcameraCamera({ displayName: id, caps }: Device, { sensors, holders, board }: Recorded): CameraFound {
  const node = sensors[id];
  const heldBy = (node === undefined ? undefined : holders[node]) ?? null;
  const name = sensorName(id);
  return { api: 'libcamera', id, name, driver: null, socket: socketOf(id, board), modes: modesOf(caps), heldBy };
}

/** `/base/axi/pcie@120000/rp1/i2c@88000/imx708@1a` is an imx708. */
function sensorName(id: string): string {
  return id.startsWith('/') ? id.slice(id.lastIndexOf('/') + 1).replace(/@.*/, '') : id;
}

function candidateOf({ displayName, caps, properties }: Device, { nodes, holders }: Recorded): Candidate | null {
  const node = nodeProperties(properties);
  const { path: id, driver } = node;
  if (id === null) return null;
  const { device = null, links = [] } = nodes.find(({ path }) => path === id) ?? {};
  const heldBy = holders[id] ?? null;
  return {
    camera: {
      api: 'v4l2',
      id,
      name: displayName,
      driver,
      socket: null,
      modes: modesOf(caps),
      heldBy,
      links,
    },
    node,
    offer: offerOf(caps),
    part: device ?? node.sysfs?.replace(/\/video4linux\/.*/, '') ?? (node.bus.startsWith('usb-') ? node.bus : id),
  };
}

/** Of /dev/video12; what libcamera has comes before the nodes. */
function numberOf(id: string): number {
  return Number(/^\/dev\/\D*(\d+)$/.exec(id)?.[1] ?? -1);
}

/** The first node of a USB camera is the camera; a second one has the same pictures, or the same encoded. */
function secondNode({ camera, node, part }: Candidate, among: readonly Candidate[]): string | null {
  if (!node.bus.startsWith('usb-')) return null;
  const first = among.find((each) => each.part === part)!;
  return first.camera === camera ? null : `another node of the camera at ${first.camera.id}`;
}

/** Grey beside colour is the infrared camera of a laptop, which sees in the dark to know its user. */
function infrared(candidate: Candidate, among: readonly Candidate[]): string | null {
  if (!isInfrared(candidate)) return null;
  const colour = among.find((each) => !isInfrared(each));
  return colour === undefined ? null : `an infrared camera, and ${colour.camera.id} sees colours`;
}

function isInfrared({ node: { card }, offer: { raw, jpeg } }: Candidate): boolean {
  if (raw.length > 0 && !jpeg && raw.every((format) => format.startsWith('GRAY'))) return true;
  // After the colon stands the function: "Integrated Camera: Integrated IR".
  return /\bIR\b|infrared/i.test(card.slice(card.lastIndexOf(':') + 1));
}

/** libcamera's id of a USB camera ends in ports, function, vendor and product: …-1.2:1.0-046d:0825. */
function isSame(id: string, { node: { bus }, part }: Candidate): boolean {
  const [, ports, configured] = /-([\d.]+):(\d+\.\d+)-[0-9a-f]{4}:[0-9a-f]{4}$/i.exec(id) ?? [];
  if (ports === undefined || !bus.startsWith('usb-')) return false;
  return part.startsWith('/') ? part.endsWith(`-${ports}:${configured}`) : bus.endsWith(`-${ports}`);
}

/** The nodes that GStreamer does not list as a device: it leaves out what does not only give pictures, and what it cannot open. */
function unlisted({ nodes, holders, silent = false }: Recorded, candidates: readonly Candidate[]): LeftOut[] {
  return nodes
    .filter(({ path }) => !candidates.some(({ camera }) => camera.id === path))
    .toSorted((one, other) => numberOf(one.path) - numberOf(other.path))
    .map((node) => {
      const known = byDriver(node.driver);
      const heldBy = holders[node.path] ?? null;
      const about = {
        id: node.path,
        name: node.name ?? '',
        driver: node.driver,
        socket: null,
        modes: [],
        heldBy,
        links: node.links ?? [],
      };
      const because = known ?? (silent ? 'V4L2 did not list it' : whyUnlisted(node, candidates));
      const denied = known === null && node.name !== null && !node.openable;
      return { api: 'v4l2', ...about, because, ...(denied ? { denied } : {}) };
    });
}

function whyUnlisted({ name, openable, device }: VideoNode, candidates: readonly Candidate[]): string {
  if (name === null) return 'no driver stands behind it';
  if (!openable) return 'this user may not open it; the group video may';
  if (device === null)
    return 'a virtual one that takes pictures, too; loaded with exclusive_caps=1, v4l2loopback is a camera';
  const other = candidates.find(({ part }) => part === device);
  return other === undefined
    ? 'it gives no pictures (a codec, an output, or data about the pictures of another node)'
    : `it gives data about the pictures of ${other.camera.id}, no pictures`;
}
