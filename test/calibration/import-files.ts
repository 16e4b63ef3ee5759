import { inverse, type Matrix3 } from '../../src/calibration/matrix3.js';

/** One calibration as any program might have found it; what the same files of every format are written from. */
export interface Pair {
  model: 'pinhole' | 'fisheye';
  size: [number, number];
  left: { K: number[]; D: number[]; R?: number[]; P?: number[] };
  right: { K: number[]; D: number[]; R?: number[]; P?: number[] };
  R: number[];
  T: number[];
}

/** Matrices by name, as `cv::FileStorage` writes them in YAML. */
export function storageYaml(matrices: Record<string, number[]>, others: Record<string, unknown> = {}): string {
  const parts = Object.entries(matrices).map(([name, cells]) => {
    const [rows, columns] = shapeOf(cells);
    const data = cells
      .map(storageNumber)
      .join(', ')
      .replaceAll(/(.{40,60}?, )/g, '$1\n       ');
    return `${name}: !!opencv-matrix\n   rows: ${rows}\n   cols: ${columns}\n   dt: d\n   data: [ ${data} ]\n`;
  });
  const rest = Object.entries(others).map(([name, value]) => `${name}: ${String(value)}\n`);
  return `%YAML:1.0\n---\n${rest.join('')}${parts.join('')}`;
}

/** The same in XML. */
export function storageXml(matrices: Record<string, number[]>, others: Record<string, unknown> = {}): string {
  const parts = Object.entries(matrices).map(([name, cells]) => {
    const [rows, columns] = shapeOf(cells);
    const data = cells
      .map(storageNumber)
      .join(' ')
      .replaceAll(/(.{40,60}? )/g, '$1\n    ');
    return `<${name} type_id="opencv-matrix">\n  <rows>${rows}</rows>\n  <cols>${columns}</cols>\n  <dt>d</dt>\n  <data>\n    ${data}</data></${name}>\n`;
  });
  const rest = Object.entries(others).map(([name, value]) => `<${name}>${String(value)}</${name}>\n`);
  return `<?xml version="1.0"?>\n<!-- by hand -->\n<opencv_storage>\n${rest.join('')}${parts.join('')}</opencv_storage>\n`;
}

/** The file of one camera, as ROS's `camera_calibration` writes it. */
export function rosYaml({ model, size, ...pair }: Pair, eye: 'left' | 'right', name = `stereo/${eye}`): string {
  const { K, D, R = [], P = [] } = pair[eye];
  const kind = model === 'fisheye' ? 'equidistant' : D.length === 8 ? 'rational_polynomial' : 'plumb_bob';
  return [
    `image_width: ${size[0]}\nimage_height: ${size[1]}\ncamera_name: ${name}\n`,
    rosMatrix('camera_matrix', 3, 3, K),
    `distortion_model: ${kind}\n`,
    rosMatrix('distortion_coefficients', 1, D.length, D),
    rosMatrix('rectification_matrix', 3, 3, R),
    rosMatrix('projection_matrix', 3, 4, P),
  ].join('');
}

/** A camchain of the two, in either order. */
export function kalibrYaml(
  { model, size, left, right, R, T }: Pair,
  order: 'left first' | 'right first' = 'left first',
): string {
  const back = inverse(R as unknown as Matrix3)!;
  const away = [0, 3, 6].map((row) => -(back[row]! * T[0]! + back[row + 1]! * T[1]! + back[row + 2]! * T[2]!));
  const [first, second, turn, shift] =
    order === 'left first' ? [left, right, R, T] : [right, left, back as readonly number[], away];
  const rows = [0, 1, 2].map((row) => `  - [${[...turn.slice(row * 3, row * 3 + 3), shift[row]].join(', ')}]`);
  const camera = ({ K, D }: Pair['left'], index: number) => [
    '  cam_overlaps: []',
    '  camera_model: pinhole',
    `  distortion_coeffs: [${D.slice(0, 4).join(', ')}]`,
    `  distortion_model: ${model === 'fisheye' ? 'equidistant' : 'radtan'}`,
    `  intrinsics: [${[K[0], K[4], K[2], K[5]].join(', ')}]`,
    `  resolution: [${size.join(', ')}]`,
    `  rostopic: /camera${index}/image_raw`,
  ];
  const pose = ['  T_cn_cnm1:', ...rows, '  - [0.0, 0.0, 0.0, 1.0]'];
  return ['cam0:', ...camera(first, 0), 'cam1:', ...pose, ...camera(second, 1), ''].join('\n');
}

function shapeOf(cells: readonly number[]): [number, number] {
  if (cells.length === 9) return [3, 3];
  return cells.length === 12 ? [3, 4] : [cells.length, 1];
}

/** As OpenCV writes a double: 17 digits, `1.` for 1. */
function storageNumber(value: number): string {
  return Number.isInteger(value) ? `${value}.` : value.toExponential(16);
}

function rosMatrix(key: string, rows: number, columns: number, cells: readonly number[]): string {
  return `${key}:\n  rows: ${rows}\n  cols: ${columns}\n  data: [${cells.join(', ')}]\n`;
}
