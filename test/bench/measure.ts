/** One row of the table. */
export interface Row {
  what: string;
  /** Median, and the least and greatest of the runs it is taken from. */
  value: number;
  least: number;
  greatest: number;
  unit: string;
  /** What it must not exceed. */
  limit?: number;
  /** What it was compared with or measured on. */
  note?: string;
}

/** A part of the bench, by the name that `--only` takes. */
export interface Measure {
  name: string;
  /** What is done, while it is done. */
  title: string;
  run: () => Promise<Row[]>;
}

/** Median of some runs, with their spread. */
export function rowOf(
  what: string,
  unit: string,
  samples: readonly number[],
  rest: Pick<Row, 'limit' | 'note'> = {},
): Row {
  const sorted = samples.toSorted((a, b) => a - b);
  return { what, unit, value: percentile(sorted, 50), least: sorted[0]!, greatest: sorted.at(-1)!, ...rest };
}

/** @param sorted ascending, not empty @param percent 0..100; between two values the line through them */
export function percentile(sorted: readonly number[], percent: number): number {
  const at = (percent / 100) * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return below + (above - below) * (at - Math.floor(at));
}
