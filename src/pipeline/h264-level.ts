/** Levels of H.264, from the encoders' usual one up, by what they allow: macroblocks a second and a frame (ITU-T H.264, table A-1). */
const levels = [
  ['4', 245_760, 8192],
  ['4.2', 522_240, 8704],
  ['5', 589_824, 22_080],
  ['5.1', 983_040, 36_864],
  ['5.2', 2_073_600, 36_864],
] as const;

/** Blocks of 16x16 pixels. */
export function macroblocks(width: number, height: number): number {
  return Math.ceil(width / 16) * Math.ceil(height / 16);
}

/** The lowest of these levels that takes such pictures. An encoder that is told too low a level stalls; browsers take any. */
export function h264Level(width: number, height: number, fps: number): string {
  const blocks = macroblocks(width, height);
  const enough = levels.find(([, rate, size]) => blocks <= size && blocks * fps <= rate);
  return enough?.[0] ?? '5.2';
}
