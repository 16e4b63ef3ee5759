import type { Selected } from '../cli/command.js';
import type { Profile } from '../protocol/configuration.js';
import { BinocleError } from '../protocol/errors.js';
import { differences } from './difference.js';
import { editYaml, type YamlChange } from './edit-yaml.js';
import { valueAt } from './merge.js';
import { shippedConfiguration } from './select.js';
import type { Texts } from './source.js';

/** What a file is to say, and which keys of the profile (dotted, below it) that takes. */
export interface Edit {
  path: string;
  /** As it was read; null where there is no file yet. */
  before: string | null;
  after: string;
  keys: string[];
}

interface Place {
  path: string;
  /** Of the key, inside that file. */
  key: readonly string[];
}

const newFile = `# Settings that were saved from the page or the API, read after the shipped file where no -c is given. Delete it to be rid of them.
`;

/**
 * The new texts of the files, so that they say `profile`: each key where it is decided, else in {@link Selected.saveTo}. `select` judges what they
 * would lead to before anything is written. Keys that `--set` decides are left alone, as `held`.
 * @throws BinocleError `bad-config` where no text can say it.
 */
export async function editsFor(
  selected: Selected,
  profile: Profile,
  select: (instead: Texts) => Promise<Selected>,
): Promise<{ edits: Edit[]; held: string[] }> {
  const changed = differences(selected.profile, profile);
  const held = changed.filter((key) => isSet(selected, key)).map((key) => key.join('.'));
  const keys = changed.filter((key) => !held.includes(key.join('.')));
  const last = new Set<string>();
  for (;;) {
    const edits = edit(selected, profile, keys, last);
    const said = await select(new Map(edits.map(({ path, after }) => [path, after])));
    const left = differences(said.profile, profile).map((key) => key.join('.'));
    const wrong = left.filter((key) => !held.includes(key));
    if (wrong.length === 0) {
      requireOthersSame(selected, said);
      return { edits, held };
    }
    // A file in between takes back what the deciding one says: then the last one says it.
    const before = last.size;
    for (const key of keys.map((path) => path.join('.')))
      if (wrong.some((path) => path === key || path.startsWith(`${key}.`) || key.startsWith(`${path}.`))) last.add(key);
    if (last.size === before)
      throw new BinocleError('bad-config', `${wrong.join(', ')} cannot be saved: no file can say it`, {
        path: `profile.${wrong[0]!}`,
      });
  }
}

function edit(selected: Selected, profile: Profile, keys: readonly string[][], last: ReadonlySet<string>): Edit[] {
  const files = new Map<string, { changes: YamlChange[]; keys: string[] }>();
  for (const key of keys) {
    const name = key.join('.');
    const inLast = last.has(name);
    const place = inLast ? lastPlace(selected, key) : placeOf(selected, key);
    const file = files.get(place.path) ?? { changes: [], keys: [] };
    files.set(place.path, file);
    // In the last file null takes away what the ones before it say.
    file.changes.push({ path: place.key, value: valueAt(profile, key) ?? (inLast ? null : undefined) });
    file.keys.push(name);
  }
  return [...files].map(([path, { changes, keys: names }]) => {
    const before = textOf(selected, path);
    return { path, before, after: editYaml(before ?? newFile, changes), keys: names };
  });
}

/** The file that decides about a key: the calibration's own, the last that writes it, or the last of all. */
function placeOf(selected: Selected, key: readonly string[]): Place {
  const whole = ['profiles', selected.profileName, ...key];
  const mount = selected.mounts.get(whole.slice(0, 3).join('.'))?.file;
  if (mount != null) return { path: mount.path, key: key.slice(1) };
  const writer = selected.sources.findLast(
    (source) => source.file !== null && source.locate(whole).depth === whole.length,
  );
  return writer?.file == null || !isTheUsers(selected, writer.file.path)
    ? lastPlace(selected, key)
    : { path: writer.file.path, key: whole };
}

function lastPlace({ saveTo, profileName }: Selected, key: readonly string[]): Place {
  return { path: saveTo, key: ['profiles', profileName, ...key] };
}

/** The shipped file is read first where no `-c` is given; only who names it may mean it to be edited. */
function isTheUsers({ files, saveTo }: Selected, path: string): boolean {
  return path === saveTo || (files.includes(path) && path !== shippedConfiguration);
}

function isSet({ sources, profileName }: Selected, key: readonly string[]): boolean {
  const whole = ['profiles', profileName, ...key];
  return sources.some((source) => source.file === null && source.locate(whole).depth === whole.length);
}

function othersOf({ configuration, profileName }: Selected): unknown {
  const others = Object.entries(configuration.profiles).filter(([name]) => name !== profileName);
  return {
    ...configuration,
    profiles: Object.fromEntries(others.map(([name, profile]) => [name, { ...profile, calibration: null }])),
  };
}

function textOf({ sources, mounts }: Selected, path: string): string | null {
  const read = [...sources, ...mounts.values()].find(({ file }) => file?.path === path);
  return read?.file?.text ?? null;
}

/** What aliases share must not carry a change into another profile; a calibration file that two profiles name is theirs together. */
function requireOthersSame(before: Selected, after: Selected): void {
  const [key] = differences(othersOf(before), othersOf(after));
  if (key === undefined) return;
  throw new BinocleError('bad-config', `this cannot be saved: it would change ${key.join('.')}, too`, {
    path: key.join('.'),
  });
}
