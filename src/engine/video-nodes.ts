import { access, constants, readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { socketSymbols, type Board } from './sockets.js';
import type { Recorded, VideoNode } from './sort-devices.js';

const classFolder = '/sys/class/video4linux';
const deviceTree = '/proc/device-tree';

/** The nodes /dev/videoN, with what /sys knows of them. */
export async function videoNodes(): Promise<VideoNode[]> {
  const names = (await readdir('/dev').catch(() => [])).filter((name) => /^video\d+$/.test(name));
  const links = await nodeLinks();
  return Promise.all(
    names.map(async (name) => {
      const folder = join(classFolder, name);
      const [title, driver, device, openable] = await Promise.all([
        readFile(join(folder, 'name'), 'utf8').catch(() => null),
        realpath(join(folder, 'device', 'driver')).catch(() => null),
        realpath(join(folder, 'device')).catch(() => null),
        access(`/dev/${name}`, constants.R_OK | constants.W_OK).then(
          () => true,
          () => false,
        ),
      ]);
      const path = `/dev/${name}`;
      return {
        path,
        name: title?.trim() ?? null,
        driver: driver === null ? null : basename(driver),
        device,
        openable,
        links: links.filter(([, node]) => node === path).map(([link]) => link),
      };
    }),
  );
}

/** What udev links to the nodes, by-path before by-id, since two cameras of one model may have the same id. */
async function nodeLinks(): Promise<[link: string, node: string][]> {
  const found = await Promise.all(
    ['/dev/v4l/by-path', '/dev/v4l/by-id'].map(async (folder) => {
      const names = await readdir(folder).catch(() => []);
      return Promise.all(
        names.map(async (name): Promise<[string, string]> => {
          const link = join(folder, name);
          return [link, await realpath(link).catch(() => link)];
        }),
      );
    }),
  );
  return found.flat();
}

/** Nodes of camera sensors (`/dev/v4l-subdev0`) by the device tree's path, which is libcamera's id for them. */
export async function sensorNodes(): Promise<Recorded['sensors']> {
  const names = (await readdir(classFolder).catch(() => [])).filter((name) => name.startsWith('v4l-subdev'));
  const found = await Promise.all(
    names.map(async (name) => {
      const tree = await realpath(join(classFolder, name, 'device', 'of_node')).catch(() => null);
      return tree === null ? null : ([tree.replace(/^.*\/devicetree(?=\/base)/, ''), `/dev/${name}`] as const);
    }),
  );
  return Object.fromEntries(found.filter((entry) => entry !== null));
}

/** Which process has a video device open, from /proc; those of other users are not seen without their rights. */
export async function deviceHolders(): Promise<Recorded['holders']> {
  const holders: Record<string, Recorded['holders'][string]> = {};
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  await Promise.all(
    processes.map(async (pid) => {
      const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
      const targets = await Promise.all(descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
      const devices = targets.filter((target) => /^\/dev\/(video|v4l-subdev)\d+$/.test(target));
      if (devices.length === 0) return;
      const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ').trim();
      for (const device of devices) holders[device] = { pid: Number(pid), command };
    }),
  );
  return holders;
}

/** E.g. "Raspberry Pi 5 Model B Rev 1.0"; null where there is no device tree. */
export async function boardModel(): Promise<string | null> {
  return treeText('model');
}

/** The board, with those labels of its device tree that name the buses of camera sockets. */
export async function boardNow(): Promise<Board> {
  const labels = await Promise.all(
    socketSymbols.map(async (label) => [label, await treeText(join('__symbols__', label))] as const),
  );
  const symbols = Object.fromEntries(labels.flatMap(([label, path]) => (path === null ? [] : [[label, path]])));
  return { model: await boardModel(), symbols };
}

/** Strings of the device tree end in a zero byte. */
async function treeText(path: string): Promise<string | null> {
  const text = await readFile(join(deviceTree, path), 'utf8').catch(() => null);
  return text?.replaceAll('\0', '').trim() ?? null;
}
