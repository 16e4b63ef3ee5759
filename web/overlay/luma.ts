/** Brightness of a picture, row by row, 0..255. */
export interface Luma {
  width: number;
  height: number;
  values: Float32Array;
}

/** From RGBA bytes (ImageData), by the weights of BT.601. */
export function lumaOf({ width, height, data }: { width: number; height: number; data: ArrayLike<number> }): Luma {
  const values = new Float32Array(width * height);
  for (let i = 0, at = 0; i < values.length; i++, at += 4)
    values[i] = 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
  return { width, height, values };
}

/** Half as large: every pixel the mean of four; an odd last row or column is left out. */
export function halved({ width, height, values }: Luma): Luma {
  const [w, h] = [width >> 1, height >> 1];
  const half = new Float32Array(w * h);
  for (let y = 0, to = 0; y < h; y++)
    for (let x = 0, from = 2 * y * width; x < w; x++, from += 2, to++)
      half[to] = (values[from]! + values[from + 1]! + values[from + width]! + values[from + width + 1]!) / 4;
  return { width: w, height: h, values: half };
}

/** Sums of a picture’s values over any rectangle, in four look-ups (summed-area table). */
export class Sums {
  readonly #stride: number;
  readonly #table: Float64Array;

  constructor(width: number, height: number, value: (index: number) => number) {
    this.#stride = width + 1;
    this.#table = new Float64Array(this.#stride * (height + 1));
    for (let y = 0, index = 0; y < height; y++) {
      let row = 0;
      for (let x = 0; x < width; x++, index++) {
        row += value(index);
        this.#table[(y + 1) * this.#stride + x + 1] = this.#table[y * this.#stride + x + 1]! + row;
      }
    }
  }

  /** Over `size` x `size` values from (left, top). */
  square(left: number, top: number, size: number): number {
    const [upper, lower] = [top * this.#stride + left, (top + size) * this.#stride + left];
    return this.#table[lower + size]! - this.#table[lower]! - this.#table[upper + size]! + this.#table[upper]!;
  }
}
