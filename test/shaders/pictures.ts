import { mapPixel, type Rectification } from '../../src/calibration/rectification.js';
import type { Picture } from './render.js';

/**
 * A picture in which a place is easily told from its neighbours: red and green are triangle waves of 32 pixels across and down (16 levels a
 * pixel), blue is different in every block of 20x15 pixels, so that neither a mirrored nor a shifted picture can pass for it.
 */
export function measuringPicture(width: number, height: number): Picture {
  const data = new Uint8Array(width * height * 4);
  for (let y = 0, index = 0; y < height; y++) {
    for (let x = 0; x < width; x++, index += 4) {
      const block = Math.floor(x / 20) * 7 + Math.floor(y / 15) * 13;
      data.set([wave(x), wave(y), block % 256, 255], index);
    }
  }
  return { width, height, data };
}

function wave(at: number): number {
  return Math.abs((at % 32) - 15.5) * 16 - 8;
}

/** The reference for `shaders/rectify.frag`: bilinear between pixels, the outermost ones stretched to the edge, black outside. */
export function rectified(r: Rectification, from: Picture): { picture: Picture; inside: Uint8Array } {
  const { width, height } = r.output;
  const data = new Uint8Array(width * height * 4);
  const inside = new Uint8Array(width * height);
  for (let y = 0, index = 0; y < height; y++) {
    for (let x = 0; x < width; x++, index++) {
      const [u, v] = mapPixel(r, x, y);
      data[index * 4 + 3] = 255;
      if (!(u >= -0.5 && u <= from.width - 0.5 && v >= -0.5 && v <= from.height - 0.5)) continue;
      // On the very edge either answer is right.
      inside[index] = u > -0.4 && u < from.width - 0.6 && v > -0.4 && v < from.height - 0.6 ? 1 : 2;
      for (let channel = 0; channel < 3; channel++) data[index * 4 + channel] = Math.round(sample(from, u, v, channel));
    }
  }
  return { picture: { width, height, data }, inside };
}

/** Mean and 99.9th percentile of the absolute difference, over the channels of the pixels that `of` takes. */
export function difference(a: Picture, b: Picture, of: (pixel: number) => boolean): { mean: number; p999: number } {
  const counts = new Float64Array(256);
  for (let index = 0; index < a.data.length; index++) {
    if (index % 4 === 3 || !of(index >> 2)) continue;
    const off = Math.abs((a.data[index] ?? 0) - (b.data[index] ?? 0));
    counts[off] = (counts[off] ?? 0) + 1;
  }
  const total = counts.reduce((sum, count) => sum + count, 0);
  const mean = counts.reduce((sum, count, off) => sum + count * off, 0) / total;
  let p999 = 255;
  for (let above = 0; p999 > 0; p999--) {
    above += counts[p999] ?? 0;
    if (above > total / 1000) break;
  }
  return { mean, p999 };
}

function sample({ width, height, data }: Picture, u: number, v: number, channel: number): number {
  const x = Math.min(Math.max(u, 0), width - 1);
  const y = Math.min(Math.max(v, 0), height - 1);
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [right, bottom] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)];
  const at = (column: number, row: number) => data[(row * width + column) * 4 + channel] ?? 0;
  const upper = at(left, top) + (at(right, top) - at(left, top)) * (x - left);
  const lower = at(left, bottom) + (at(right, bottom) - at(left, bottom)) * (x - left);
  return upper + (lower - upper) * (y - top);
}
