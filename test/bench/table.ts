import { keepsPromise, type Row } from './measure.js';

/** Three significant digits, without an exponent. */
export function figure(value: number): string {
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 3));
}

const columns: readonly { head: string; cell: (row: Row) => string; right?: boolean }[] = [
  { head: 'what', cell: ({ what }) => what },
  { head: 'median', cell: ({ value }) => figure(value), right: true },
  { head: 'least … greatest', cell: ({ least, greatest }) => `${figure(least)} … ${figure(greatest)}`, right: true },
  { head: 'unit', cell: ({ unit }) => unit },
  { head: 'limit', cell: promise, right: true },
  {
    head: '',
    cell: (row) => (promise(row) === '' ? '' : keepsPromise(row) ? 'ok' : row.limit === undefined ? 'UNDER' : 'OVER'),
  },
  { head: 'on', cell: ({ note }) => note ?? '' },
];

function promise({ limit, atLeast }: Row): string {
  return limit === undefined ? (atLeast === undefined ? '' : `≥ ${atLeast}`) : `≤ ${limit}`;
}

/** As Markdown, so that it can go into a README as it is. */
export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row)));
  const widths = columns.map(({ head }, index) => Math.max(3, head.length, ...cells.map((row) => row[index]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, index) => (columns[index]!.right ? cell.padStart(widths[index]!) : cell.padEnd(widths[index]!))).join(' | ')} |`;
  const rule = columns.map(({ right }, index) =>
    right ? `${'-'.repeat(widths[index]! - 1)}:` : '-'.repeat(widths[index]!),
  );
  return [line(columns.map(({ head }) => head)), line(rule), ...cells.map(line)].join('\n');
}
