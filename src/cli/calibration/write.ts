import { dirname, relative, resolve } from 'node:path';
import { calibratedEye } from '../../calibration/calibrated-eye.js';
import type { Completed } from '../../calibration/import/complete.js';
import type { Size } from '../../calibration/view.js';
import { editYaml } from '../../config/edit-yaml.js';
import { stageFile, type Staged } from '../../config/replace-file.js';
import { blockYaml } from '../../config/yaml-write.js';
import { type Calibration, profileSchema } from '../../protocol/configuration.js';
import { BinocleError } from '../../protocol/errors.js';
import type { CommandContext } from '../command.js';
import type { Target } from './target.js';

export interface Written {
  files: string[];
  profile?: string;
  /** What the profile captures from now on, where nothing said so before and its default does not fit the calibration. */
  capture?: Size;
}

/** Where a calibration comes from, for the head of a new file. */
interface Source {
  files: readonly string[];
  format: string;
}

const layout = { indent: 0, step: 2, newline: '\n' };

/** A configuration that holds the calibration and nothing else. */
export function profileText(source: Source, { calibration }: Completed, name: string): string {
  const profile = { ...captureFor(calibration), calibration };
  return `${heading(source)}${blockYaml({ profiles: { [name]: profile } }, layout)}\n`;
}

/** Makes a calibration file, for `calibration.file`. @throws BinocleError `bad-config` where it cannot be written. */
export async function writeOut(out: string, source: Source, { calibration }: Completed): Promise<Written> {
  await commit([{ path: out, text: calibrationText(source, calibration) }]);
  return { files: [out] };
}

/**
 * Puts the calibration into the last of the configuration's files, by itself or as the name of the file `out`. What that leads to is validated as a
 * whole before anything is written.
 * @throws ConfigurationError for a configuration that would not start; BinocleError `bad-config` for a file that cannot be edited or written.
 */
export async function writeProfile(
  context: CommandContext,
  target: Target,
  out: string | undefined,
  source: Source,
  { calibration: imported }: Completed,
): Promise<Written> {
  const { profile } = target;
  const { name: file, text } = target.files.at(-1)!;
  const calibration: Calibration = { ...(target.sensor === undefined ? {} : { sensor: target.sensor }), ...imported };
  const added = target.capture.stated ? {} : captureFor(calibration);
  const value = out === undefined ? calibration : { file: relative(dirname(resolve(file)), resolve(out)) };
  const changes = Object.entries({ ...added, calibration: value }).map(([key, inner]) => ({
    path: ['profiles', profile, key],
    value: inner,
  }));
  const parts = [
    ...(out === undefined ? [] : [{ path: out, text: calibrationText(source, calibration) }]),
    { path: file, text: editYaml(text ?? heading(source), changes) },
  ];
  await context.select(new Map(parts.map((part) => [resolve(part.path), part.text])));
  await commit(parts);
  return { files: parts.map(({ path }) => path), profile, ...added };
}

function heading({ files, format }: Source): string {
  const names = files.join(', ').replaceAll(/\p{Cc}/gu, '?');
  return `# Calibration that binocle imported from ${names} (${format}).\n`;
}

function calibrationText(source: Source, calibration: Calibration): string {
  return `${heading(source)}${blockYaml(calibration, layout)}\n`;
}

/** The calibrated size, where the default capture would be refused with this calibration. */
function captureFor(calibration: Calibration): { capture?: Size } {
  const { width, height } = profileSchema.properties.capture.properties;
  try {
    const model = calibration.model === 'fisheye' ? 'fisheye' : 'pinhole';
    calibratedEye(calibration, model, 'left', { width: width.default, height: height.default });
    return {};
  } catch (error) {
    if (!(error instanceof BinocleError) || error.path !== 'profile.calibration.size') throw error;
    const [calibratedWidth = 0, calibratedHeight = 0] = calibration.size ?? [];
    return { capture: { width: calibratedWidth, height: calibratedHeight } };
  }
}

/** All of them or, where one cannot be written, none. */
async function commit(parts: readonly { path: string; text: string }[]): Promise<void> {
  const staged: Staged[] = [];
  for (const { path, text } of parts) {
    try {
      staged.push(await stageFile(resolve(path), text, 0o644));
    } catch (error) {
      for (const file of staged) await file.discard();
      throw notWritten(path, error);
    }
  }
  for (const file of staged) await file.commit();
}

function notWritten(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const why = code === 'ENOENT' ? 'there is no such folder' : code;
  return new BinocleError('bad-config', `${path} cannot be written (${why}); nothing was changed`, { cause: error });
}
