import { isMapping, type Mapping } from '../../protocol/merge-patch.js';
import { type CalibrationDocument, countAt, ImportFault, numbersAt, type Shape } from './document.js';
import { eyeInName } from './eye-names.js';
import type { Format, Found, Imported, ImportedEye } from './imported.js';

type Side = 'left' | 'right';

/** The names under which a role is written, in lower case without `_` and `-`; of each eye with 1 or 2, l or r, left or right before or after. */
const names = {
  K: ['m', 'k', 'cameramatrix', 'camera', 'intrinsicmatrix', 'intrinsics', 'intrinsic', 'mtx'],
  D: ['d', 'distcoeffs', 'distcoeff', 'distortioncoefficients', 'distortioncoeffs', 'distortion', 'dist'],
  R: ['r', 'rectification', 'rectificationmatrix'],
  P: ['p', 'projection', 'projectionmatrix'],
} as const;
const rotationNames = ['r', 'rotation', 'rotationmatrix'];
const translationNames = ['t', 'translation', 'translationvector'];
const marks = { left: ['1', 'l', 'left'], right: ['2', 'r', 'right'] } as const;

/** 12 and 14 come with thin prism and tilt terms, which are refused where they are not 0. */
const distortionShapes = [4, 5, 8, 12, 14].map((count): Shape => [1, count]);

/** OpenCV's FileStorage (YAML, XML or JSON) as `stereo_calib`, `calibration` and their many relatives write it. */
export const opencv: Format = {
  name: 'OpenCV FileStorage',
  recognises: ({ value }) => Object.values(value).some(isMatrix) || Object.keys(value).length > 0,
  read(documents) {
    const left = readEye(documents, 'left');
    const right = readEye(documents, 'right');
    return {
      format: 'OpenCV FileStorage',
      model: statedModel(documents),
      left,
      right,
      sizes: documents.flatMap((document) => sizeOf(document) ?? []),
      R: find(documents, rotationNames, [[3, 3]]),
      T: find(documents, translationNames, [
        [3, 1],
        [1, 3],
      ]),
      notes: [],
    };
  },
};

function isMatrix(value: unknown): boolean {
  return isMapping(value) && 'rows' in value && 'cols' in value && 'data' in value;
}

function normal(name: string): string {
  return name.toLowerCase().replaceAll(/[_\-\s]/g, '');
}

function readEye(documents: readonly CalibrationDocument[], side: Side): ImportedEye {
  const own = cameraFile(documents, side);
  const role = (bases: readonly string[], shapes: readonly Shape[], alone: boolean) =>
    find(documents, withMark(bases, side), shapes) ??
    (alone && own !== undefined ? find([own], bases, shapes) : undefined);
  const K = role(names.K, [[3, 3]], true);
  const D = role(names.D, distortionShapes, true);
  for (const [found, key, what] of [
    [K, `M${side === 'left' ? 1 : 2}`, 'camera matrix'],
    [D, `D${side === 'left' ? 1 : 2}`, 'distortion coefficients'],
  ] as const) {
    if (found !== undefined) continue;
    const keys = documents.flatMap(({ value }) => Object.keys(value));
    const there = keys.length === 0 ? 'nothing' : keys.slice(0, 20).join(', ');
    throw new ImportFault(documents[0]!, [key], `is missing: the ${what} of the ${side} camera (there is ${there})`);
  }
  // `R` and `P` without a mark are something else.
  const R = role(names.R, [[3, 3]], false);
  const P = role(names.P, [[3, 4]], false);
  return { name: K!.path.join('.'), K: K!, D: D!, R, P };
}

/** Two files of one camera each use the same names; who is who is in the file's name, or in the order. */
function cameraFile(documents: readonly CalibrationDocument[], side: Side): CalibrationDocument | undefined {
  const single = documents.filter(({ value }) => matrixKeyOf(value, names.K) !== undefined);
  const left =
    single.find(({ name }) => eyeInName(name) === 'left') ?? single.find(({ name }) => eyeInName(name) !== 'right');
  const right =
    single.find((one) => one !== left && eyeInName(one.name) === 'right') ?? single.find((one) => one !== left);
  return side === 'left' ? left : right;
}

function withMark(bases: readonly string[], side: Side): string[] {
  return bases.flatMap((base) => [...marks[side].map((mark) => `${base}${mark}`), `${side}${base}`]);
}

function keyOf(value: Mapping, candidates: readonly string[]): string | undefined {
  return Object.keys(value).find((key) => candidates.includes(normal(key)));
}

/** Of a matrix: a single number of that name (`k1`) is something else. */
function matrixKeyOf(value: Mapping, candidates: readonly string[]): string | undefined {
  return Object.keys(value).find((key) => candidates.includes(normal(key)) && typeof value[key] !== 'number');
}

function find(
  documents: readonly CalibrationDocument[],
  candidates: readonly string[],
  shapes: readonly Shape[],
): Found<number[]> | undefined {
  for (const document of documents) {
    const key = matrixKeyOf(document.value, candidates);
    if (key !== undefined) return { value: numbersAt(document, [key], shapes), document, path: [key] };
  }
  return undefined;
}

function sizeOf(document: CalibrationDocument): Found<[number, number]> | undefined {
  const { value } = document;
  const width = keyOf(value, ['imagewidth', 'width']);
  const height = keyOf(value, ['imageheight', 'height']);
  if (width !== undefined && height !== undefined) {
    return { value: [countAt(document, [width]), countAt(document, [height])], document, path: [width] };
  }
  const both = keyOf(value, ['imagesize', 'size', 'resolution', 'imgsize']);
  if (both === undefined) return undefined;
  const [first = 0, second = 0] = numbersAt(document, [both], [[1, 2]]);
  return { value: [first, second], document, path: [both] };
}

function statedModel(documents: readonly CalibrationDocument[]): Imported['model'] {
  for (const { value } of documents) {
    const flag = keyOf(value, ['fisheyemodel', 'fisheye']);
    if (flag !== undefined) return [0, false, 'false'].includes(value[flag] as number) ? 'pinhole' : 'fisheye';
    const model = keyOf(value, ['model', 'cameramodel', 'distortionmodel']);
    if (model !== undefined && /fisheye|equidistant/i.test(String(value[model]))) return 'fisheye';
  }
  return undefined;
}
