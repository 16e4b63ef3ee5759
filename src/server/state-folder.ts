import { chmod, link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { BinocleError } from '../protocol/errors.js';

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
      throw new BinocleError('bad-config', `the folder for certificates and tokens cannot be made: ${path} (${code})`, {
        path: 'state_dir',
        cause,
      });
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
    return new BinocleError('bad-config', `${this.file(name)} cannot be read or written (${code}); see state_dir`, {
      path: 'state_dir',
      cause,
    });
  }
}
