import type { Calibration } from '../protocol/configuration.js';
import type { Size } from './view.js';

export type Sensor = Exclude<NonNullable<Calibration['sensor']>, 'none'>;

/** A way to read a sensor out: the size of its picture, and the rectangle of the sensor's pixels that it shows. */
interface Mode extends Size {
  bits: number;
  shows: Rectangle;
}

interface Rectangle extends Size {
  x: number;
  y: number;
}

/** The modes of the Raspberry Pi's cameras, as `rpicam-hello --list-cameras` prints them. */
const modes: Record<Sensor, readonly Mode[]> = {
  imx708: [
    { width: 1536, height: 864, bits: 10, shows: { x: 768, y: 432, width: 3072, height: 1728 } },
    { width: 2304, height: 1296, bits: 10, shows: { x: 0, y: 0, width: 4608, height: 2592 } },
    { width: 4608, height: 2592, bits: 10, shows: { x: 0, y: 0, width: 4608, height: 2592 } },
  ],
  imx477: [
    { width: 1332, height: 990, bits: 10, shows: { x: 696, y: 528, width: 2664, height: 1980 } },
    { width: 2028, height: 1080, bits: 12, shows: { x: 0, y: 440, width: 4056, height: 2160 } },
    { width: 2028, height: 1520, bits: 12, shows: { x: 0, y: 0, width: 4056, height: 3040 } },
    { width: 4056, height: 3040, bits: 12, shows: { x: 0, y: 0, width: 4056, height: 3040 } },
  ],
  imx219: [
    { width: 640, height: 480, bits: 10, shows: { x: 1000, y: 752, width: 1280, height: 960 } },
    { width: 1640, height: 1232, bits: 10, shows: { x: 0, y: 0, width: 3280, height: 2464 } },
    { width: 1920, height: 1080, bits: 10, shows: { x: 680, y: 692, width: 1920, height: 1080 } },
    { width: 3280, height: 2464, bits: 10, shows: { x: 0, y: 0, width: 3280, height: 2464 } },
  ],
  ov5647: [
    { width: 640, height: 480, bits: 10, shows: { x: 16, y: 0, width: 2560, height: 1920 } },
    { width: 1296, height: 972, bits: 10, shows: { x: 0, y: 0, width: 2592, height: 1944 } },
    { width: 1920, height: 1080, bits: 10, shows: { x: 348, y: 434, width: 1928, height: 1080 } },
    { width: 2592, height: 1944, bits: 10, shows: { x: 0, y: 0, width: 2592, height: 1944 } },
  ],
};

/** How far two rectangles of the sensor may differ, in shares of their width, to be one field of view. */
const tolerance = 0.007;

/**
 * Why pictures of two sizes of one shape do not show the same, or null. A stated sensor decides; without one, two sizes that are exactly modes of a
 * known sensor are taken for them; otherwise nothing can be known, and size alone says nothing.
 */
export function otherFieldOfView(calibrated: Size, captured: Size, sensor: Calibration['sensor']): string | null {
  if (sensor === 'none') return null;
  for (const name of sensor === undefined ? (Object.keys(modes) as Sensor[]) : [sensor]) {
    const isMode = (size: Size) => modes[name].some((mode) => mode.width === size.width && mode.height === size.height);
    if (sensor === undefined && !(isMode(calibrated) && isMode(captured))) continue;
    const [before, now] = [shownAt(name, calibrated), shownAt(name, captured)];
    if (isSame(before, now)) continue;
    const advice =
      sensor === undefined ? `If these cameras are no ${name}, say calibration.sensor: none` : 'Or calibrate this mode';
    return (
      `is ${text(calibrated)}, for which the ${name} shows ${text(before)} of its pixels, and for capture's ${text(captured)} ` +
      `${text(now)}: another field of view. Capture with a size of the calibrated mode. ${advice}.`
    );
  }
  return null;
}

/** The part of the sensor in a picture of this size: that of the mode, cut to the picture's shape about its middle. */
function shownAt(sensor: Sensor, size: Size): Rectangle {
  const { shows } = modes[sensor].reduce((best, mode) => (score(size, mode) <= score(size, best) ? mode : best));
  const aspect = size.width / size.height;
  const width = Math.min(shows.width, shows.height * aspect);
  const height = Math.min(shows.height, shows.width / aspect);
  return { x: shows.x + (shows.width - width) / 2, y: shows.y + (shows.height - height) / 2, width, height };
}

/** How badly a mode fits a wanted size; libcamera's Raspberry Pi pipeline takes the least (`findBestFormat` in pipeline_base.cpp). */
function score(wanted: Size, mode: Mode): number {
  const shape = miss(wanted.width / wanted.height, mode.width / mode.height);
  const rawBits = 12;
  return (
    miss(wanted.width, mode.width) +
    miss(wanted.height, mode.height) +
    1500 * shape +
    500 * Math.abs(mode.bits - rawBits)
  );
}

/** A size that is too small is worse than one that is too large. */
function miss(wanted: number, actual: number): number {
  return (actual > wanted ? (actual - wanted) / 8 : wanted - actual) * 2;
}

function isSame(a: Rectangle, b: Rectangle): boolean {
  const far = [a.width - b.width, a.x + a.width / 2 - (b.x + b.width / 2), a.y + a.height / 2 - (b.y + b.height / 2)];
  return far.every((distance) => Math.abs(distance) <= tolerance * b.width);
}

function text({ width, height }: Size): string {
  return `${Math.round(width)}x${Math.round(height)}`;
}
