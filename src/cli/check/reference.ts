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

/** Where a sample comes from: between samples of the plane, between those at its edge and the black around it, or from black alone. */
export const where = { outside: 0, inside: 1, edge: 2 } as const;

/**
 * What the shaders are to draw, by the reference of their mathematics ({@link mapPixel}): the plane bilinear between its samples, and `black` all around it,
 * as OpenCV's `remap` draws with BORDER_CONSTANT.
 */
export function rectifiedPlane(
  r: Rectification,
  from: Plane,
  black: number,
  { every, cosited }: Sampling = { every: 1, cosited: false },
): { values: Float32Array; places: Uint8Array } {
  const shift = every === 2 && cosited ? 0.5 : 0;
  const [width, height] = [r.output.width / every, r.output.height / every];
  const values = new Float32Array(width * height);
  const places = new Uint8Array(width * height);
  for (let index = 0; index < values.length; index++) {
    const [x, y] = [index % width, Math.floor(index / width)];
    const [left, top] = mapPixel(r, (x + 0.5) * every - shift - 0.5, (y + 0.5) * every - 0.5);
    const [u, v] = [(left + 0.5 + shift) / every - 0.5, (top + 0.5) / every - 0.5];
    const within = (beyond: number) =>
      u >= -beyond && u <= from.width - 1 + beyond && v >= -beyond && v <= from.height - 1 + beyond;
    // A map that is off by a tenth of a sample may still reach the last of the edge.
    places[index] = within(0) ? where.inside : within(1.1) ? where.edge : where.outside;
    values[index] = places[index] === where.outside ? black : sample(from, black, u, v);
  }
  return { values, places };
}

function sample({ data, width, height }: Plane, black: number, u: number, v: number): number {
  const [left, top] = [Math.floor(u), Math.floor(v)];
  const at = (column: number, row: number) =>
    column >= 0 && column < width && row >= 0 && row < height ? data[row * width + column]! : black;
  const upper = at(left, top) + (at(left + 1, top) - at(left, top)) * (u - left);
  const lower = at(left, top + 1) + (at(left + 1, top + 1) - at(left, top + 1)) * (u - left);
  return upper + (lower - upper) * (v - top);
}

/** Of 255: the absolute difference of what was drawn from the reference, where the source is inside; its mean at the edge; and the greatest one outside. */
export interface Difference {
  mean: number;
  p999: number;
  worst: number;
  edge: number;
  outside: number;
  /** Share of the samples whose source is inside. */
  compared: number;
}

export function differenceFrom(
  { values, places }: { values: Float32Array; places: Uint8Array },
  drawn: Uint8Array,
): Difference {
  const off: number[][] = Object.values(where).map(() => []);
  places.forEach((place, index) => off[place]!.push(Math.abs(drawn[index]! - values[index]!)));
  const [outside, inside, edge] = [off[where.outside]!, off[where.inside]!, off[where.edge]!];
  inside.sort((a, b) => a - b);
  return {
    mean: meanOf(inside),
    p999: inside[Math.floor(inside.length * 0.999)]!,
    worst: inside.at(-1)!,
    edge: edge.length === 0 ? 0 : meanOf(edge),
    outside: outside.reduce((most, each) => Math.max(most, each), 0),
    compared: inside.length / values.length,
  };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}

/** A triangle wave of bytes between 128 ± `slope` · `period` / 4. */
export function wave(at: number, slope: number, period: number): number {
  const phase = (((at % period) + period) % period) - period / 2;
  return Math.round(128 + (Math.abs(phase) - period / 4) * slope);
}
