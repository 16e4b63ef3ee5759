import { simCheck, simCodeCells, simMarks } from '../../src/pipeline/sim.js';
import type { Eye } from '../../src/protocol/ws.js';

/** Pixels as they come from a canvas or from GStreamer (RGBA). */
export interface Pixels {
  width: number;
  height: number;
  data: Uint8Array | Uint8ClampedArray;
}

/** A part of a picture: one eye of two side by side, say. Pixels. */
export interface Region {
  left: number;
  top: number;
  width: number;
  height: number;
}

/**
 * The eye and the frame number (modulo 65536) that the simulated scene wrote into its picture, or null if they cannot be read for sure.
 * The region is the whole of one eye's picture at any scale, upright.
 */
export function readFrameCode(
  pixels: Pixels,
  region: Region = { left: 0, top: 0, width: pixels.width, height: pixels.height },
): { eye: Eye; frame: number } | null {
  const { code, columns } = simMarks;
  const side = region.width / columns;
  const middle = region.top + region.height - (code.bottom + 0.5) * side;
  const light = Array.from({ length: simCodeCells }, (_, index) =>
    brightness(pixels, region.left + (code.left + index + 0.5) * side, middle, side / 2),
  );
  const [white = 0, black = 0, ...rest] = light;
  if (white - black < 64) return null;
  const bits = rest.map((level) => (level > (white + black) / 2 ? 1 : 0));
  const eye: Eye = bits[0] === 1 ? 'right' : 'left';
  const frame = number(bits.slice(1, 1 + code.counterBits));
  return number(bits.slice(1 + code.counterBits)) === simCheck(eye, frame) ? { eye, frame } : null;
}

/** The eye whose label is in the picture, by its colour; null where there is none. */
export function readEyeLabel(
  pixels: Pixels,
  region: Region = { left: 0, top: 0, width: pixels.width, height: pixels.height },
): Eye | null {
  const { tag, columns } = simMarks;
  const side = region.width / columns;
  // The left edge of the label, beside the letter.
  const x = region.left + (tag.left + 0.5) * side;
  const y = region.top + (tag.top + tag.side / 2) * side;
  const [red, green, blue] = [0, 1, 2].map((channel) => mean(pixels, x, y, side / 2, channel)) as [
    number,
    number,
    number,
  ];
  if (red > green + 80 && red > blue + 80) return 'left';
  return green > red + 60 && blue > red + 60 ? 'right' : null;
}

function number(bits: readonly number[]): number {
  return bits.reduce((value, bit) => value * 2 + bit, 0);
}

function brightness(pixels: Pixels, x: number, y: number, side: number): number {
  return 0.3 * mean(pixels, x, y, side, 0) + 0.6 * mean(pixels, x, y, side, 1) + 0.1 * mean(pixels, x, y, side, 2);
}

/** Over a square about a point. */
function mean({ width, height, data }: Pixels, x: number, y: number, side: number, channel: number): number {
  const first = (centre: number) => Math.max(0, Math.round(centre - side / 2));
  const end = (centre: number, limit: number) =>
    Math.min(limit, Math.max(Math.round(centre + side / 2), first(centre) + 1));
  let sum = 0;
  let count = 0;
  for (let row = first(y); row < end(y, height); row++) {
    for (let column = first(x); column < end(x, width); column++, count++)
      sum += data[(row * width + column) * 4 + channel] ?? 0;
  }
  return count === 0 ? 0 : sum / count;
}
