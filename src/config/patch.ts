import type { Selected } from '../cli/command.js';
import { configurationSchema, type Configuration, type Profile } from '../protocol/configuration.js';
import { BinocleError } from '../protocol/errors.js';
import { placeCalibrations } from './calibration-file.js';
import { withDefaults, type SchemaNode } from './defaults.js';
import { isMapping, mergePatch, nested, valueAt, type Mapping } from './merge.js';
import { withAbsolutePaths } from './paths.js';
import { ConfigurationError } from './problem.js';
import { configurationFaults } from './select.js';
import type { Source } from './source.js';
import type { Fault } from './validate.js';

/** Deeper than any key of the configuration; what is nested further is somebody's game with the stack. */
const maxDepth = 16;

/**
 * A profile after a JSON Merge Patch (RFC 7386), judged as if all of it stood in the files: schema, templates, the rules between keys, the
 * rectification. A patch that names a calibration file puts that in the place of the whole calibration. Relative paths start in the working directory.
 * @throws ConfigurationError with every fault, its paths as `profile.encode.bitrate_mbps`.
 */
export async function patched(
  { configuration, profileName }: Pick<Selected, 'configuration' | 'profileName'>,
  profile: Profile,
  patch: Mapping,
): Promise<Profile> {
  const place = ['profiles', profileName];
  if (isDeeper(patch, maxDepth)) throw refusal([{ path: place, message: 'is nested too deeply' }]);
  const foreign = ['profiles', 'server', 'state_dir'].filter((key) => Object.hasOwn(patch, key));
  if (foreign.length > 0)
    throw refusal(
      foreign.map((key) => ({
        path: [...place, key],
        message: 'is no part of a profile: a file says it at the start',
      })),
    );

  // Through JSON, which knows no -0: it would differ from the 0 that files and engine make of it.
  const merged = JSON.parse(
    JSON.stringify(mergePatch(namesFile(patch) ? { ...profile, calibration: {} } : profile, patch)),
  ) as unknown;
  const placed = await placeCalibrations(nested(place, merged), [said]);
  const complete = withDefaults(configurationSchema as SchemaNode, placed.raw);
  const judged = withAbsolutePaths(complete, () => said.folder) as Configuration;
  const faults = [
    ...placed.faults,
    ...configurationFaults({ ...configuration, profiles: judged.profiles }, placed.faults),
  ];
  if (faults.length > 0) throw refusal(faults);
  return judged.profiles[profileName]!;
}

/** What was asked for as a source: its relative paths start where the program does. */
const said: Source = {
  value: {},
  file: null,
  folder: process.cwd(),
  locate: () => ({ origin: '', line: 0, column: 0, depth: 0 }),
};

function namesFile(patch: Mapping): boolean {
  return typeof valueAt(patch, ['calibration', 'file']) === 'string';
}

function refusal(faults: readonly Fault[]): BinocleError {
  const problems = faults.map(({ path, message }) => ({
    origin: '',
    path: ['profile', ...path.slice(2)].join('.'),
    message,
  }));
  return new ConfigurationError(problems);
}

function isDeeper(value: unknown, depth: number): boolean {
  if (!isMapping(value) && !Array.isArray(value)) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1));
}
