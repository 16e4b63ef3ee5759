import { realpathSync, unwatchFile, watch, watchFile, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

/** Editors write in several steps: what is seen within this time is one change, ms. */
const settledMs = 100;
/** Where the kernel tells nothing (network file systems, a folder that was replaced) the files are looked at this often, ms. */
const lookEveryMs = 2_000;

/** Watches files by name: written, replaced, removed or made anew, and what a symbolic link leads to. Owns the watchers. */
export class FileWatch {
  readonly #changed: () => void;
  #folders: FSWatcher[] = [];
  #places: ReadonlySet<string> = new Set();
  #settling: NodeJS.Timeout | null = null;

  /** `changed` is called when something may be new; what is, only reading tells. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** From now on these files, and no others. */
  follow(files: readonly string[]): void {
    const places = new Set(files.flatMap((file) => [file, target(file)]));
    // What is watched already is not let go of: a change in between would be lost.
    if (isDeepStrictEqual(places, this.#places)) return;
    this.#release();
    this.#places = places;
    for (const folder of new Set([...places].map((file) => dirname(file)))) {
      const names = new Set([...places].filter((file) => dirname(file) === folder).map((file) => basename(file)));
      this.#folders.push(...watchFolder(folder, names, () => this.#settle()));
    }
    for (const file of places) watchFile(file, { interval: lookEveryMs, persistent: false }, this.#look);
  }

  close(): void {
    this.#release();
    if (this.#settling !== null) clearTimeout(this.#settling);
    this.#settling = null;
  }

  readonly #look = (): void => this.#settle();

  #settle(): void {
    if (this.#settling !== null) clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#changed(), settledMs).unref();
  }

  #release(): void {
    for (const watcher of this.#folders) watcher.close();
    for (const file of this.#places) unwatchFile(file, this.#look);
    this.#folders = [];
    this.#places = new Set();
  }
}

/** The folder, since a file that is replaced takes its own watch with it. None where the kernel refuses. */
function watchFolder(folder: string, names: ReadonlySet<string>, changed: () => void): FSWatcher[] {
  try {
    const watcher = watch(folder, { persistent: false }, (_event, name) => {
      if (name === null || names.has(name)) changed();
    });
    watcher.on('error', () => watcher.close());
    return [watcher];
  } catch {
    return [];
  }
}

function target(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
