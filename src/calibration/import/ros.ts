import { isMapping, valueAt } from '../../protocol/merge-patch.js';
import { type CalibrationDocument, choiceAt, countAt, ImportFault, numbersAt, type Shape, textAt } from './document.js';
import { eyeInName } from './eye-names.js';
import type { Format, Found, Imported, ImportedEye } from './imported.js';

/** Keys of the files that `camera_calibration` writes, of a message of ROS 1, and of one of ROS 2. */
const spellings = [
  {
    width: 'image_width',
    height: 'image_height',
    K: 'camera_matrix',
    D: 'distortion_coefficients',
    R: 'rectification_matrix',
    P: 'projection_matrix',
  },
  { width: 'width', height: 'height', K: 'K', D: 'D', R: 'R', P: 'P' },
  { width: 'width', height: 'height', K: 'k', D: 'd', R: 'r', P: 'p' },
] as const;

/** `distortion_model` of sensor_msgs/CameraInfo. */
const models = new Map<string, { model: 'pinhole' | 'fisheye'; counts: readonly number[] }>([
  ['plumb_bob', { model: 'pinhole', counts: [0, 4, 5] }],
  ['rational_polynomial', { model: 'pinhole', counts: [8, 12, 14] }],
  ['equidistant', { model: 'fisheye', counts: [4] }],
  ['fisheye', { model: 'fisheye', counts: [4] }],
]);

/** ROS's sensor_msgs/CameraInfo, a file an eye. */
export const ros: Format = {
  name: 'ROS camera_info',
  recognises: ({ value }) => typeof value['distortion_model'] === 'string' && spellingOf(value) !== undefined,
  read(documents) {
    const [first, second, third] = documents;
    if (first === undefined) throw new Error('no document');
    if (second === undefined || third !== undefined) {
      const message = `is for one camera: give two files, of the left and of the right one (got ${documents.length})`;
      throw new ImportFault(third ?? first, [], message);
    }
    const sides = [first, second].map(sideOf);
    if (sides[0] !== undefined && sides[0] === sides[1]) {
      throw new ImportFault(
        second,
        ['camera_name'],
        `is the ${sides[0]} camera, as ${first.name} is: one of each is needed`,
      );
    }
    const exchanged = sides[0] === 'right' || sides[1] === 'left';
    const [left, right] = exchanged ? [second, first] : [first, second];
    const model = modelOf(left).model;
    if (modelOf(right).model !== model) {
      throw new ImportFault(
        right,
        ['distortion_model'],
        `must be that of the left camera, ${textAt(left, ['distortion_model'])}`,
      );
    }
    return {
      format: 'ROS camera_info',
      model,
      left: readEye(left),
      right: readEye(right),
      sizes: [left, right].map(sizeOf),
      unit: 'm',
      notes: sides.every((side) => side === undefined)
        ? [`${left.name} is taken for the left camera, ${right.name} for the right`]
        : [],
    } satisfies Imported;
  },
};

function spellingOf(value: object) {
  return spellings.find(({ K, P }) => K in value && P in value);
}

/** By the camera's name, else the file's, else by the projection: the right one's begins at minus the baseline. */
function sideOf(document: CalibrationDocument): 'left' | 'right' | undefined {
  const named = eyeInName(textAt(document, ['camera_name'])) ?? eyeInName(document.name);
  if (named !== undefined) return named;
  const shift = numbersAt(document, [spellingOf(document.value)!.P], [[3, 4]])[3] ?? 0;
  return shift === 0 ? undefined : 'right';
}

function modelOf(document: CalibrationDocument) {
  return choiceAt(document, ['distortion_model'], models);
}

function readEye(document: CalibrationDocument): ImportedEye {
  const { K, D, R, P } = spellingOf(document.value)!;
  const at = (key: string, shapes: readonly Shape[]): Found<number[]> => ({
    value: numbersAt(document, [key], shapes),
    document,
    path: [key],
  });
  requireWhole(document);
  const counts = modelOf(document).counts.map((count): Shape => [1, count]);
  return { name: document.name, K: at(K, [[3, 3]]), D: at(D, counts), R: at(R, [[3, 3]]), P: at(P, [[3, 4]]) };
}

function sizeOf(document: CalibrationDocument): Found<[number, number]> {
  const { width, height } = spellingOf(document.value)!;
  return { value: [countAt(document, [width]), countAt(document, [height])], document, path: [width] };
}

/** A message may speak of a part of the picture, which its matrices then do not fit. */
function requireWhole(document: CalibrationDocument): void {
  for (const key of ['binning_x', 'binning_y']) {
    const binning = document.value[key];
    if (typeof binning === 'number' && binning > 1)
      throw new ImportFault(document, [key], 'must be 1: import the calibration of the whole picture');
  }
  const roi = document.value['roi'];
  if (
    isMapping(roi) &&
    [valueAt(roi, ['x_offset']), valueAt(roi, ['y_offset'])].some((offset) => typeof offset === 'number' && offset > 0)
  ) {
    throw new ImportFault(document, ['roi'], 'must be the whole picture');
  }
}
