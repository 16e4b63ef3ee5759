import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { load } from 'js-yaml';
import { completed, type Completed, type Wishes } from '../../src/calibration/import/complete.js';
import { ImportFault } from '../../src/calibration/import/document.js';
import { readDocuments } from '../../src/calibration/import/formats.js';
import { mapPixel, rectification } from '../../src/calibration/rectification.js';
import { stereoRectify } from '../../src/calibration/stereo-rectify.js';
import { readDocument } from '../../src/cli/calibration/read-document.js';
import { ConfigurationError } from '../../src/config/problem.js';
import { packagePath } from '../../src/paths.js';
import type { Calibration } from '../../src/protocol/configuration.js';
import { withFiles } from '../config/folder.js';
import { caseOf, rotation } from './cases.js';
import { kalibrYaml, type Pair, rosYaml, storageXml, storageYaml } from './import-files.js';

const chessboard = (name: string) => packagePath('test', 'data', 'chessboard', name);

/** What comes of files, by name and in this order. */
function imported(
  files: Record<string, string>,
  wishes: Wishes = {},
): Promise<Completed & { format: string; notes: string[] }> {
  return withFiles(files, async (folder) => {
    const documents = await Promise.all(Object.keys(files).map((name) => readDocument(`${folder}/${name}`)));
    const read = readDocuments(documents.map((document, index) => ({ ...document, name: Object.keys(files)[index]! })));
    return { ...completed(read, wishes), format: read.format, notes: read.notes };
  });
}

function farthest(actual: readonly number[] = [], wanted: readonly number[] = []): number {
  assert.equal(actual.length, wanted.length);
  return Math.max(0, ...actual.map((value, index) => Math.abs(value - wanted[index]!)));
}

/** The largest difference of two calibrations' maps, in pixels. */
function mapsApart(one: Calibration, other: Calibration): number {
  const [width = 0, height = 0] = one.size ?? [];
  let worst = 0;
  for (const eye of ['left', 'right'] as const) {
    const [a, b] = [one, other].map((calibration) => rectification(caseOf({ width, height, calibration }), eye));
    assert.ok(a && b);
    for (let y = 0; y < height; y += 37) {
      for (let x = 0; x < width; x += 41) {
        const [p, q] = [mapPixel(a, x, y), mapPixel(b, x, y)];
        if (p.every(Number.isFinite)) worst = Math.max(worst, Math.hypot(p[0] - q[0], p[1] - q[1]));
      }
    }
  }
  return worst;
}

/** As `stereoRectify` completes it. */
function pairOf(
  parts: Omit<Pair, 'left' | 'right'> & { left: { K: number[]; D: number[] }; right: { K: number[]; D: number[] } },
): Pair {
  const size = { width: parts.size[0], height: parts.size[1] };
  const { left, right } = stereoRectify({ ...parts, size, alpha: -1 });
  const eye = (side: 'left' | 'right', { R, P }: typeof left) => ({ ...parts[side], R: [...R], P: [...P] });
  return { ...parts, left: eye('left', left), right: eye('right', right) };
}

const R = rotation(0.01, -0.04, 0.02);
const T = [-0.0652, 0.0008, 0.0011];
const K1 = [612.25, 0, 641.5, 0, 611.75, 357.25, 0, 0, 1];
const K2 = [609.5, 0, 637.75, 0, 610.125, 362.5, 0, 0, 1];
const size: [number, number] = [1280, 720];
const pinhole = pairOf({
  model: 'pinhole',
  size,
  left: { K: K1, D: [-0.12, 0.05, 0.0008, -0.0005] },
  right: { K: K2, D: [-0.11, 0.04, -0.0003, 0.0006] },
  R,
  T,
});
const fisheye = pairOf({
  model: 'fisheye',
  size,
  left: { K: K1, D: [0.02, -0.011, 0.004, -0.0009] },
  right: { K: K2, D: [0.017, -0.009, 0.003, -0.0007] },
  R,
  T,
});

const intrinsics = ({ left, right }: Pair) => ({ M1: left.K, D1: left.D, M2: right.K, D2: right.D });
const extrinsics = ({ left, right, R: turn, T: shift }: Pair) => ({
  R: turn,
  T: shift,
  R1: left.R!,
  R2: right.R!,
  P1: left.P!,
  P2: right.P!,
});
const own = ({ model, size: [width, height], left, right }: Pair): Calibration => ({
  model,
  size: [width, height],
  left,
  right,
});

function storage(matrices: Record<string, number[]>, others: Record<string, unknown> = {}): Record<string, string> {
  return { 'a.yml': storageYaml(matrices, others) };
}

const ownFiles = {
  'intrinsics.yml': await readFile(chessboard('intrinsics.yml'), 'utf8'),
  'extrinsics.yml': await readFile(chessboard('extrinsics.yml'), 'utf8'),
};

describe('OpenCV’s own files of real cameras', () => {
  const wishes: Wishes = { size: [640, 480] };

  test('give the same numbers as the inline calibration', async () => {
    const inline = load(await readFile(chessboard('calibration.yaml'), 'utf8')) as Calibration;
    const { calibration, format } = await imported(ownFiles, wishes);
    assert.equal(format, 'OpenCV FileStorage');
    assert.deepEqual(calibration, inline);
  });

  test('say what they come to', async () => {
    const { facts, warnings } = await imported(ownFiles, wishes);
    assert.equal(facts.baseline.toFixed(5), '0.08362');
    assert.equal(facts.arrangement, 'side by side');
    assert.equal(facts.exchanged, false);
    assert.ok(facts.misalignmentPx < 1e-9);
    assert.ok(Math.abs(facts.convergenceDeg + 1.31) < 0.1, `${facts.convergenceDeg}`);
    assert.ok(Math.abs(facts.fieldOfView.horizontalDeg - 64) < 0.5, `${facts.fieldOfView.horizontalDeg}`);
    assert.deepEqual(warnings, []);
  });

  test('computed anew from R and T they are the same within what OpenCV changed since', async () => {
    const { calibration } = await imported(ownFiles, { ...wishes, alpha: 0 });
    assert.equal(calibration.alpha, 0);
    assert.equal(calibration.left?.P, undefined);
    const { calibration: stored } = await imported(ownFiles, wishes);
    assert.ok(mapsApart(calibration, stored) < 0.02, `${mapsApart(calibration, stored)} px`);
  });
});

describe('one calibration in every format gives one map', () => {
  const named: Record<string, { pair: Pair; files: Record<string, string>; wishes?: Wishes; format: string }> = {
    'FileStorage in YAML, two files': {
      pair: pinhole,
      files: { 'in.yml': storageYaml(intrinsics(pinhole)), 'ex.yml': storageYaml(extrinsics(pinhole)) },
      wishes: { size },
      format: 'OpenCV FileStorage',
    },
    'FileStorage in XML, one file with its size': {
      pair: pinhole,
      files: {
        'all.xml': storageXml(
          { ...intrinsics(pinhole), ...extrinsics(pinhole) },
          { image_Width: 1280, image_Height: 720, board: '"9x6"' },
        ),
      },
      format: 'OpenCV FileStorage',
    },
    'FileStorage in JSON': {
      pair: pinhole,
      files: {
        'all.json': JSON.stringify({
          imageSize: size,
          ...Object.fromEntries(
            Object.entries({ ...intrinsics(pinhole), ...extrinsics(pinhole) }).map(([key, data]) => [
              key,
              {
                type_id: 'opencv-matrix',
                rows: data.length === 9 || data.length === 12 ? 3 : data.length,
                cols: data.length === 9 ? 3 : data.length === 12 ? 4 : 1,
                dt: 'd',
                data,
              },
            ]),
          ),
        }),
      },
      format: 'OpenCV FileStorage',
    },
    'FileStorage under other names, R and T alone': {
      pair: pinhole,
      files: {
        'stereo.yml': storageYaml(
          { cameraMatrix1: K1, distCoeffs1: pinhole.left.D, cameraMatrix2: K2, distCoeffs2: pinhole.right.D, R, T },
          { image_width: 1280, image_height: 720 },
        ),
      },
      format: 'OpenCV FileStorage',
    },
    'FileStorage of each camera by itself, named by file, and how they stand': {
      pair: pinhole,
      files: {
        'right.yml': storageYaml(
          { camera_matrix: K2, distortion_coefficients: pinhole.right.D },
          { image_width: 1280, image_height: 720 },
        ),
        'cam_left.yml': storageYaml(
          { camera_matrix: K1, distortion_coefficients: pinhole.left.D },
          { image_width: 1280, image_height: 720 },
        ),
        'stand.yml': storageYaml({ R, T }),
      },
      format: 'OpenCV FileStorage',
    },
    'FileStorage of fisheye lenses': {
      pair: fisheye,
      files: {
        'all.yml': storageYaml({ K1, D1: fisheye.left.D, K2, D2: fisheye.right.D, R, T }, { fisheye_model: 1 }),
      },
      wishes: { size },
      format: 'OpenCV FileStorage',
    },
    'ROS, plumb_bob, right one first': {
      pair: pinhole,
      files: { 'b.yaml': rosYaml(pinhole, 'right'), 'a.yaml': rosYaml(pinhole, 'left') },
      format: 'ROS camera_info',
    },
    'ROS, equidistant, without names': {
      pair: fisheye,
      files: { 'a.yaml': rosYaml(fisheye, 'left', 'x'), 'b.yaml': rosYaml(fisheye, 'right', 'y') },
      format: 'ROS camera_info',
    },
    'ROS, a message of ROS 1 and one of ROS 2': {
      pair: pinhole,
      files: {
        'left.yaml': rosMessage(pinhole, 'left', (key) => key),
        'right.yaml': rosMessage(pinhole, 'right', (key) => key.toLowerCase()),
      },
      format: 'ROS camera_info',
    },
    'Kalibr, radtan': { pair: pinhole, files: { 'chain.yaml': kalibrYaml(pinhole) }, format: 'Kalibr camchain' },
    'Kalibr, equidistant, right camera first': {
      pair: fisheye,
      files: { 'chain.yaml': kalibrYaml(fisheye, 'right first') },
      format: 'Kalibr camchain',
    },
  };
  for (const [name, { pair, files, wishes, format }] of Object.entries(named)) {
    test(name, async () => {
      const result = await imported(files, wishes);
      assert.equal(result.format, format);
      assert.equal(result.calibration.model, pair.model);
      assert.deepEqual(result.calibration.size, size);
      assert.ok(farthest(result.calibration.left!.K, K1) < 1e-12);
      assert.ok(
        mapsApart(result.calibration, own(pair)) < 1e-6,
        `${mapsApart(result.calibration, own(pair))} px apart`,
      );
      assert.ok(Math.abs(result.facts.baseline - Math.hypot(T[0]!, T[1]!, T[2]!)) < 1e-12);
      assert.ok(result.facts.misalignmentPx < 1e-6);
      assert.deepEqual(result.warnings, []);
    });
  }

  test('rational lenses of ROS and OpenCV, the latter with zeros behind', async () => {
    const D = [0.21, -0.08, 0.0011, -0.0007, 0.012, 0.48, -0.11, 0.03];
    const pair = pairOf({ ...pinhole, left: { K: K1, D }, right: { K: K2, D } });
    const fromRos = await imported({ 'left.yaml': rosYaml(pair, 'left'), 'right.yaml': rosYaml(pair, 'right') });
    const long = [...D, 0, 0, 0, 0, 0, 0];
    const fromStorage = await imported(
      { 'a.yml': storageYaml({ ...intrinsics(pair), D1: long, D2: long, ...extrinsics(pair) }) },
      { size },
    );
    assert.deepEqual(fromStorage.calibration.left?.D, D);
    assert.ok(mapsApart(fromRos.calibration, fromStorage.calibration) < 1e-9);
  });
});

describe('what is odd is said', () => {
  test('eyes that are exchanged', async () => {
    const { warnings } = await imported(storage({ ...intrinsics(pinhole), R, T: T.map((value) => -value) }), { size });
    assert.match(warnings.join(), /right camera stands to the left/);
  });
  test('cameras above each other', async () => {
    const { facts, warnings } = await imported(storage({ ...intrinsics(pinhole), R, T: [0.001, -0.07, 0] }), { size });
    assert.equal(facts.arrangement, 'above each other');
    assert.ok(facts.misalignmentPx < 1e-6);
    assert.match(warnings.join(), /mounted turned/);
  });
  test('a projection of another calibration', async () => {
    const P2 = pinhole.right.P!.map((cell, index) => (index === 6 ? cell + 1.5 : cell));
    const { facts, warnings } = await imported(storage({ ...intrinsics(pinhole), ...extrinsics(pinhole), P2 }), {
      size,
    });
    assert.ok(Math.abs(facts.misalignmentPx - 1.5) < 1e-3);
    assert.match(warnings.join(), /up to 1\.5 px apart/);
  });
  test('a baseline in millimetres', async () => {
    const millimetres = { ...pinhole, T: T.map((value) => value * 1000) };
    assert.match((await imported({ 'a.yaml': kalibrYaml(millimetres) })).warnings.join(), /unusual/);
  });
  test('cameras that look towards each other', async () => {
    const towards = await imported(storage({ ...intrinsics(pinhole), R: rotation(0, -0.1, 0), T: [-0.065, 0, 0] }), {
      size,
    });
    const apart = await imported(storage({ ...intrinsics(pinhole), R: rotation(0, 0.1, 0), T: [-0.065, 0, 0] }), {
      size,
    });
    const angle = (0.1 * 180) / Math.PI;
    const found = [towards, apart].map(({ facts }) => facts.convergenceDeg.toFixed(6));
    assert.deepEqual(found.toSorted(), [(-angle).toFixed(6), angle.toFixed(6)].toSorted());
    // A point ahead of both: where the axes meet, both cameras have it in the middle.
    assert.ok(towards.facts.convergenceDeg > 0 === meetsAhead(rotation(0, -0.1, 0)));
  });
});

/** Whether the right camera's axis comes nearer to the left one's ahead of the cameras. */
function meetsAhead(turn: readonly number[]): boolean {
  // The right camera's view in the left one's coordinates is the third row of R; it stands at x > 0.
  return turn[6]! < 0;
}

describe('what is wrong is said, and where', () => {
  const all = { ...intrinsics(pinhole), ...extrinsics(pinhole) };
  const without = (key: string) => Object.fromEntries(Object.entries(all).filter(([name]) => name !== key));
  const left = rosYaml(pinhole, 'left');
  const right = rosYaml(pinhole, 'right');
  const cases: Record<string, [files: Record<string, string>, wishes: Wishes, at: string, says: RegExp]> = {
    'no size': [storage(all), {}, 'a.yml', /add --size WIDTHxHEIGHT/],
    'another size than stated': [
      storage(all, { image_width: 1280, image_height: 720 }),
      { size: [640, 480] },
      'a.yml:3:1 image_width',
      /not the 640x480 of --size/,
    ],
    'a size that the camera matrix does not fit': [
      storage(all),
      { size: [640, 480] },
      'a.yml:3:1 M1',
      /principal point at 641\.5/,
    ],
    'no camera matrix': [
      storage(without('M2')),
      { size },
      'a.yml:3:1 M2',
      /is missing: the camera matrix of the right camera \(there is M1, D1/,
    ],
    'nothing of how they stand': [storage(intrinsics(pinhole)), { size }, 'a.yml', /add the file with R and T/],
    'T without R': [storage({ ...intrinsics(pinhole), T }), { size }, 'a.yml:29:1 T', /stands alone/],
    'R1 without the others': [
      storage({ ...intrinsics(pinhole), R1: R, R, T }),
      { size },
      'a.yml:29:1 R1',
      /missing are left P, right R, right P/,
    ],
    'a matrix of another shape': [
      storage({ ...all, M1: K1.slice(0, 6) }),
      { size },
      'a.yml:3:1 M1',
      /must be 3x3 numbers \(got 6x1 with 6\)/,
    ],
    'a rotation that is none': [
      storage({ ...without('R1'), R1: [2, 0, 0, 0, 1, 0, 0, 0, 1] }),
      { size },
      'a.yml:67:1 R1',
      /no rotation/,
    ],
    'a baseline of nothing': [
      storage({ ...intrinsics(pinhole), R, T: [0, 0, 0] }),
      { size },
      'a.yml:38:1 T',
      /is zero/,
    ],
    'a negative focal length': [
      storage({ ...all, M1: [-1, 0, 640, 0, 500, 360, 0, 0, 1] }),
      { size },
      'a.yml:3:1 M1',
      /positive focal lengths/,
    ],
    'thin prism': [
      storage({ ...all, D1: [0, 0, 0, 0, 0, 0, 0, 0, 0.1, 0, 0, 0] }),
      { size },
      'a.yml:10:1 D1',
      /thin prism/,
    ],
    'matrices that do not belong together': [
      storage({ ...all, R2: rotation(0.1, 0, 0) }),
      { size },
      'a.yml:66:1 P2',
      /px apart; import with --alpha 0/,
    ],
    'not a number': [
      { 'a.yml': storageYaml(all).replace('6.1225000000000000e+2', '.Nan') },
      { size },
      'a.yml:3:1 M1',
      /must be 3x3 numbers \(got "\.Nan"\)/,
    ],
    'one camera of ROS': [{ 'left.yaml': left }, {}, 'left.yaml', /give two files/],
    'the same camera twice': [
      { 'a.yaml': left, 'b.yaml': left },
      {},
      'b.yaml:3:1 camera_name',
      /is the left camera, as a\.yaml is/,
    ],
    'cameras of two sizes': [
      { 'left.yaml': left, 'right.yaml': right.replace('1280', '640') },
      {},
      'right.yaml:1:1 image_width',
      /is 640x720/,
    ],
    'cameras calibrated one by one': [
      { 'left.yaml': left, 'right.yaml': right.replace(String(pinhole.right.P![3]), '0') },
      {},
      'right.yaml:17:1 projection_matrix',
      /one by one, not as a pair/,
    ],
    'a lens that is unknown': [
      { 'left.yaml': left.replace('plumb_bob', 'thin_prism'), 'right.yaml': right },
      {},
      'left.yaml:8:1 distortion_model',
      /must be one of plumb_bob/,
    ],
    'a chain of one': [
      { 'a.yaml': kalibrYaml(pinhole).split('cam1:')[0]! },
      {},
      'a.yaml:1:1 cam1',
      /the second camera/,
    ],
    'an omnidirectional camera': [
      { 'a.yaml': kalibrYaml(pinhole).replace('camera_model: pinhole', 'camera_model: omni') },
      {},
      'a.yaml:3:3 cam0.camera_model',
      /must be pinhole \(got "omni"\)/,
    ],
    'two formats': [
      { 'a.yml': storageYaml(all), 'b.yaml': kalibrYaml(pinhole) },
      {},
      'b.yaml',
      /is Kalibr camchain, and a\.yml is OpenCV/,
    ],
    'another file altogether': [
      { 'a.yaml': 'profiles: { default: {} }\n' },
      { size },
      'a.yaml:1:1 M1',
      /there is profiles/,
    ],
  };
  for (const [name, [files, wishes, at, says]] of Object.entries(cases)) {
    test(name, async () => {
      await assert.rejects(imported(files, wishes), (error: unknown) => {
        assert.ok(error instanceof ImportFault, String(error));
        const { line, column } = error.document.locate(error.path);
        const place = error.path.length === 0 ? '' : `:${line}:${column} ${error.path.join('.')}`;
        assert.match(error.message, says);
        assert.equal(`${error.document.name}${place}`, at);
        return true;
      });
    });
  }

  const unreadable: Record<string, [text: string, says: RegExp]> = {
    'no file': ['', /no\.yml {2}no such file$/],
    'XML that breaks off': ['<opencv_storage>\n<M1>\n<rows>3</rows>\n', /a\.xml:2:1 {2}<M1> is not closed$/],
    'XML that is crossed': ['<opencv_storage><a></b></a>', /a\.xml:1:20 {2}<\/b> closes what is not open$/],
    'XML of something else': ['<html></html>', /a\.xml:1:1 {2}must hold <opencv_storage>/],
    'YAML that breaks off': ['%YAML:1.0\n---\nM1: !!opencv-matrix\n   data: [ 1., 2.\n', /a\.xml:5:1 {2}not YAML/],
    'a list': ['- 1\n', /a\.xml {2}holds no calibration/],
  };
  for (const [name, [text, says]] of Object.entries(unreadable)) {
    test(name, () =>
      withFiles({ 'a.xml': text }, (folder) =>
        assert.rejects(readDocument(text === '' ? `${folder}/no.yml` : `${folder}/a.xml`), (error: unknown) => {
          assert.ok(error instanceof ConfigurationError);
          assert.match(error.message, says);
          return true;
        }),
      ),
    );
  }
});

/** The fields of sensor_msgs/CameraInfo, as `rostopic echo` and `ros2 topic echo` print them. */
function rosMessage(
  { size: [width, height], ...pair }: Pair,
  eye: 'left' | 'right',
  key: (name: string) => string,
): string {
  const { K, D, R: turn = [], P = [] } = pair[eye];
  const list = (name: string, cells: number[]) => `${key(name)}: [${cells.join(', ')}]\n`;
  const head = `header:\n  seq: 1\n  frame_id: "${eye}"\nheight: ${height}\nwidth: ${width}\ndistortion_model: "plumb_bob"\n`;
  const tail =
    'binning_x: 0\nbinning_y: 0\nroi:\n  x_offset: 0\n  y_offset: 0\n  height: 0\n  width: 0\n  do_rectify: False\n---\n';
  return head + list('D', D) + list('K', K) + list('R', turn) + list('P', P) + tail;
}
