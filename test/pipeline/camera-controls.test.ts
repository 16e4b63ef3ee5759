import assert from 'node:assert/strict';
import { test } from 'node:test';
import { controlsText, withAutomaticsOff } from '../../src/pipeline/camera-controls.js';
import { olderThan, type Machine } from '../../src/pipeline/machine.js';
import { pi5 } from './machines.js';

/** What libcamerasrc of a version has of the properties that are asked for. */
const libcameras = {
  '0.0.3': [],
  '0.4.0': ['ae-enable', 'exposure-time', 'analogue-gain', 'brightness'],
  '0.5.2+rpt20250903': [
    'ae-enable',
    'exposure-time',
    'exposure-time-mode',
    'analogue-gain',
    'analogue-gain-mode',
    'brightness',
  ],
} as const;
const v4l2 = ['brightness', 'contrast', 'saturation', 'hue', 'extra-controls', 'norm'];

const withLibcamera = (version: keyof typeof libcameras): Machine => ({
  ...pi5,
  libcamera: version,
  cameraProperties: { libcamerasrc: libcameras[version], v4l2src: v4l2 },
});

const both = { 'exposure-time': 8000, 'analogue-gain': 2 };
const cases = [
  { version: '0.4.0', controls: both, text: 'ae-enable=false exposure-time=8000 analogue-gain=2' },
  // Held by itself, with gain that goes on adapting; ae-enable=false would freeze the gain where it is.
  { version: '0.4.0', controls: { 'exposure-time': 8000 }, text: 'exposure-time=8000' },
  {
    version: '0.5.2+rpt20250903',
    controls: both,
    text: 'exposure-time-mode=manual analogue-gain-mode=manual exposure-time=8000 analogue-gain=2',
  },
  {
    version: '0.5.2+rpt20250903',
    controls: { 'exposure-time': 8000 },
    text: 'exposure-time-mode=manual exposure-time=8000',
  },
  // The user's own word stands.
  {
    version: '0.5.2+rpt20250903',
    controls: { 'exposure-time': 8000, 'exposure-time-mode': 'auto' },
    text: 'exposure-time-mode=auto exposure-time=8000',
  },
  {
    version: '0.5.2+rpt20250903',
    controls: { 'ae-enable': false, 'exposure-time': 8000 },
    text: 'ae-enable=false exposure-time=8000',
  },
  { version: '0.5.2+rpt20250903', controls: { brightness: 0.1 }, text: 'brightness=0.1' },
] as const;

for (const { version, controls, text } of cases)
  test(`libcamera ${version}: ${JSON.stringify(controls)}`, () => {
    assert.equal(controlsText({ ...controls }, 'libcamera', withLibcamera(version), 'left'), text);
  });

test('a control that this libcamera does not have is refused by its path, with the version', () => {
  assert.throws(() => controlsText(both, 'libcamera', withLibcamera('0.0.3'), 'right'), {
    reason: 'bad-config',
    path: 'profile.cameras.right.controls.exposure-time',
    message: /libcamera 0\.0\.3 has no control "exposure-time".*gst-inspect-1\.0 libcamerasrc/,
  });
});

test('without a look at the elements, controls go to them as they are; without controls nothing is said', () => {
  assert.equal(controlsText(both, 'libcamera', pi5, 'left'), 'exposure-time=8000 analogue-gain=2');
  assert.equal(controlsText({}, 'libcamera', withLibcamera('0.4.0'), 'left'), undefined);
  assert.deepEqual(withAutomaticsOff(both, []), both);
});

const v4l2Text = (controls: Record<string, string | number | boolean>) =>
  controlsText(controls, 'v4l2', withLibcamera('0.4.0'), 'left');

test('V4L2 controls go by their own names, the colours too, which v4l2src loses before its device is open', () => {
  assert.equal(
    v4l2Text({ auto_exposure: 1, exposure_time_absolute: 100, brightness: 10, norm: 'PAL' }),
    'norm=PAL extra-controls=controls,auto_exposure=(int)1,exposure_time_absolute=(int)100,brightness=(int)10',
  );
  assert.equal(
    v4l2Text({ 'extra-controls': 'c,sharpness=3', white_balance_automatic: false }),
    'extra-controls=c,sharpness=3,white_balance_automatic=(int)0',
  );
  assert.throws(() => v4l2Text({ auto_exposure: 'manual' }), {
    reason: 'bad-config',
    path: 'profile.cameras.left.controls.auto_exposure',
    message: /whole number.*"auto_exposure" has manual/,
  });
});

test('versions are compared by their first two numbers; what says nothing is not older', () => {
  assert.equal(olderThan('0.5.2+rpt20250903', [0, 7]), true);
  assert.equal(olderThan('v0.7.0+rpt20260202', [0, 7]), false);
  assert.equal(olderThan('1.22.0', [1, 24]), true);
  assert.equal(olderThan(null, [0, 7]), false);
});
