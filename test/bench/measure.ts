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
  /** What it must reach. */
  atLeast?: number;
  /** What it was compared with or measured on. */
  note?: string;
}

export interface Options {
  /** Takes minutes more where rare events are counted. */
  long: boolean;
  /** Also against other programs, where they are installed. */
  peers: boolean;
}

/** A part of the bench, by the name that `--only` takes; a part of a name up to a hyphen names all that begin so. */
export interface Measure {
  name: string;
  /** What is done, while it is done. */
  title: string;
  run: (options: Options) => Promise<Row[]>;
}

/** Whether a figure is within what was promised. */
export function keepsPromise({ value, limit = Infinity, atLeast = -Infinity }: Row): boolean {
  return value <= limit && value >= atLeast;
}

/** Median of some runs, with their spread. */
export function rowOf(
  what: string,
  unit: string,
  samples: readonly number[],
  rest: Pick<Row, 'limit' | 'atLeast' | 'note'> = {},
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
