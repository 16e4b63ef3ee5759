/** What `capturestamp` (../native) writes: two rows of 21 square cells in the middle of an eye's picture. Lengths in pixels of the camera. */
export const stampShape = { cell: 16, columns: 21, rows: 2 } as const;
/** The capture time wraps after 2^31 microseconds. */
export const wrapMs = 2 ** 31 / 1000;

export interface Stamp {
  eye: 'left' | 'right';
  /** CLOCK_MONOTONIC modulo `wrapMs`. */
  capturedMs: number;
}

/** Where the stamp's left upper corner is in an eye's picture of this size; pixels. Stands alone, as `readStamp` does. */
export function stampCorner(width: number, height: number): { x: number; y: number } {
  return { x: Math.floor((width - 21 * 16) / 32) * 16, y: Math.floor((height - 2 * 16) / 32) * 16 };
}

/**
 * Reads a stamp, or null where there is none for sure (its CRC-8). `light(x, y)` is the brightness, 0..255, at a point of the stamp, in pixels of the
 * camera from its corner. Stands alone: it also runs in pages, as text.
 */
export function readStamp(light: (x: number, y: number) => number): Stamp | null {
  const [cell, columns, rows] = [16, 21, 2];
  const levels: number[] = [];
  for (let index = 0; index < columns * rows; index++) {
    const [x, y] = [(index % columns) * cell, Math.floor(index / columns) * cell];
    let sum = 0;
    for (let dy = 5; dy < 12; dy += 2) for (let dx = 5; dx < 12; dx += 2) sum += light(x + dx, y + dy);
    levels.push(sum / 16);
  }
  const [white, black] = [levels[0]!, levels[1]!];
  if (white - black < 64) return null;
  const bits = levels.slice(2).map((level) => (level > (white + black) / 2 ? 1 : 0));
  let crc = 0;
  for (const bit of bits.slice(0, 32)) {
    const high = (crc >> 7) ^ bit;
    crc = ((crc << 1) & 0xff) ^ (high ? 0x07 : 0);
  }
  // oxlint-disable-next-line unicorn/consistent-function-scoping -- it travels into the page with its caller
  const number = (some: number[]): number => some.reduce((value, bit) => value * 2 + bit, 0);
  if (number(bits.slice(32)) !== crc) return null;
  return { eye: bits[0] === 1 ? 'right' : 'left', capturedMs: number(bits.slice(1, 32)) / 1000 };
}
