/** Where the planes of both eyes go in one buffer, so that they stand side by side (VideoFrame.copyTo's and its constructor's `layout`). */
export interface Beside {
  width: number;
  height: number;
  /** Bytes. */
  size: number;
  left: PlaneLayout[];
  right: PlaneLayout[];
}

/** Bytes of a row of one eye, and rows, by plane. */
const planes = {
  I420: (width: number, height: number): [number, number][] => [
    [width, height],
    [width / 2, height / 2],
    [width / 2, height / 2],
  ],
  NV12: (width: number, height: number): [number, number][] => [
    [width, height],
    [width, height / 2],
  ],
} as const;

/**
 * For two pictures of this shape; null for formats whose planes the page cannot reach, and for odd sizes. The right eye's planes begin a row of one
 * eye later, and planes that overlap are refused: so each plane is followed by such a row.
 */
export function beside(format: string | null, width: number, height: number): Beside | null {
  if ((format !== 'I420' && format !== 'NV12') || width % 2 || height % 2) return null;
  let size = 0;
  const left: PlaneLayout[] = [];
  const right: PlaneLayout[] = [];
  for (const [row, rows] of planes[format](width, height)) {
    left.push({ offset: size, stride: 2 * row });
    right.push({ offset: size + row, stride: 2 * row });
    size += 2 * row * rows + row;
  }
  return { width: 2 * width, height, size, left, right };
}
