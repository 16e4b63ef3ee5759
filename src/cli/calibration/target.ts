import { resolve } from 'node:path';
import type { Size } from '../../calibration/view.js';
import { isMapping, valueAt } from '../../config/merge.js';
import { ConfigurationError } from '../../config/problem.js';
import { readText, unreadable } from '../../config/source.js';
import { parseYaml, YamlError } from '../../config/yaml.js';
import { type Calibration, profileSchema } from '../../protocol/configuration.js';

/** The configuration that a calibration is for, as its files say it. */
export interface Target {
  /** The last is the one to write; `text` is null where there is no file yet. */
  files: { name: string; text: string | null }[];
  profile: string;
  /** What the profile captures; `stated` if a file says so. */
  capture: Size & { stated: boolean };
  /** What the last file says of the sensor. */
  sensor: Calibration['sensor'];
}

/**
 * @param config files as on the command line; a file need not exist
 * @param name the profile asked for
 * @throws ConfigurationError for a file that cannot be read or is not YAML.
 */
export async function openTarget(config: readonly string[], name: string | undefined): Promise<Target> {
  const files = await Promise.all(config.map(async (file) => ({ name: file, text: await textOf(file) })));
  const values = files.map((file) => (file.text === null ? {} : valueOf(file.text, file.name)));
  const profile = name ?? profileIn(values);
  const said = (path: readonly string[]) =>
    values.map((value) => valueAt(value, ['profiles', profile, ...path])).findLast((value) => value !== undefined);
  const { width, height } = profileSchema.properties.capture.properties;
  const [statedWidth, statedHeight] = [said(['capture', 'width']), said(['capture', 'height'])];
  return {
    files,
    profile,
    capture: {
      width: typeof statedWidth === 'number' ? statedWidth : width.default,
      height: typeof statedHeight === 'number' ? statedHeight : height.default,
      stated: statedWidth !== undefined || statedHeight !== undefined,
    },
    sensor: valueAt(values.at(-1), ['profiles', profile, 'calibration', 'sensor']) as Calibration['sensor'],
  };
}

async function textOf(name: string): Promise<string | null> {
  try {
    return await readText(resolve(name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new ConfigurationError([{ origin: name, path: '', message: unreadable(error) }]);
  }
}

function valueOf(text: string, name: string): unknown {
  try {
    return parseYaml(text).value ?? {};
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const { line, column } = error.position;
    throw new ConfigurationError([{ origin: `${name}:${line}:${column}`, path: '', message: error.message }]);
  }
}

/** The profile that a start would use: `default`, else the first that is written. */
function profileIn(values: readonly unknown[]): string {
  const names = values.flatMap((value) => {
    const profiles = valueAt(value, ['profiles']);
    return isMapping(profiles) ? Object.keys(profiles) : [];
  });
  return names.includes('default') ? 'default' : (names[0] ?? 'default');
}
