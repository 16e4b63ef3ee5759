import { rowOf, type Row } from '../measure.js';
import type { Shape } from './cameras.js';
import type { Round } from './round.js';

export function delayRows(
  what: string,
  all: readonly Round[],
  limits: { p50?: number | undefined; p95?: number | undefined } = {},
): Row[] {
  const sum = (of: (round: Round) => number): number => all.reduce((total, round) => total + of(round), 0);
  const clock = Math.max(...all.map(({ clockErrorMs }) => clockErrorMs)).toFixed(2);
  const note = `${sum(({ frames }) => frames)} frames, ${sum(({ unreadable }) => unreadable)} unreadable, clocks ± ${clock} ms`;
  const percentileRow = (name: 'p50' | 'p95' | 'p99', rest: Pick<Row, 'limit' | 'note'>): Row =>
    rowOf(
      `${what}, ${name}`,
      'ms',
      all.map((round) => round[name]),
      rest,
    );
  return [
    percentileRow('p50', { note, ...(limits.p50 === undefined ? {} : { limit: limits.p50 }) }),
    percentileRow('p95', limits.p95 === undefined ? {} : { limit: limits.p95 }),
    percentileRow('p99', {}),
    ...submittedRows(
      `${what}, submitted, p50`,
      all.map(({ submitted }) => submitted),
    ),
    rowOf(`${what}, cores`, '', all.map(coresOf), { note: coresNote(all) }),
  ];
}

/** Of each round, in ms unless it is a ratio; nothing where the page paints. */
export function submittedRows(
  what: string,
  rounds: readonly (number | null)[],
  { unit = 'ms', ...rest }: { unit?: 'ms' | ''; limit?: number } = {},
): Row[] {
  const known = rounds.filter((each) => each !== null);
  return known.length === 0 ? [] : [rowOf(what, unit, known, rest)];
}

export function ratioRow(
  what: string,
  mine: readonly Round[],
  others: readonly Round[],
  of: (round: Round) => number,
  limit?: number,
): Row {
  return rowOf(
    what,
    '',
    mine.map((round, index) => of(round) / of(others[index]!)),
    limit === undefined ? {} : { limit },
  );
}

export function rateRow(
  what: string,
  all: readonly Round[],
  shape: Shape,
  judged = true,
  eye: 'slower' | 'left' = 'slower',
): Row {
  const shown = all.map(({ fps }) => fps[eye] / shape.fps);
  return rowOf(what, '', shown, judged ? { atLeast: 0.93 } : {});
}

export function waitedRow(what: string, all: readonly Round[]): Row {
  return rowOf(
    what,
    'ms',
    all.map(({ waited }) => waited),
  );
}

export function mixedRow(what: string, all: readonly Round[], judged = true): Row {
  const mixed = all.reduce((sum, round) => sum + round.mixed, 0);
  const pairs = all.reduce((sum, round) => sum + round.pairs, 0);
  return rowOf(what, '', [mixed], { note: `of ${pairs}`, ...(judged ? { limit: 0 } : {}) });
}

export function coresOf({ cores }: Round): number {
  return Object.values(cores).reduce((sum, share) => sum + share, 0);
}

function coresNote(all: readonly Round[]): string {
  const names = Object.keys(all[0]!.cores);
  return names
    .map((name) => `${name} ${(all.reduce((sum, { cores }) => sum + cores[name]!, 0) / all.length).toFixed(3)}`)
    .join(', ');
}

export function titleOf({ width, height, fps, layout }: Shape): string {
  return `${width}x${height}@${fps} ${layout}`;
}
