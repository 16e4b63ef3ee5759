import { once, EventEmitter } from 'node:events';

import type { Picture } from '../shaders/render.js';

export interface Mat {
  data32F: Float32Array;
  data: Uint8Array;
  delete(): void;
}

type MakeMap = (K: Mat, D: Mat, R: Mat, P: Mat, size: object, type: number, mapX: Mat, mapY: Mat) => void;

/** The part of OpenCV.js that judges our mathematics. */
export interface OpenCv {
  Mat: new () => Mat;
  matFromArray(rows: number, columns: number, type: number, values: ArrayLike<number>): Mat;
  Size: new (width: number, height: number) => object;
  CV_64F: number;
  CV_32FC1: number;
  CV_8UC4: number;
  INTER_LINEAR: number;
  initUndistortRectifyMap: MakeMap;
  fisheye_initUndistortRectifyMap: MakeMap;
  remap(from: Mat, to: Mat, mapX: Mat, mapY: Mat, interpolation: number): void;
  onRuntimeInitialized: () => void;
}

/**
 * Loads OpenCV. The module is an object with a `then` that resolves to itself: to await it, or to return it bare from an async function,
 * never ends; so it comes in a box.
 */
export async function loadOpenCv(): Promise<{ cv: OpenCv }> {
  const { default: cv } = (await import('@techstark/opencv-js')) as unknown as { default: OpenCv };
  if (typeof cv.Mat !== 'function') {
    const ready = new EventEmitter();
    const initialized = once(ready, 'initialized');
    cv.onRuntimeInitialized = () => ready.emit('initialized');
    await initialized;
  }
  return { cv };
}

/** OpenCV's own map: for every pixel of the rectified picture, row by row, the pixel of the captured one. */
export function undistortRectifyMap(
  cv: OpenCv,
  model: 'pinhole' | 'fisheye',
  eye: { K: readonly number[]; D: readonly number[]; R?: readonly number[]; P?: readonly number[] },
  size: { width: number; height: number },
): { x: Float32Array; y: Float32Array } {
  const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  const P = eye.P === undefined ? eye.K : [0, 1, 2, 4, 5, 6, 8, 9, 10].map((index) => eye.P?.[index] ?? NaN);
  const mats = [
    cv.matFromArray(3, 3, cv.CV_64F, eye.K),
    cv.matFromArray(1, Math.max(eye.D.length, 4), cv.CV_64F, eye.D.length === 0 ? [0, 0, 0, 0] : eye.D),
    cv.matFromArray(3, 3, cv.CV_64F, eye.R ?? identity),
    cv.matFromArray(3, 3, cv.CV_64F, P),
    new cv.Mat(),
    new cv.Mat(),
  ] as const;
  const make = model === 'fisheye' ? cv.fisheye_initUndistortRectifyMap : cv.initUndistortRectifyMap;
  make(mats[0], mats[1], mats[2], mats[3], new cv.Size(size.width, size.height), cv.CV_32FC1, mats[4], mats[5]);
  const map = { x: Float32Array.from(mats[4].data32F), y: Float32Array.from(mats[5].data32F) };
  for (const mat of mats) mat.delete();
  return map;
}

/** What OpenCV's own `remap` makes of a picture: bilinear, by a map to whole 32nds of a pixel. */
export function remap(cv: OpenCv, from: Picture, map: { x: Float32Array; y: Float32Array }): Picture {
  const { width, height } = from;
  const mats = [
    cv.matFromArray(height, width, cv.CV_8UC4, from.data),
    new cv.Mat(),
    cv.matFromArray(height, width, cv.CV_32FC1, map.x),
    cv.matFromArray(height, width, cv.CV_32FC1, map.y),
  ] as const;
  cv.remap(...mats, cv.INTER_LINEAR);
  const data = Uint8Array.from(mats[1].data);
  for (const mat of mats) mat.delete();
  return { width, height, data };
}
