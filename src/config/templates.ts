import { existsSync, readdirSync } from 'node:fs';
import { packagePath } from '../paths.js';
import type { Configuration } from '../protocol/configuration.js';
import { valueAt } from './merge.js';
import { didYouMean } from './nearest.js';
import type { Fault } from './validate.js';

/** Keys of a profile that name a template of a folder of `pipelines/`, or a file (`*.gst`) of the user's. */
export const templateKeys = [
  { path: ['cameras', 'left', 'source'], kind: 'source' },
  { path: ['cameras', 'right', 'source'], kind: 'source' },
  { path: ['encode', 'encoder'], kind: 'encode' },
] as const;

/** Whether such a value is a file's path, not a name. */
export function isTemplateFile(value: string): boolean {
  return value.includes('/') || value.endsWith('.gst');
}

/** Names without a template, files that are not there; what is of the wrong type is left to the schema. */
export function templateFaults(configuration: Configuration): Fault[] {
  const names = { source: namesOf('source'), encode: namesOf('encode') };
  return Object.entries(configuration.profiles ?? {}).flatMap(([profileName, profile]) =>
    templateKeys.flatMap(({ path, kind }): Fault[] => {
      const value = valueAt(profile, path);
      if (typeof value !== 'string' || value === '' || value === 'auto' || names[kind].includes(value)) return [];
      const whole = ['profiles', profileName, ...path];
      if (!isTemplateFile(value)) {
        const known = ['auto', ...names[kind]];
        const message = `there is no ${kind} template "${value}"${didYouMean(value, known)} (there are ${known.join(', ')})`;
        return [{ path: whole, message }];
      }
      if (!value.endsWith('.gst')) return [{ path: whole, message: `a template's file ends in .gst (got "${value}")` }];
      return existsSync(value) ? [] : [{ path: whole, message: `${value}: no such file` }];
    }),
  );
}

function namesOf(kind: string): string[] {
  return readdirSync(packagePath('pipelines', kind))
    .filter((file) => file.endsWith('.gst'))
    .map((file) => file.slice(0, -'.gst'.length))
    .toSorted();
}
