import { isDeepStrictEqual } from 'node:util';
import type { Selected } from '../cli/command.js';
import type { Profile } from '../protocol/configuration.js';
import { BinocleError } from '../protocol/errors.js';
import type { Saved } from '../protocol/ws.js';
import { differences } from './difference.js';
import type { Mapping } from './merge.js';
import { patched } from './patch.js';
import { stageFile, type Staged } from './replace-file.js';
import { editsFor, type Edit } from './save.js';
import { displayName, readText, unreadable, type Texts } from './source.js';
import { FileWatch } from './watch-files.js';

/** What reading again brought. */
export interface Reread {
  /** Whether any text is another one. */
  changed: boolean;
  /** Whether keys outside of the profiles are, which only the next start takes. */
  serverChanged: boolean;
}

/** The files in which one profile is written: what they say, whether they changed, and the way of a setting back into them. Owns its watch. */
export class ProfileFiles {
  readonly #select: (instead?: Texts) => Promise<Selected>;
  #selected: Selected;
  #watch: FileWatch | null = null;

  /** `selected` is what `select` gave. */
  constructor(select: (instead?: Texts) => Promise<Selected>, selected: Selected) {
    this.#select = select;
    this.#selected = selected;
  }

  /** What the files say, and `--set` over them. */
  get profile(): Profile {
    return this.#selected.profile;
  }

  /** Dotted paths, below the profile, of what differs from the files. */
  unsaved(profile: Profile): string[] {
    return differences(this.#selected.profile, profile).map((key) => key.join('.'));
  }

  /** `profile` with a JSON Merge Patch. @throws ConfigurationError with every fault. */
  patched(profile: Profile, patch: Mapping): Promise<Profile> {
    return patched(this.#selected, profile, patch);
  }

  /** Reads all of it again. @throws ConfigurationError, `bad-config`; what was read before stays then. */
  async read(): Promise<Reread> {
    const before = this.#selected;
    const next = await this.#select();
    if (next.profileName !== before.profileName)
      throw new BinocleError('bad-config', `the profile "${before.profileName}" that runs is gone from the files`);
    this.#selected = next;
    this.#watch?.follow(this.#watched);
    return {
      changed: !isDeepStrictEqual(texts(before), texts(next)),
      serverChanged: !isDeepStrictEqual(rest(before), rest(next)),
    };
  }

  /**
   * Makes the files say `profile`: only the keys that differ are touched, each file is written whole or not at all, and not where it holds another
   * text than the one that was read last.
   * @throws BinocleError `stale-revision` where a file changed meanwhile, `bad-config` where it cannot be written.
   */
  async save(profile: Profile): Promise<Saved> {
    const { edits, held } = await editsFor(this.#selected, profile, this.#select);
    const staged: Staged[] = [];
    try {
      for (const edit of edits) {
        await requireUnchanged(edit);
        staged.push(await stageFile(edit.path, edit.after));
      }
      for (const edit of edits) await requireUnchanged(edit);
      for (const file of staged) await file.commit();
    } catch (error) {
      for (const file of staged) await file.discard().catch(() => undefined);
      throw notWritten(error);
    }
    await this.read();
    const files = edits.map(({ path, keys }) => ({ file: path, keys }));
    return { file: files.at(-1)?.file ?? null, keys: files.flatMap(({ keys }) => keys), files, held };
  }

  /** Calls `changed` when a file may be another one; reading tells. */
  watch(changed: () => void): void {
    this.#watch ??= new FileWatch(changed);
    this.#watch.follow(this.#watched);
  }

  close(): void {
    this.#watch?.close();
    this.#watch = null;
  }

  get #watched(): string[] {
    const { files, calibrationFile, saveTo } = this.#selected;
    return [...files, saveTo, ...(calibrationFile === undefined ? [] : [calibrationFile])];
  }
}

async function requireUnchanged({ path, before }: Edit): Promise<void> {
  const now = await readText(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (now === before) return;
  throw new BinocleError('stale-revision', `${displayName(path)} was changed by somebody else just now: save again`);
}

function notWritten(error: unknown): unknown {
  const { code, path } = error as NodeJS.ErrnoException;
  if (error instanceof BinocleError || code === undefined) return error;
  return new BinocleError('bad-config', `${path ?? 'the file'}: ${unreadable(error)}; nothing was saved`, {
    cause: error,
  });
}

function texts({ sources, mounts }: Selected): unknown {
  return [...sources, ...mounts.values()].flatMap(({ file }) => (file === null ? [] : [[file.path, file.text]]));
}

function rest({ configuration: { server, state_dir: folder } }: Selected): unknown {
  return { server, folder };
}
