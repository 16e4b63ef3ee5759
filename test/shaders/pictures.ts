import type { Rectification } from '../../src/calibration/rectification.js';
import { rectifiedPlane } from '../../src/cli/check/reference.js';
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

/** The reference for `shaders/rectify.frag`, channel by channel. */
export function rectified(
  r: Rectification,
  { width, height, data }: Picture,
): { picture: Picture; places: Uint8Array } {
  const channels = [0, 1, 2].map((channel) =>
    rectifiedPlane(r, { width, height, data: data.filter((_, index) => index % 4 === channel) }, 0),
  );
  const drawn = Uint8Array.from({ length: r.output.width * r.output.height * 4 }, (_, index) =>
    Math.round(channels[index % 4]?.values[index >> 2] ?? 255),
  );
  return { picture: { ...r.output, data: drawn }, places: channels[0]!.places };
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
