import { mapPixel, type Rectification } from '../../calibration/rectification.js';
import type { Size } from '../../calibration/view.js';

/** Samples row by row, without padding. */
export interface Plane extends Size {
  data: Uint8Array;
}

/** How samples stand among pixels: `every` 2 for chroma of 4:2:0, which then stands between pixels, or at the left one of each pair where `cosited`. */
export interface Sampling {
  every: 1 | 2;
  cosited: boolean;
}

/**
 * What the shaders are to draw, by the reference of their mathematics ({@link mapPixel}): the plane bilinear between its samples, the outermost ones
 * stretched to the edge; and for each sample whether its source is inside (1), outside (0), or on the very edge (2), where either answer is right.
 */
export function rectifiedPlane(
  r: Rectification,
  from: Plane,
  { every, cosited }: Sampling = { every: 1, cosited: false },
): { values: Float32Array; inside: Uint8Array } {
  const shift = every === 2 && cosited ? 0.5 : 0;
  const [width, height] = [r.output.width / every, r.output.height / every];
  const values = new Float32Array(width * height);
  const inside = new Uint8Array(width * height);
  for (let index = 0; index < values.length; index++) {
    const [x, y] = [index % width, Math.floor(index / width)];
    const [left, top] = mapPixel(r, (x + 0.5) * every - shift - 0.5, (y + 0.5) * every - 0.5);
    const [u, v] = [(left + 0.5 + shift) / every - 0.5, (top + 0.5) / every - 0.5];
    const within = (margin: number) =>
      u > margin - 0.5 && u < from.width - 0.5 - margin && v > margin - 0.5 && v < from.height - 0.5 - margin;
    inside[index] = within(0.1) ? 1 : within(-0.1) ? 2 : 0;
    if (inside[index] === 1) values[index] = sample(from, u, v);
  }
  return { values, inside };
}

function sample({ data, width, height }: Plane, u: number, v: number): number {
  const x = Math.min(Math.max(u, 0), width - 1);
  const y = Math.min(Math.max(v, 0), height - 1);
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [right, bottom] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)];
  const at = (column: number, row: number) => data[row * width + column]!;
  const upper = at(left, top) + (at(right, top) - at(left, top)) * (x - left);
  const lower = at(left, bottom) + (at(right, bottom) - at(left, bottom)) * (x - left);
  return upper + (lower - upper) * (y - top);
}

/** Of 255: the absolute difference of what was drawn from the reference, where the source is inside; and the greatest one from black outside. */
export interface Difference {
  mean: number;
  p999: number;
  worst: number;
  outside: number;
  /** Share of the samples that were compared. */
  compared: number;
}

export function differenceFrom(
  { values, inside }: { values: Float32Array; inside: Uint8Array },
  drawn: Uint8Array,
  black: number,
): Difference {
  const off: number[] = [];
  let outside = 0;
  inside.forEach((where, index) => {
    if (where === 1) off.push(Math.abs(drawn[index]! - values[index]!));
    else if (where === 0) outside = Math.max(outside, Math.abs(drawn[index]! - black));
  });
  off.sort((a, b) => a - b);
  const mean = off.reduce((sum, each) => sum + each, 0) / off.length;
  const p999 = off[Math.floor(off.length * 0.999)]!;
  return { mean, p999, worst: off.at(-1)!, outside, compared: off.length / values.length };
}

/** A triangle wave of bytes between 128 ± `slope` · `period` / 4. */
export function wave(at: number, slope: number, period: number): number {
  const phase = (((at % period) + period) % period) - period / 2;
  return Math.round(128 + (Math.abs(phase) - period / 4) * slope);
}
