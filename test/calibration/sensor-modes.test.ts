import assert from 'node:assert/strict';
import { test } from 'node:test';
import { otherFieldOfView, type Sensor } from '../../src/calibration/sensor-modes.js';

type Row = [calibrated: [number, number], captured: [number, number], sensor: Sensor | 'none' | undefined];

const size = ([width, height]: [number, number]) => ({ width, height });

const same: Row[] = [
  // One mode, or two that show the whole sensor.
  [[2304, 1296], [4608, 2592], 'imx708'],
  [[1536, 864], [1280, 720], 'imx708'],
  [[1536, 864], [768, 432], 'imx708'],
  [[2304, 1296], [1920, 1080], 'imx708'],
  [[1280, 960], [640, 480], 'imx708'],
  [[1640, 1232], [820, 616], 'imx219'],
  [[2028, 1520], [4056, 3040], 'imx477'],
  // Nothing is known of these.
  [[1280, 720], [1920, 1080], undefined],
  [[1280, 720], [1536, 864], undefined],
  [[640, 480], [320, 240], undefined],
  // The owner says that they are others.
  [[1536, 864], [2304, 1296], 'none'],
];

const other: [...Row, RegExp][] = [
  [
    [2304, 1296],
    [1536, 864],
    undefined,
    /^is 2304x1296, for which the imx708 shows 4608x2592 of its pixels, and for capture's 1536x864 3072x1728: another field of view\. .* If these cameras are no imx708, say calibration\.sensor: none\.$/,
  ],
  [[1536, 864], [4608, 2592], 'imx708', /Or calibrate this mode\.$/],
  [[1280, 720], [1920, 1080], 'imx708', /3072x1728.*4608x2592/],
  [[640, 480], [1640, 1232], undefined, /imx219 shows 1280x960.*3280x2464/],
  [[1640, 1232], [640, 480], 'imx219', /3281x2464|3280x2464/],
  [[640, 480], [1296, 972], 'ov5647', /2560x1920.*2592x1944/],
  [[1920, 1080], [3840, 2160], 'imx219', /1920x1080.*3280x1845/],
];

for (const [calibrated, captured, sensor] of same) {
  test(`${calibrated.join('x')} and ${captured.join('x')} show the same (${sensor ?? 'sensor not stated'})`, () => {
    assert.equal(otherFieldOfView(size(calibrated), size(captured), sensor), null);
    assert.equal(otherFieldOfView(size(captured), size(calibrated), sensor), null);
  });
}

for (const [calibrated, captured, sensor, says] of other) {
  test(`${calibrated.join('x')} and ${captured.join('x')} do not (${sensor ?? 'sensor not stated'})`, () => {
    assert.match(otherFieldOfView(size(calibrated), size(captured), sensor) ?? 'the same', says);
    assert.notEqual(otherFieldOfView(size(captured), size(calibrated), sensor), null);
  });
}
