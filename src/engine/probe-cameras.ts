import { execFile, type ExecFileException } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packagePath } from '../paths.js';
import type { Machine } from '../pipeline/machine.js';
import { onThisMachine } from '../slowness.js';
import type { Device } from './gst/devices.js';
import { sortDevices } from './sort-devices.js';
import { boardNow, deviceHolders, sensorNodes, videoNodes } from './video-nodes.js';

/** A camera stack that takes longer than this hangs, ms. */
const limitMs = 15_000;

/**
 * Every camera of this machine, libcamera's first, and the video devices that are none; quick where there is none. A camera stack that does not answer
 * is told of as a fault.
 */
export async function probeCameras(
  fault: (message: string) => void = () => undefined,
): Promise<Required<Pick<Machine, 'cameras' | 'leftOut'>>> {
  const nodes = await videoNodes();
  const providers = [
    ...((await libcameraMayFindSome(nodes.length)) ? ['libcameraprovider'] : []),
    ...(nodes.length > 0 ? ['v4l2deviceprovider'] : []),
  ];
  if (providers.length === 0) return { cameras: [], leftOut: [] };
  const [lists, holders, board] = await Promise.all([
    // One that hangs or crashes must not take the other's answer with it.
    Promise.all(providers.map((provider) => listDevices(provider, fault))),
    deviceHolders(),
    boardNow(),
  ]);
  return sortDevices({
    devices: lists.flatMap((list) => list ?? []),
    nodes,
    sensors: await sensorNodes(),
    holders,
    board,
    silent: lists[providers.indexOf('v4l2deviceprovider')] === null,
  });
}

/** Null where it did not answer, which is told of. */
function listDevices(provider: string, fault: (message: string) => void): Promise<Device[] | null> {
  const program = packagePath('dist', 'src', 'engine', 'list-devices.js');
  const timeout = onThisMachine(limitMs);
  return new Promise((resolve) => {
    execFile(process.execPath, [program, provider], { timeout, killSignal: 'SIGKILL' }, (error, stdout) => {
      if (error !== null) fault(faultOf(provider, error, timeout));
      // A camera asked for by name still says why when it is opened.
      resolve(error === null ? (JSON.parse(stdout) as Device[]) : null);
    });
  });
}

function faultOf(provider: string, { killed, signal, code }: ExecFileException, timeout: number): string {
  const stack = provider === 'libcameraprovider' ? 'libcamera' : 'V4L2';
  if (killed === true) return `${stack} did not list its cameras within ${timeout / 1000} s`;
  return `listing the cameras of ${stack} ended with ${signal ?? `status ${String(code)}`}`;
}

/** Where it may: a media controller, a V4L2 camera, or the description of its virtual cameras. */
async function libcameraMayFindSome(nodes: number): Promise<boolean> {
  if (nodes > 0) return true;
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
