import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Wishes } from '../../src/calibration/import/complete.js';
import { ImportFault } from '../../src/calibration/import/document.js';
import { readDocument } from '../../src/cli/calibration/read-document.js';
import { ConfigurationError } from '../../src/config/problem.js';
import { withFiles } from '../config/folder.js';
import { rotation } from './cases.js';
import { extrinsics, imported, intrinsics, K1, pinhole, R, size, storage, T } from './import-cases.js';
import { kalibrYaml, rosYaml, storageYaml } from './import-files.js';

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
