/** Is what was made still what its inputs would make? A stamp is a digest of the inputs, written after the work succeeded and removed before it begins. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Digest of names, sizes and times of change of all files below `paths`. @param {string[]} paths files or folders; what does not exist counts as that */
export function digestOfFiles(paths) {
  const digest = createHash('sha256');
  for (const file of paths.flatMap(filesBelow)) {
    const { size, mtimeMs } = statSync(file);
    digest.update(`${file}\0${size}\0${mtimeMs}\n`);
  }
  return digest.digest('hex');
}

/** @param {string} path @returns {string[]} sorted */
export function filesBelow(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return [];
  if (!stat.isDirectory()) return [path];
  return readdirSync(path)
    .toSorted()
    .flatMap((entry) => filesBelow(join(path, entry)));
}

/** @param {string} file of the stamp */
export function readStamp(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** @template T @param {string} file @param {string} digest @param {() => Promise<T>} work */
export async function stamped(file, digest, work) {
  rmSync(file, { force: true });
  await work();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, digest);
}
