import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Selected } from '../../src/cli/command.js';
import { ConfigurationError } from '../../src/config/problem.js';
import { select, type Selection } from '../../src/config/select.js';

/** A folder with these files, for the time of one test. */
export async function withFiles<T>(
  files: Record<string, string | Uint8Array>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'binocle-config-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Selects from files of `folder`. */
export function selectIn(folder: string, { config = ['a.yaml'], ...rest }: Selection = {}): Promise<Selected> {
  return select({ ...rest, config: config.map((name) => join(folder, name)) });
}

/** The lines of the error that `files` lead to, with the folder's name taken out; none where all is well. */
export async function complaints(
  files: Record<string, string | Uint8Array> | string,
  selection: Selection = {},
): Promise<string[]> {
  return withFiles(typeof files === 'string' ? { 'a.yaml': files } : files, async (folder) => {
    try {
      await selectIn(folder, selection);
      return [];
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      return error.message.replaceAll(`${folder}/`, '').split('\n');
    }
  });
}
