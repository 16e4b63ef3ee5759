import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Selected } from '../cli/command.js';
import { packagePath } from '../paths.js';
import { configurationSchema, type Configuration } from '../protocol/configuration.js';
import { placeCalibrations } from './calibration-file.js';
import { withDefaults, type SchemaNode } from './defaults.js';
import { locateFaults, sourceOf } from './locate.js';
import { isMapping, mergePatch, valueAt } from './merge.js';
import { didYouMean } from './nearest.js';
import { withAbsolutePaths } from './paths.js';
import { ConfigurationError, type Problem } from './problem.js';
import { ruleFaults } from './rules.js';
import {
  addressesProfile,
  displayName,
  readSetting,
  readSource,
  resolvePath,
  type Read,
  type Source,
  type Texts,
} from './source.js';
import { templateFaults } from './templates.js';
import { schemaFaults, type Fault } from './validate.js';

/** What of a command line says which configuration is meant. */
export interface Selection {
  /** Files, later ones win. Left out: the shipped one, and the one of the state folder that holds what was saved. */
  config?: readonly string[];
  /** `KEY=VALUE`, later ones win. */
  set?: readonly string[];
  profile?: string;
}

/** The profile file that comes with the program; it is the manual of every key, and says what the built-in defaults are. */
export const shippedConfiguration = packagePath('config', 'camera_profiles.yaml');
/** In the state folder: settings saved without a file of the user's. */
export const savedConfiguration = 'camera_profiles.yaml';

/**
 * Reads, merges, completes and validates; every relative path in the result is absolute, every calibration file is in its place. `instead` stands
 * for the texts of some of the files.
 * @throws ConfigurationError with all that is wrong at once.
 */
export async function select({ config, set = [], profile }: Selection, instead?: Texts): Promise<Selected> {
  const general = set.filter((setting) => !addressesProfile(setting)).map((setting) => readSetting(setting, ''));
  const { files, saveTo } = config === undefined ? await ownFiles(general, instead) : givenFiles(config);
  const reads = await Promise.all(files.map(({ path, name }) => readSource(path, name, instead)));
  const profileName = chooseProfile(merge(accept([...reads, ...general])), profile);

  const sources = accept([...reads, ...set.map((setting) => readSetting(setting, profileName))]);
  const placed = await placeCalibrations(merge(sources), sources, instead);
  const complete = withDefaults(configurationSchema as SchemaNode, placed.raw);
  const configuration = withAbsolutePaths(complete, (path) => sourceOf(sources, path).folder) as Configuration;
  const faults = [...placed.faults, ...configurationFaults(configuration, placed.faults)];
  if (faults.length > 0) throw new ConfigurationError(locateFaults(faults, sources, placed.mounts));

  const calibrationFile = placed.files.get(profileName);
  return {
    configuration,
    profileName,
    profile: configuration.profiles[profileName]!,
    files: files.map(({ path }) => path),
    ...(calibrationFile === undefined ? {} : { calibrationFile }),
    sources,
    mounts: placed.mounts,
    saveTo,
  };
}

/** Everything that schema, templates and the rules between keys say against a configuration, beyond what is `known`. */
export function configurationFaults(configuration: Configuration, known: readonly Fault[] = []): Fault[] {
  // Where faults are found, the rules are only asked about the sections without one: there it is a Configuration.
  const found = [...schemaFaults(configuration), ...templateFaults(configuration)];
  return [...found, ...ruleFaults(configuration, [...known, ...found])];
}

interface Files {
  files: { name: string; path: string }[];
  saveTo: string;
}

function givenFiles(config: readonly string[]): Files {
  const files = config.map((name) => ({ name, path: resolve(name) }));
  return { files, saveTo: files.at(-1)!.path };
}

/** The shipped file, which is not the user's to edit, and after it what was saved to the state folder. */
async function ownFiles(general: readonly Read[], instead: Texts | undefined): Promise<Files> {
  const shipped = { name: displayName(shippedConfiguration), path: shippedConfiguration };
  const sources = accept([await readSource(shipped.path, shipped.name), ...general]);
  const folder = valueAt(merge(sources), ['state_dir']) ?? configurationSchema.properties.state_dir.default;
  // Of the wrong type: the schema says so.
  if (typeof folder !== 'string') return { files: [shipped], saveTo: shipped.path };
  const path = join(resolvePath(folder, sourceOf(sources, ['state_dir']).folder), savedConfiguration);
  const exists = instead?.has(path) === true || existsSync(path);
  return { files: exists ? [shipped, { name: displayName(path), path }] : [shipped], saveTo: path };
}

function accept(reads: readonly Read[]): Source[] {
  const problems = reads.flatMap((read): Problem[] => ('problem' in read ? [read.problem] : []));
  if (problems.length > 0) throw new ConfigurationError(problems);
  return reads.flatMap((read) => ('source' in read ? [read.source] : []));
}

function merge(sources: readonly Source[]): unknown {
  return sources.reduce<unknown>((whole, { value }) => mergePatch(whole, keepingEmptyProfiles(value)), {});
}

/** `night:` with nothing below it is a profile of defaults, not the removal of one. */
function keepingEmptyProfiles(value: unknown): unknown {
  const profiles = valueAt(value, ['profiles']);
  if (!isMapping(value) || !isMapping(profiles)) return value;
  const kept = Object.entries(profiles).map(([name, profile]) => [name, profile ?? {}]);
  return { ...value, profiles: Object.fromEntries(kept) as unknown };
}

/** The profile asked for; else the one called `default`; else the first. */
function chooseProfile(raw: unknown, asked: string | undefined): string {
  const profiles = valueAt(raw, ['profiles']);
  const names = isMapping(profiles) && Object.keys(profiles).length > 0 ? Object.keys(profiles) : ['default'];
  if (asked === undefined) return names.includes('default') ? 'default' : names[0]!;
  if (names.includes(asked)) return asked;
  const message = `no such profile${didYouMean(asked, names)} (there ${names.length > 1 ? 'are' : 'is'} ${names.join(', ')})`;
  throw new ConfigurationError([{ origin: `--profile ${asked}`, path: '', message }]);
}
