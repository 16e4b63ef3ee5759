import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { load } from 'js-yaml';
import type { Wishes } from '../../src/calibration/import/complete.js';
import { packagePath } from '../../src/paths.js';
import type { Calibration } from '../../src/protocol/configuration.js';
import {
  extrinsics,
  farthest,
  fisheye,
  imported,
  intrinsics,
  K1,
  K2,
  mapsApart,
  own,
  pairOf,
  pinhole,
  R,
  size,
  T,
} from './import-cases.js';
import { kalibrYaml, type Pair, rosYaml, storageXml, storageYaml } from './import-files.js';

const chessboard = (name: string) => packagePath('test', 'data', 'chessboard', name);

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
