import { execFile, type ExecFileException } from 'node:child_process';
import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { CameraFound } from '../pipeline/machine.js';
import { packagePath } from '../paths.js';
import { onThisMachine } from '../slowness.js';
import { modesOf } from './device-caps.js';
import type { Device } from './gst/devices.js';

/** A camera stack that takes longer than this hangs, ms. */
const limitMs = 15_000;

/** Every camera of this machine, libcamera's first; quick where there is none. A camera stack that does not answer is told of as a fault. */
export async function probeCameras(fault: (message: string) => void = () => undefined): Promise<CameraFound[]> {
  const nodes = await videoNodes();
  const providers = [
    ...((await libcameraMayFindSome(nodes)) ? ['libcameraprovider'] : []),
    ...(nodes.length > 0 ? ['v4l2deviceprovider'] : []),
  ];
  if (providers.length === 0) return [];
  const [devices, holders] = await Promise.all([
    // One that hangs or crashes must not take the other's answer with it.
    Promise.all(providers.map((provider) => listDevices(provider, fault))).then((lists) => lists.flat()),
    deviceHolders(),
  ]);
  const sensors = await sensorNodes();
  return devices.flatMap((device) => cameraOf(device, holders, sensors) ?? []);
}

function cameraOf(
  { provider, displayName, caps, properties }: Device,
  holders: Map<string, NonNullable<CameraFound['heldBy']>>,
  sensors: Map<string, string>,
): CameraFound | null {
  const modes = modesOf(caps);
  if (provider === 'libcameraprovider') {
    const node = sensors.get(displayName);
    const heldBy = (node === undefined ? undefined : holders.get(node)) ?? null;
    return { api: 'libcamera', id: displayName, name: sensorName(displayName), modes, heldBy };
  }
  const id = /(?:device\.path|api\.v4l2\.path)=\(string\)"?([^",;]+)/.exec(properties)?.[1];
  if (id === undefined) return null;
  return { api: 'v4l2', id, name: displayName, modes, heldBy: holders.get(id) ?? null };
}

/** `/base/axi/pcie@120000/rp1/i2c@88000/imx708@1a` is an imx708. */
function sensorName(id: string): string {
  return id.startsWith('/') ? basename(id).replace(/@.*/, '') : id;
}

function listDevices(provider: string, fault: (message: string) => void): Promise<Device[]> {
  const program = packagePath('dist', 'src', 'engine', 'list-devices.js');
  const timeout = onThisMachine(limitMs);
  return new Promise((resolve) => {
    execFile(process.execPath, [program, provider], { timeout, killSignal: 'SIGKILL' }, (error, stdout) => {
      if (error !== null) fault(faultOf(provider, error, timeout));
      // A camera asked for by name still says why when it is opened.
      resolve(error === null ? (JSON.parse(stdout) as Device[]) : []);
    });
  });
}

function faultOf(provider: string, { killed, signal, code }: ExecFileException, timeout: number): string {
  const stack = provider === 'libcameraprovider' ? 'libcamera' : 'V4L2';
  if (killed === true) return `${stack} did not list its cameras within ${timeout / 1000} s`;
  return `listing the cameras of ${stack} ended with ${signal ?? `status ${String(code)}`}`;
}

async function videoNodes(): Promise<string[]> {
  const names = await readdir('/dev').catch(() => []);
  return names.filter((name) => /^video\d+$/.test(name));
}

/** Where it may: a media controller, a V4L2 camera, or the description of its virtual cameras. */
async function libcameraMayFindSome(nodes: readonly string[]): Promise<boolean> {
  if (nodes.length > 0) return true;
  const devices = await readdir('/dev').catch(() => []);
  if (devices.some((name) => /^media\d+$/.test(name))) return true;
  const virtual = ['/usr/share', '/usr/local/share'].map((share) =>
    join(share, 'libcamera', 'pipeline', 'virtual', 'virtual.yaml'),
  );
  const described = await Promise.all(
    virtual.map((path) =>
      readFile(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  return described.includes(true);
}

/** Nodes of camera sensors (`/dev/v4l-subdev0`) by the device tree's path, which is libcamera's id for them. */
async function sensorNodes(): Promise<Map<string, string>> {
  const folder = '/sys/class/video4linux';
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith('v4l-subdev'));
  const found = await Promise.all(
    names.map(async (name) => {
      const tree = await realpath(join(folder, name, 'device', 'of_node')).catch(() => null);
      return tree === null ? null : ([tree.replace(/^.*\/devicetree(?=\/base)/, ''), `/dev/${name}`] as const);
    }),
  );
  return new Map(found.filter((entry) => entry !== null));
}

/** Which process has a video device open, from /proc; those of other users are not seen without their rights. */
async function deviceHolders(): Promise<Map<string, NonNullable<CameraFound['heldBy']>>> {
  const holders = new Map<string, NonNullable<CameraFound['heldBy']>>();
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  await Promise.all(
    processes.map(async (pid) => {
      const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
      const targets = await Promise.all(descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
      const devices = targets.filter((target) => /^\/dev\/(video|v4l-subdev)\d+$/.test(target));
      if (devices.length === 0) return;
      const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ').trim();
      for (const device of devices) holders.set(device, { pid: Number(pid), command });
    }),
  );
  return holders;
}
