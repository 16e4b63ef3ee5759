import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { isMapping, nested, type Mapping } from './merge.js';
import type { Problem } from './problem.js';
import { parseYaml, YamlError } from './yaml.js';

/** Where settings were written: a file, or one `--set` of the command line. */
export interface Source {
  value: Mapping;
  /** Of a file: its absolute path and its text as it was read. */
  file: { path: string; text: string } | null;
  /** Relative paths among the settings start here. */
  folder: string;
  /** Where `path` is written (or the nearest key above it), and how many of its segments are written there. */
  locate(path: readonly string[]): { origin: string; line: number; column: number; depth: number };
}

export type Read = { source: Source } | { problem: Problem };

/** Texts that stand for those of files, by absolute path: what a file would say once it is written. */
export type Texts = ReadonlyMap<string, string>;

/** A file of settings, called `name` in messages. An empty one says nothing. */
export async function readSource(path: string, name: string, instead?: Texts): Promise<Read> {
  try {
    return parseSource(instead?.get(path) ?? (await readText(path)), path, name);
  } catch (error) {
    return { problem: { origin: name, path: '', message: unreadable(error) } };
  }
}

/** The text of a file. @throws what {@link unreadable} puts into words. */
export async function readText(path: string): Promise<string> {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(path));
}

function parseSource(text: string, path: string, name: string): Read {
  const wrong = (message: string, at = '') => ({ problem: { origin: `${name}${at}`, path: '', message } });
  try {
    const yaml = parseYaml(text);
    const { value } = yaml;
    const { line, column } = yaml.locate([]).position;
    if (value !== undefined && value !== null && !isMapping(value)) {
      return wrong('must be a mapping: lines of the form "key: value"', `:${line}:${column}`);
    }
    const source: Source = {
      value: value ?? {},
      file: { path, text },
      folder: dirname(path),
      locate: (keys) => {
        const { position, depth } = yaml.locate(keys);
        return { origin: `${name}:${position.line}:${position.column}`, ...position, depth };
      },
    };
    return { source };
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return wrong(error.message, `:${error.position.line}:${error.position.column}`);
  }
}

/** Why a file could not be read, for people. */
export function unreadable(error: unknown): string {
  if (error instanceof TypeError || error instanceof RangeError) return 'is not UTF-8 text';
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  const words: Record<string, string> = {
    ENOENT: 'no such file',
    ENOTDIR: 'no such file',
    EISDIR: 'is a folder, not a file',
    EACCES: 'may not be read by this user',
    ENAMETOOLONG: 'no such file: the name is too long',
    ERR_FS_FILE_TOO_LARGE: 'is too large',
  };
  return words[code] ?? `cannot be read (${code})`;
}

/** One `--set KEY=VALUE`; `profile.` is the profile called `profileName`. */
export function readSetting(setting: string, profileName: string): Read {
  const origin = `--set ${setting}`;
  const [written, yaml] = split(setting);
  const keys = written.split('.');
  const wrong = (message: string) => ({ problem: { origin, path: '', message } });
  if (yaml === undefined || keys.some((key) => key.trim() === '')) {
    return wrong('must read KEY=VALUE with a dotted KEY, e.g. profile.encode.bitrate_mbps=8');
  }
  if (written === 'profile') {
    return wrong('a profile is chosen with --profile NAME; a setting of it is profile.KEY');
  }
  const path = keys[0] === 'profile' ? ['profiles', profileName, ...keys.slice(1)] : keys;
  try {
    const value = nested(path, parseYaml(yaml).value ?? null) as Mapping;
    const depthOf = (wanted: readonly string[]) => {
      const end = wanted.findIndex((key, index) => index < path.length && path[index] !== key);
      return end < 0 ? wanted.length : end;
    };
    const locate = (wanted: readonly string[]) => ({ origin, line: 0, column: 0, depth: depthOf(wanted) });
    return { source: { value, file: null, folder: process.cwd(), locate } };
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return { problem: { origin, path: written, message: error.message } };
  }
}

export function addressesProfile(setting: string): boolean {
  return split(setting)[0].split('.')[0] === 'profile';
}

function split(setting: string): [key: string, value: string | undefined] {
  const end = setting.indexOf('=');
  return end < 0 ? [setting, undefined] : [setting.slice(0, end).trim(), setting.slice(end + 1)];
}

/** `~` is the home directory; what is relative starts in `folder`. */
export function resolvePath(path: string, folder: string): string {
  if (path === '~' || path.startsWith('~/')) return join(homedir(), path.slice(1));
  return resolve(folder, path);
}

/** A path as short as it can be said from the working directory. */
export function displayName(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short;
}
