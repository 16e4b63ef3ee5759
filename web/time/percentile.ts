/** The value below which a fraction `p` of `sorted` lies, between neighbours by straight line; NaN of nothing. */
export function percentile(sorted: readonly number[], p: number): number {
  if (sorted.length === 0) return NaN;
  const at = p * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return below + (above - below) * (at - Math.floor(at));
}

export function median(values: readonly number[]): number {
  return percentile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}

/** The last `size` values, oldest first to go. */
export class Window<T> {
  readonly #size: number;
  readonly #values: T[] = [];
  #next = 0;
  #untaken = 0;

  constructor(size: number) {
    this.#size = size;
  }

  push(value: T): void {
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % this.#size;
    this.#untaken = Math.min(this.#untaken + 1, this.#size);
  }

  /** Those that came since this was last called, in their order, as far as they are still there. */
  take(): T[] {
    const count = this.#untaken;
    this.#untaken = 0;
    return Array.from({ length: count }, (_, n) => this.#values[(this.#next - count + n + this.#size) % this.#size]!);
  }

  clear(): void {
    this.#values.length = 0;
    this.#next = 0;
    this.#untaken = 0;
  }

  get length(): number {
    return this.#values.length;
  }

  /** In no particular order. */
  get values(): readonly T[] {
    return this.#values;
  }
}
