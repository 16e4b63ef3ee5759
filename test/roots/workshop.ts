import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** How the set-up runs commands, compiles, and shows that something takes long (src/setup). */
export interface Workshop {
  run: (
    command: string,
    args: string[],
    options: { log: string; mend?: string; cwd?: string; env?: NodeJS.ProcessEnv },
  ) => Promise<void>;
  step: <T>(title: string, work: () => Promise<T>) => Promise<T>;
  /** Our plugin, by a compiler that runs here for a machine that may be another. */
  compilePlugin: (library: string, toolchain: { compiler: string[]; env: NodeJS.ProcessEnv }) => Promise<void>;
}

/** What costs minutes and outlives a checkout. */
export const cacheFolder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'binocle');

/** Does `work` unless it was done to its end from the same `inputs`: texts, or contents of files. */
export async function onceFor(
  stamp: string,
  inputs: readonly (string | Uint8Array)[],
  work: () => Promise<void>,
): Promise<void> {
  const digest = createHash('sha256');
  for (const input of inputs) digest.update(createHash('sha256').update(input).digest());
  const wanted = digest.digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  rmSync(stamp, { force: true });
  await work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}
