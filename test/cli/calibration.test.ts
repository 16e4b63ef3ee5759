import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { load } from 'js-yaml';
import { select } from '../../src/config/select.js';
import { packagePath } from '../../src/paths.js';
import type { Calibration } from '../../src/protocol/configuration.js';
import { withFiles } from '../config/folder.js';
import { binocle, type Finished } from '../harness/binocle.js';

const chessboard = (name: string) => packagePath('test', 'data', 'chessboard', name);
const files = [chessboard('intrinsics.yml'), chessboard('extrinsics.yml')];
const sized = [...files, '--size', '640x480'];
const inline = load(await readFile(chessboard('calibration.yaml'), 'utf8')) as Calibration;

function importing(...args: string[]): Promise<Finished> {
  return binocle('calibration', 'import', ...args);
}

describe('binocle calibration import', () => {
  test('writes into the profile, and nothing else changes', async () => {
    const before = `# the rover
profiles:
  default:
    capture: {width: 1280, height: 960} # as calibrated, twice as large
    calibration: # from the bench
      model: none
    layout: sbs
  night: # at night
    layout: mono
server:
  port: 9000
`;
    await withFiles({ 'my.yaml': before }, async (folder) => {
      const file = join(folder, 'my.yaml');
      await chmod(file, 0o640);
      const { status, stdout, stderr } = await importing(...sized, '-c', file);
      assert.equal(status, 0, stderr);
      assert.match(stdout, /as OpenCV FileStorage\n {2}model {10}pinhole, 5 coefficients\n {2}size {11}640x480\n/);
      assert.match(stdout, /convergence {4}1\.3°: the cameras look apart\n/);
      assert.match(stdout, /Written to .*my\.yaml, profiles\.default\.calibration$/m);
      const after = await readFile(file, 'utf8');
      const [head, tail] = before.split('      model: none\n') as [string, string];
      assert.ok(after.startsWith(head) && after.endsWith(tail), after);
      assert.equal((await stat(file)).mode & 0o777, 0o640);
      assert.deepEqual((await readdir(folder)).toSorted(), ['my.yaml']);
      const { profile, configuration } = await select({ config: [file] });
      assert.deepEqual(profile.calibration, inline);
      assert.equal(configuration.profiles['night']?.calibration.model, 'none');
    });
  });

  test('into another profile, and anew with another alpha', async () => {
    await withFiles({ 'my.yaml': 'profiles:\n  default:\n    layout: mono\n' }, async (folder) => {
      const file = join(folder, 'my.yaml');
      assert.equal((await importing(...sized, '-c', file, '--rig', 'rover')).status, 0);
      const { status, stderr } = await importing(
        ...sized,
        '-c',
        file,
        '--rig',
        'rover',
        '--alpha',
        '0.5',
        '--sensor',
        'none',
      );
      assert.equal(status, 0, stderr);
      const { configuration } = await select({ config: [file] });
      const { R, alpha, left, sensor } = configuration.profiles['rover']!.calibration;
      assert.deepEqual([R?.length, alpha, left?.R, sensor], [9, 0.5, undefined, 'none']);
      assert.equal(configuration.profiles['default']?.calibration.model, 'none');
      // What the file says of the sensor outlives the next calibration.
      assert.equal((await importing(...sized, '-c', file, '--rig', 'rover')).status, 0);
      assert.equal((await select({ config: [file], profile: 'rover' })).profile.calibration.sensor, 'none');
    });
  });

  test('makes the file where there is none; the size comes from capture, and that is said', async () => {
    await withFiles({}, async (folder) => {
      const file = join(folder, 'my.yaml');
      const { status, stdout } = await importing(...files, '-c', file);
      assert.equal(status, 0);
      assert.match(
        stdout,
        /warning {8}the files do not say how large the pictures were: 640x480 is what the profile captures/,
      );
      assert.deepEqual((await select({ config: [file] })).profile.calibration, inline);
    });
  });

  test('a calibration of another shape brings its capture along, where none is stated', async () => {
    await withFiles({ 'a.yml': otherShape }, async (folder) => {
      const file = join(folder, 'my.yaml');
      const { status, stdout, stderr } = await importing(join(folder, 'a.yml'), '-c', file);
      assert.equal(status, 0, stderr);
      assert.match(stdout, /Its capture is 1280x720 now/);
      const { capture } = (await select({ config: [file] })).profile;
      assert.deepEqual([capture.width, capture.height], [1280, 720]);
    });
  });

  test('a file of its own, which the profile names', async () => {
    await withFiles({}, async (folder) => {
      await mkdir(join(folder, 'calibration'));
      const [file, out] = [join(folder, 'my.yaml'), join(folder, 'calibration', 'rover.yaml')];
      assert.equal((await importing(...sized, '-c', file, '--out', out)).status, 0);
      assert.match(await readFile(file, 'utf8'), /file: calibration\/rover\.yaml/);
      const { profile, calibrationFile } = await select({ config: [file] });
      assert.deepEqual(profile.calibration, inline);
      assert.equal(calibrationFile, out);
    });
  });

  test('without -c, a configuration on stdout and the rest on stderr', async () => {
    const { status, stdout, stderr } = await importing(...sized, '--rig', 'rover');
    assert.equal(status, 0);
    assert.match(stderr, /field of view {2}63\.9° x 50\.2°/);
    await withFiles({ 'out.yaml': stdout }, async (folder) => {
      const { profile } = await select({ config: [join(folder, 'out.yaml')], profile: 'rover' });
      assert.deepEqual(profile.calibration, inline);
    });
  });

  test('--json', async () => {
    const { status, stdout } = await importing(...sized, '--json');
    assert.equal(status, 0);
    const told = JSON.parse(stdout) as Record<string, unknown>;
    assert.deepEqual(told['calibration'], inline);
    assert.deepEqual(told['size'], [640, 480]);
    const keys =
      'format files model size baseline arrangement exchanged convergenceDeg fieldOfView misalignmentPx notes warnings';
    assert.deepEqual(Object.keys(told), [...keys.split(' '), 'calibration', 'profile', 'written', 'capture']);
  });
});

describe('refused, and no file changes', () => {
  const config = 'profiles:\n  default:\n    capture: { width: 1280, height: 720 }\n';
  const cases: Record<string, [args: (folder: string) => string[], says: RegExp]> = {
    'a profile that captures another shape': [
      (folder) => [...sized, '-c', join(folder, 'my.yaml')],
      /another shape than capture's 1280x720/,
    ],
    'a folder that does not exist': [
      (folder) => [...sized, '-c', join(folder, 'my.yaml'), '--out', join(folder, 'no', 'a.yaml'), '--rig', 'rover'],
      /no\/a\.yaml cannot be written \(there is no such folder\)/,
    ],
    'a name that no profile may have': [
      (folder) => [...sized, '-c', join(folder, 'my.yaml'), '--rig', 'my rover'],
      /a name is made of letters/,
    ],
    'no size anywhere': [
      (folder) => [...files, '-c', join(folder, 'my.yaml')],
      /intrinsics\.yml {2}does not say how large/,
    ],
    'a file that is none': [() => [packagePath('package.json')], /package\.json:\d+:\d+ {2}M1 {2}is missing/],
    'no file': [() => [], /no file given/],
    'no size as it should be': [() => [...files, '--size', '640'], /--size must be WIDTHxHEIGHT/],
    'no such model': [() => [...sized, '--model', 'omni'], /--model must be pinhole or fisheye/],
    'no such sensor': [() => [...sized, '--sensor', 'imx1'], /--sensor must be one of imx708/],
    'alpha out of range': [() => [...sized, '--alpha', '2'], /--alpha must be a number between -1 and 1/],
    'the model of five coefficients as fisheye': [
      () => [...sized, '--model', 'fisheye'],
      /intrinsics\.yml:9:1 {2}D1 {2}must have 4 coefficients/,
    ],
  };
  for (const [name, [args, says]] of Object.entries(cases)) {
    test(name, () =>
      withFiles({ 'my.yaml': config }, async (folder) => {
        const { status, stdout, stderr } = await importing(...args(folder));
        assert.match(stderr, says);
        assert.equal(status, 2);
        assert.equal(stdout, '');
        assert.deepEqual(await readdir(folder), ['my.yaml']);
        assert.equal(await readFile(join(folder, 'my.yaml'), 'utf8'), config);
      }),
    );
  }

  test('an unknown verb', async () => {
    const { status, stderr } = await binocle('calibration', 'improt', 'a.yml');
    assert.equal(status, 2);
    assert.match(stderr, /unknown "improt": binocle calibration import FILE…/);
  });
});

const otherShape = `%YAML:1.0
---
image_width: 1280
image_height: 720
M1: [800, 0, 640, 0, 800, 360, 0, 0, 1]
D1: [0, 0, 0, 0]
M2: [800, 0, 640, 0, 800, 360, 0, 0, 1]
D2: [0, 0, 0, 0]
R: [1, 0, 0, 0, 1, 0, 0, 0, 1]
T: [-60, 0, 0]
`;
