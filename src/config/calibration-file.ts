import { isMapping, mergePatch, nested, valueAt, type Mapping } from './merge.js';
import { readSource, resolvePath, displayName, type Source, type Texts } from './source.js';
import { sourceOf } from './locate.js';
import type { Fault } from './validate.js';

export interface WithCalibrations {
  raw: unknown;
  /** The files read, by the dotted path of the `calibration` they stand in for. */
  mounts: Map<string, Source>;
  /** Their absolute paths, by profile. */
  files: Map<string, string>;
  faults: Fault[];
}

/** Puts the content of every `calibration.file` in the place that names it. */
export async function placeCalibrations(
  raw: unknown,
  sources: readonly Source[],
  instead?: Texts,
): Promise<WithCalibrations> {
  const placed: WithCalibrations = { raw, mounts: new Map(), files: new Map(), faults: [] };
  for (const name of Object.keys(mappingAt(raw, ['profiles']))) {
    const path = ['profiles', name, 'calibration'];
    const calibration = mappingAt(raw, path);
    const inline = Object.keys(calibration).filter((key) => key !== 'file');
    const { file } = calibration;
    const refuse = (key: string, message: string) => placed.faults.push({ path: [...path, key], message });

    if (file === undefined) {
      const [first] = inline;
      if (first !== undefined && calibration['model'] === undefined)
        refuse('model', `is missing: what ${first} describes, pinhole or fisheye`);
      continue;
    }
    // Of the wrong type: the schema says so.
    if (typeof file !== 'string' || file === '') continue;
    if (inline.length > 0) {
      refuse('file', `stands together with ${inline.join(', ')}: give a file, or the values themselves`);
      continue;
    }
    const absolute = resolvePath(file, sourceOf(sources, [...path, 'file']).folder);
    const read = await readSource(absolute, displayName(absolute), instead);
    if ('problem' in read) {
      refuse('file', `${read.problem.origin}: ${read.problem.message}`);
      continue;
    }
    const { source } = read;
    placed.mounts.set(path.join('.'), source);
    placed.files.set(name, absolute);
    placed.raw = mergePatch(placed.raw, nested(path, { ...source.value, file: null }));
    if (source.value['file'] !== undefined)
      refuse('file', 'does not belong into a calibration file: give the values themselves');
    else if (source.value['model'] === undefined) refuse('model', 'is missing: pinhole, fisheye or none');
  }
  return placed;
}

function mappingAt(root: unknown, path: readonly string[]): Mapping {
  const value = valueAt(root, path);
  return isMapping(value) ? value : {};
}
