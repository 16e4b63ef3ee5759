import { existsSync, statSync } from 'node:fs';
import { chmod, link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { BinocleError } from '../protocol/errors.js';

/**
 * What to do where a state folder cannot be made or used: the line that gives this user what another one has made of it, as a start by `sudo -E` does.
 * @param code of the system's error
 */
export function stateFolderMend(path: string, code: string | undefined): string {
  if (code !== 'EACCES' && code !== 'EPERM') return 'set state_dir to a folder of yours';
  let nearest = path;
  while (!existsSync(nearest)) nearest = dirname(nearest);
  const { uid } = statSync(nearest);
  if (uid === process.getuid?.()) return `chmod -R u+rwX ${nearest}`;
  const whose = `${nearest} belongs to ${uid === 0 ? 'root' : `user ${uid}`}`;
  const ours = nearest === path || nearest.startsWith(join(homedir(), '/'));
  return ours
    ? `${whose}: sudo chown -R "$USER": ${nearest}`
    : `${whose}: sudo install -d -m 700 -o "$USER" ${path}, or set state_dir to a folder of yours`;
}

/** Where certificates and tokens live: a folder that only its owner reads (0700), of files that only their owner reads (0600). */
export class StateFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes it where it is missing. @throws BinocleError `bad-config` where it cannot be. */
  static async open(path: string): Promise<StateFolder> {
    try {
      const made = await mkdir(path, { recursive: true, mode: 0o700 });
      // The umask may have taken more away; a folder that was there before is its owner's business.
      if (made !== undefined) await chmod(path, 0o700);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      const what = `the folder for certificates and tokens cannot be made: ${path} (${code})`;
      throw new BinocleError('bad-config', `${what}. ${stateFolderMend(path, code)}`, { path: 'state_dir', cause });
    }
    return new StateFolder(path);
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** Null where there is none. */
  async read(name: string): Promise<string | null> {
    try {
      return await readFile(this.file(name), 'utf8');
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw this.#unusable(name, cause);
    }
  }

  /** Whole or not at all. */
  async write(name: string, text: string): Promise<void> {
    await this.#place(name, text, rename);
  }

  /** Like write, unless another process was first; returns what is there then. */
  async writeOnce(name: string, text: string): Promise<string> {
    await this.#place(name, text, async (from, to) => {
      await link(from, to).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
      await rm(from);
    });
    return (await this.read(name)) ?? text;
  }

  async #place(name: string, text: string, move: (from: string, to: string) => Promise<void>): Promise<void> {
    const path = this.file(name);
    const temporary = join(dirname(path), `.${name}.${randomUUID()}`);
    try {
      await writeFile(temporary, text, { mode: 0o600, flag: 'wx' });
      await move(temporary, path);
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw this.#unusable(name, cause);
    }
  }

  #unusable(name: string, cause: unknown): BinocleError {
    const { code } = cause as NodeJS.ErrnoException;
    const what = `${this.file(name)} cannot be read or written (${code})`;
    return new BinocleError('bad-config', `${what}. ${stateFolderMend(this.path, code)}`, { path: 'state_dir', cause });
  }
}
