import { createHash } from 'node:crypto';
import { access, constants, mkdir, mkdtemp, readdir, realpath, rename, rm, stat, symlink } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, extname, join, resolve, sep } from 'node:path';
import type { FilesFound } from '../pipeline/machine.js';
import type { Profile } from '../protocol/configuration.js';
import { BinocleError } from '../protocol/errors.js';
import type { Eye } from '../protocol/ws.js';
import { framesOfVideo } from './frames-of-video.js';

/** Told in words what is done where it takes longer than a second. */
export type Progress = (message: string) => void;

/** Pictures that are played as they are; everything else is taken for a video. */
const pictureFormats: Record<string, FilesFound['format']> = { '.jpg': 'jpeg', '.jpeg': 'jpeg', '.png': 'png' };

/**
 * Finds what the `files` source of each eye plays and makes it playable without a seam: a folder in the user's cache with consecutively numbered links to
 * the pictures, in natural order, or with the frames of the video. It is made once and found again as long as the files are the same.
 * @throws BinocleError `bad-config`, `source-failed` or `missing-software`, with the path of the setting.
 */
export async function findFiles(profile: Profile, progress: Progress): Promise<Partial<Record<Eye, FilesFound>>> {
  const found: Partial<Record<Eye, FilesFound>> = {};
  for (const eye of camerasLookedFor(profile)) {
    const { source, path, launch } = profile.cameras[eye];
    if (path === undefined || !(source === 'files' || (source === 'auto' && launch === undefined))) continue;
    try {
      found[eye] = await playable(path, profile.capture, progress);
    } catch (error) {
      const { reason, message } = BinocleError.from(error);
      throw new BinocleError(reason, `cameras.${eye}.path: ${message}`, {
        path: `profile.cameras.${eye}.path`,
        cause: error,
      });
    }
  }
  return found;
}

/** The cameras whose files are needed: for the right one alone also those of the left one, which is shown where there is no right one. */
export function camerasLookedFor({ layout, view }: Profile): Eye[] {
  return layout === 'mono' && !view.swap ? ['left'] : ['left', 'right'];
}

async function playable(path: string, capture: Profile['capture'], progress: Progress): Promise<FilesFound> {
  const absolute = resolve(path.replace(/^~(?=\/|$)/, homedir()));
  const files = await filesAt(absolute);
  const pictures = files.filter((file) => formatOf(file) !== undefined);
  if (pictures.length > 0) return linked(pictures, path);
  const [video] = files;
  if (video === undefined) throw new BinocleError('source-failed', `there is no picture and no video at ${path}.`);
  if (files.length > 1)
    throw new BinocleError(
      'source-failed',
      `${path} has no picture (.jpg, .png) and ${files.length} other files; name one video.`,
    );
  return frames(video, capture, progress);
}

function formatOf(file: string): FilesFound['format'] | undefined {
  return pictureFormats[extname(file).toLowerCase()];
}

/** The pictures of a folder, what a glob matches, or the file itself; in natural order: 2 before 10. */
async function filesAt(path: string): Promise<string[]> {
  const kind = await stat(path).catch(() => null);
  if (kind?.isFile() === true) return [path];
  if (kind?.isDirectory() === true) {
    const entries = await readdir(path, { withFileTypes: true });
    const names = entries
      .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name);
    return inNaturalOrder(names.map((name) => join(path, name)));
  }
  if (/[*?[]/.test(path)) return inNaturalOrder(await expand(path.split(sep)));
  throw new BinocleError('source-failed', `there is no ${path}.`);
}

function inNaturalOrder(files: string[]): string[] {
  return files.toSorted(new Intl.Collator('en', { numeric: true }).compare);
}

/** Matches a path with `*`, `?` and `[…]`, component by component. */
async function expand([first = '', ...components]: string[]): Promise<string[]> {
  let matches = [first === '' ? sep : first];
  for (const component of components) {
    if (!/[*?[]/.test(component)) {
      matches = matches.map((folder) => join(folder, component));
      continue;
    }
    const pattern = globPattern(component);
    const below = await Promise.all(
      matches.map(async (folder) => {
        const names = await readdir(folder).catch(() => []);
        return names
          .filter((name) => pattern.test(name) && (!name.startsWith('.') || component.startsWith('.')))
          .map((name) => join(folder, name));
      }),
    );
    matches = below.flat();
  }
  const kinds = await Promise.all(matches.map((path) => stat(path).catch(() => null)));
  return matches.filter((_, index) => kinds[index]?.isFile() === true);
}

function globPattern(component: string): RegExp {
  const source = component.replaceAll(
    /\[(!?)([^\]]+)\]|[*?]|[.+^${}()|[\]\\]/g,
    (token, not: string, set: string | undefined) => {
      if (token === '*') return '.*';
      if (token === '?') return '.';
      return set === undefined ? `\\${token}` : `[${not === '!' ? '^' : ''}${set.replaceAll('\\', '\\\\')}]`;
    },
  );
  return new RegExp(`^${source}$`, 'u');
}

async function linked(pictures: readonly string[], path: string): Promise<FilesFound> {
  const format = formatOf(pictures[0]!)!;
  const other = pictures.find((picture) => formatOf(picture) !== format);
  if (other !== undefined)
    throw new BinocleError(
      'source-failed',
      `${path} has JPEG and PNG pictures (${basename(pictures[0]!)}, ${basename(other)}); a sequence is of one kind.`,
    );
  const extension = format === 'jpeg' ? 'jpg' : 'png';
  const folder = await cached(['links', ...pictures], async (empty) => {
    for (const [index, picture] of pictures.entries())
      await symlink(picture, join(empty, `${numbered(index)}.${extension}`));
  });
  const from = `${pictures.length} picture${pictures.length === 1 ? '' : 's'} of ${path}`;
  return { pattern: join(folder, `%06d.${extension}`), last: pictures.length - 1, format, from };
}

async function frames(video: string, capture: Profile['capture'], progress: Progress): Promise<FilesFound> {
  const { size, mtimeMs } = await stat(video);
  const { width, height, fps } = capture;
  const key = ['frames', await realpath(video), size, mtimeMs, width, height, fps];
  const folder = await cached(key, (empty) => framesOfVideo(video, capture, empty, progress));
  const last = (await readdir(folder)).length - 1;
  return { pattern: join(folder, '%06d.jpg'), last, format: 'jpeg', from: `${last + 1} frames of ${video}` };
}

function numbered(index: number): string {
  return String(index).padStart(6, '0');
}

/** The folder for this key, filled once; whoever comes second finds it whole or makes it too, and the first to finish stays. */
async function cached(
  key: readonly (string | number)[],
  fillFolder: (empty: string) => Promise<void>,
): Promise<string> {
  const name = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 20);
  const root = await writableFolder();
  const folder = join(root, name);
  if ((await stat(folder).catch(() => null)) !== null) return folder;
  const making = await mkdtemp(join(root, '.making-'));
  try {
    await fillFolder(making);
    await rename(making, folder).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return folder;
}

async function writableFolder(): Promise<string> {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const wanted = join(cache, 'binocle', 'files');
  try {
    await mkdir(wanted, { recursive: true });
    // One that another user made is there, and no use.
    await access(wanted, constants.W_OK);
    return wanted;
  } catch {
    const elsewhere = join(tmpdir(), `binocle-${process.getuid?.() ?? 0}`, 'files');
    await mkdir(dirname(elsewhere), { recursive: true, mode: 0o700 });
    await mkdir(elsewhere, { recursive: true });
    return elsewhere;
  }
}
