import { constants } from 'node:fs';
import { access, open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A file's new content, on disk beside it; nothing has changed until it is committed. */
export interface Staged {
  /** The file that is replaced, symbolic links followed. */
  path: string;
  commit(): Promise<void>;
  discard(): Promise<void>;
}

/**
 * Writes the whole of a file's new text beside it, with its mode and owner; `mode` is for a file that is not there yet. Whenever the machine stops,
 * the file holds either the old text or the new one (rename(2) is atomic, and both text and folder are on the disk before the next step).
 * @throws NodeJS.ErrnoException where the file may not be written or its owner cannot be kept.
 */
export async function stageFile(path: string, text: string, mode = 0o600): Promise<Staged> {
  const target = await realpath(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return path;
    throw error;
  });
  const before = await stat(target).catch(() => null);
  // A file that is protected against writing stays as it is, though its folder would allow to replace it.
  if (before !== null) await access(target, constants.W_OK);
  const temporary = join(dirname(target), `.${basename(target)}.saving`);
  const discard = () => rm(temporary, { force: true });
  const file = await create(temporary);
  try {
    await file.writeFile(text);
    await file.chmod(before === null ? mode : before.mode & 0o7777);
    if (before !== null) await keepOwner(file, before);
    await file.sync();
  } catch (error) {
    await discard();
    throw error;
  } finally {
    await file.close();
  }
  return {
    path: target,
    discard,
    commit: async () => {
      await rename(temporary, target);
      await syncFolder(dirname(target));
    },
  };
}

/** A name of its own for each file, so that a crash leaves one at most; it is never followed where it is a link. */
async function create(temporary: string): Promise<FileHandle> {
  try {
    return await open(temporary, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    await rm(temporary);
    return open(temporary, 'wx', 0o600);
  }
}

async function keepOwner(file: FileHandle, { uid, gid }: { uid: number; gid: number }): Promise<void> {
  const made = await file.stat();
  if (made.uid !== uid || made.gid !== gid) await file.chown(uid, gid);
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
