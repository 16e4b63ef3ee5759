import { access, constants, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A device that this user may not open. */
export interface Forbidden {
  path: string;
  /** Name of its group, whose members usually may. */
  group: string;
}

/** What cameras and graphics are opened by. `any`: one of them is enough. */
const families: readonly { folder: string; names: RegExp; any?: true }[] = [
  { folder: '/dev', names: /^(video|media|v4l-subdev)\d+$/ },
  { folder: '/dev/dri', names: /^renderD\d+$/ },
  // libcamera's buffers come from the first heap that opens.
  { folder: '/dev/dma_heap', names: /./, any: true },
];

/** The devices that streaming wants and this user may not read and write. */
export async function forbiddenDevices(): Promise<Forbidden[]> {
  const groups = await readFile('/etc/group', 'utf8').catch(() => '');
  const found = await Promise.all(
    families.map(async ({ folder, names, any }) => {
      const paths = (await readdir(folder).catch(() => [])).filter((name) => names.test(name)).toSorted();
      const judged = await Promise.all(paths.map((name) => refused(join(folder, name), groups)));
      const closed = judged.filter((one) => one !== null);
      return any === true && closed.length < judged.length ? [] : closed;
    }),
  );
  return found.flat();
}

async function refused(path: string, groups: string): Promise<Forbidden | null> {
  try {
    await access(path, constants.R_OK | constants.W_OK);
    return null;
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    const gid = (await stat(path).catch(() => null))?.gid ?? 0;
    return { path, group: groupName(groups, gid) };
  }
}

/** @param groups text of /etc/group */
export function groupName(groups: string, gid: number): string {
  const row = groups.split('\n').find((line) => line.split(':')[2] === String(gid));
  return row?.split(':')[0] ?? String(gid);
}

/** One sentence, without what to do. */
export function saysForbidden(forbidden: readonly Forbidden[]): string {
  const paths = forbidden.map(({ path, group }) => `${path} (group ${group})`);
  const [shown, more] = [paths.slice(0, 3), paths.length - 3];
  return `this user may not open ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
