import type { Rectification } from '../../src/calibration/rectification.js';
import type { Size } from '../../src/calibration/view.js';
import { rectifiedPlane } from '../../src/cli/check/reference.js';
import type { PlanarFormat } from './render.js';

/** The planes of a 4:2:0 picture, each row by row without padding. */
export interface Planes {
  size: Size;
  y: Uint8Array;
  u: Uint8Array;
  v: Uint8Array;
}

/** `at(x, y)` of a plane's sample, for its size. */
type Draw = (x: number, y: number) => number;

export function drawPlanes(size: Size, y: Draw, u: Draw, v: Draw): Planes {
  const plane = ({ width, height }: Size, draw: Draw) =>
    Uint8Array.from({ length: width * height }, (_, index) => draw(index % width, Math.floor(index / width)));
  const half = { width: size.width / 2, height: size.height / 2 };
  return { size, y: plane(size, y), u: plane(half, u), v: plane(half, v) };
}

/** GStreamer's own layout: strides of the luma in multiples of 4, of the chroma of I420 as well (video-info.c). */
function layout(format: PlanarFormat, { width, height }: Size) {
  const luma = Math.ceil(width / 4) * 4;
  const paired = format.startsWith('NV');
  const chroma = paired ? luma : Math.ceil(width / 2 / 4) * 4;
  const first = luma * height;
  const second = paired ? first + 1 : first + (chroma * height) / 2;
  const swapped = format === 'YV12' || format === 'NV21';
  return {
    bytes: first + (chroma * height) / (paired ? 2 : 1),
    planes: [
      { name: 'y', start: 0, stride: luma, step: 1 },
      { name: 'u', start: swapped ? second : first, stride: chroma, step: paired ? 2 : 1 },
      { name: 'v', start: swapped ? first : second, stride: chroma, step: paired ? 2 : 1 },
    ] as const,
  };
}

export function toBytes(planes: Planes, format: PlanarFormat): Uint8Array {
  const { bytes, planes: places } = layout(format, planes.size);
  const data = new Uint8Array(bytes);
  for (const { name, start, stride, step } of places) {
    const width = planes.size.width / (name === 'y' ? 1 : 2);
    planes[name].forEach((value, index) => {
      data[start + Math.floor(index / width) * stride + (index % width) * step] = value;
    });
  }
  return data;
}

export function fromBytes(data: Uint8Array, size: Size, format: PlanarFormat): Planes {
  const { bytes, planes: places } = layout(format, size);
  if (data.length !== bytes) throw new Error(`${data.length} bytes, not ${bytes}`);
  const read = (index: 0 | 1 | 2): Draw => {
    const { start, stride, step } = places[index];
    return (x, y) => data[start + y * stride + x * step]!;
  };
  return drawPlanes(size, read(0), read(1), read(2));
}

/** The reference for `shaders/planes.frag`, plane by plane. */
export function rectifiedPlanes(r: Rectification, from: Planes, cosited: boolean) {
  return (['y', 'u', 'v'] as const).map((name) => {
    const every = name === 'y' ? 1 : 2;
    const plane = { data: from[name], width: from.size.width / every, height: from.size.height / every };
    return { name, ...rectifiedPlane(r, plane, name === 'y' ? 16 : 128, { every, cosited }) };
  });
}
