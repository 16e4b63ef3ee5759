import { completed, type Completed, type Wishes } from '../calibration/import/complete.js';
import { ImportFault } from '../calibration/import/document.js';
import { readDocuments } from '../calibration/import/formats.js';
import type { Imported } from '../calibration/import/imported.js';
import { ConfigurationError } from '../config/problem.js';
import { calibrationSchema } from '../protocol/configuration.js';
import { BinocleError } from '../protocol/errors.js';
import { readDocument } from './calibration/read-document.js';
import { asJson, asText } from './calibration/report.js';
import { openTarget } from './calibration/target.js';
import { profileText, writeOut, writeProfile } from './calibration/write.js';
import type { Command, CommandContext } from './command.js';

interface Options {
  config?: string[];
  profile?: string;
  rig?: string;
  out?: string;
  size?: string;
  model?: string;
  alpha?: string;
  sensor?: string;
}

export const command: Command = {
  name: 'calibration',
  summary: 'import the calibration of a pair of cameras',
  usage: 'import FILE…',
  positionals: true,
  help: `import reads what calibrates a pair of cameras and says what it comes to. The format is seen from the content:
  OpenCV FileStorage  YAML, XML or JSON, e.g. intrinsics.yml and extrinsics.yml of the sample stereo_calib
  ROS camera_info     two files, one of each camera
  Kalibr camchain     one file with cam0 and cam1
With -c FILE the calibration is written into the last such file, and nothing else in it changes; with --out PATH into a file of its own,
which calibration.file may name (and does, where both are given); with neither, a configuration that holds it goes to stdout.`,
  options: {
    rig: {
      type: 'string',
      value: 'NAME',
      describe: 'the profile to write (default: --profile, else "default", else the first)',
    },
    out: { type: 'string', value: 'PATH', describe: 'write a calibration file' },
    size: {
      type: 'string',
      value: 'WxH',
      describe: 'size of the calibrated pictures, where the files do not say, e.g. 640x480',
    },
    model: {
      type: 'string',
      value: 'MODEL',
      describe: 'pinhole or fisheye, where the files do not say (default: pinhole)',
    },
    alpha: {
      type: 'string',
      value: 'NUMBER',
      describe: 'compute R1, R2, P1, P2 anew from R and T: 0 without black borders, 1 all pixels, -1 in between',
    },
    sensor: {
      type: 'string',
      value: 'NAME',
      describe: `the cameras' sensor: ${calibrationSchema.properties.sensor.enum.join(', ')} (see calibration.sensor)`,
    },
  },
  run,
};

async function run(context: CommandContext): Promise<number> {
  const [verb, ...files] = context.positionals;
  if (verb !== 'import') {
    const what = verb === undefined ? 'what to do is missing' : `unknown "${verb}"`;
    throw new BinocleError('bad-usage', `${what}: binocle calibration import FILE…`);
  }
  if (files.length === 0) throw new BinocleError('bad-usage', 'no file given: binocle calibration import FILE…');
  const options = context.options as Options;
  const { config, out, rig, profile } = options;
  const wishes = wishesOf(options);
  const target = await openTarget(config ?? [], rig ?? profile);
  const { imported, result } = await importFiles(files, { ...wishes, captured: target.capture });
  const source = { files, format: imported.format };
  const written =
    config !== undefined
      ? await writeProfile(context, target, out, source, result)
      : out === undefined
        ? null
        : await writeOut(out, source, result);

  const told = { files, imported, result, written };
  if (context.json) context.print(JSON.stringify(asJson(told)));
  else if (written !== null) context.print(asText(told));
  else {
    process.stderr.write(`${asText(told)}\n`);
    context.print(profileText(source, result, target.profile).trimEnd());
  }
  return 0;
}

async function importFiles(
  files: readonly string[],
  wishes: Wishes,
): Promise<{ imported: Imported; result: Completed }> {
  const documents = await Promise.all(files.map(readDocument));
  try {
    const imported = readDocuments(documents);
    return { imported, result: completed(imported, wishes) };
  } catch (error) {
    if (!(error instanceof ImportFault)) throw error;
    const { document, path, message } = error;
    const { line, column } = document.locate(path);
    const origin = path.length === 0 ? document.name : `${document.name}:${line}:${column}`;
    throw new ConfigurationError([{ origin, path: path.join('.'), message }]);
  }
}

function wishesOf({ size, model, alpha, sensor }: Options): Wishes {
  const [, width, height] = /^(\d+)x(\d+)$/i.exec(size ?? '') ?? [];
  if (size !== undefined && width === undefined) throw usage('size', 'WIDTHxHEIGHT, e.g. 640x480', size);
  if (model !== undefined && model !== 'pinhole' && model !== 'fisheye')
    throw usage('model', 'pinhole or fisheye', model);
  const sensors = calibrationSchema.properties.sensor.enum;
  const known = sensors.find((name) => name === sensor);
  if (sensor !== undefined && known === undefined) throw usage('sensor', `one of ${sensors.join(', ')}`, sensor);
  if (alpha !== undefined && !(alpha.trim() !== '' && Number(alpha) >= -1 && Number(alpha) <= 1)) {
    throw usage('alpha', 'a number between -1 and 1', alpha);
  }
  return {
    size: width === undefined ? undefined : [Number(width), Number(height)],
    model,
    alpha: alpha === undefined ? undefined : Number(alpha),
    sensor: known,
  };
}

function usage(option: string, expected: string, got: string): BinocleError {
  return new BinocleError('bad-usage', `--${option} must be ${expected} (got "${got}")`, { path: option });
}
