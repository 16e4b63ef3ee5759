import { isMapping, valueAt } from '../../protocol/merge-patch.js';
import { type CalibrationDocument, choiceAt, ImportFault, numbersAt, textAt } from './document.js';
import { eyeInName } from './eye-names.js';
import type { Format, Found, ImportedEye } from './imported.js';

const models = new Map([
  ['radtan', { model: 'pinhole', count: 4 }],
  ['equidistant', { model: 'fisheye', count: 4 }],
  ['none', { model: 'pinhole', count: 0 }],
] as const);

/** Kalibr's camchain: `cam0` and `cam1`, the second with the transformation from the first, in metres. */
export const kalibr: Format = {
  name: 'Kalibr camchain',
  recognises: ({ value }) =>
    isMapping(value['cam0']) && ('intrinsics' in value['cam0'] || 'camera_model' in value['cam0']),
  read(documents) {
    const [document, other] = documents;
    if (document === undefined) throw new Error('no document');
    if (other !== undefined) throw new ImportFault(other, [], 'is one file too many: a camchain holds both cameras');
    if (!isMapping(document.value['cam1'])) throw new ImportFault(document, ['cam1'], 'is missing: the second camera');
    if ('cam2' in document.value)
      throw new ImportFault(document, ['cam2'], 'is one camera too many: a pair is cam0 and cam1');

    const [first, second] = [readEye(document, 'cam0'), readEye(document, 'cam1')];
    const model = modelOf(document, 'cam0').model;
    if (modelOf(document, 'cam1').model !== model)
      throw new ImportFault(document, ['cam1', 'distortion_model'], 'must be that of cam0');
    const path = ['cam1', 'T_cn_cnm1'];
    const M = numbersAt(document, path, [[4, 4]]);
    if (M.slice(12).some((cell, index) => cell !== [0, 0, 0, 1][index]))
      throw new ImportFault(document, path, 'must end in the row 0, 0, 0, 1');
    const R = [0, 1, 2, 4, 5, 6, 8, 9, 10].map((index) => M[index]!);
    const T = [3, 7, 11].map((index) => M[index]!);
    const at = <T>(value: T): Found<T> => ({ value, document, path });

    // The order of a camchain says nothing about eyes: names do, else where they stand.
    const topics = ['cam0', 'cam1'].map((cam) => eyeInName(textAt(document, [cam, 'rostopic'])));
    const named = topics.some((topic) => topic !== undefined);
    const exchanged = named ? topics[0] === 'right' || topics[1] === 'left' : T[0]! > Math.abs(T[1]!);
    const [left, right] = exchanged ? [second, first] : [first, second];
    const pose = exchanged ? inverted(R, T) : { R, T };
    return {
      format: 'Kalibr camchain',
      model,
      left,
      right,
      sizes: ['cam0', 'cam1'].map((cam) => {
        const [width = 0, height = 0] = numbersAt(document, [cam, 'resolution'], [[1, 2]]);
        return { value: [width, height], document, path: [cam, 'resolution'] };
      }),
      R: at(pose.R),
      T: at(pose.T),
      unit: 'm',
      notes: [`${left.name} is the left camera, ${right.name} the right${named ? '' : ', by where they stand'}`],
    };
  },
};

function modelOf(document: CalibrationDocument, cam: string) {
  return choiceAt(document, [cam, 'distortion_model'], models);
}

function readEye(document: CalibrationDocument, cam: string): ImportedEye {
  const camera = valueAt(document.value, [cam, 'camera_model']);
  if (camera !== 'pinhole') {
    throw new ImportFault(
      document,
      [cam, 'camera_model'],
      `must be pinhole (got ${JSON.stringify(camera) ?? 'nothing'})`,
    );
  }
  const { count } = modelOf(document, cam);
  const [fx, fy, cx, cy] = numbersAt(document, [cam, 'intrinsics'], [[1, 4]]) as [number, number, number, number];
  const K = { value: [fx, 0, cx, 0, fy, cy, 0, 0, 1], document, path: [cam, 'intrinsics'] };
  const path = [cam, 'distortion_coeffs'];
  const D = { value: count === 0 ? [] : numbersAt(document, path, [[1, count]]), document, path };
  return { name: cam, K, D };
}

/** The way back: x_first = Rᵀ x_second - Rᵀ T. */
function inverted(R: readonly number[], T: readonly number[]) {
  const back = [0, 3, 6, 1, 4, 7, 2, 5, 8].map((index) => R[index]!);
  return {
    R: back,
    T: [0, 3, 6].map((row) => -(back[row]! * T[0]! + back[row + 1]! * T[1]! + back[row + 2]! * T[2]!)),
  };
}
