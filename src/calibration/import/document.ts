import { isMapping, type Mapping, valueAt } from '../../protocol/merge-patch.js';

/** A file of calibration data, read but not yet understood. */
export interface CalibrationDocument {
  /** As messages call it. */
  name: string;
  value: Mapping;
  /** Where the key at `path` is written, or the nearest above it; counted from 1. */
  locate(path: readonly string[]): { line: number; column: number };
}

/** What is wrong with a file of calibration data, and where. */
export class ImportFault extends Error {
  readonly document: CalibrationDocument;
  readonly path: readonly string[];

  constructor(document: CalibrationDocument, path: readonly string[], message: string) {
    super(message);
    this.document = document;
    this.path = path;
  }
}

/** How many rows and columns are wanted; a list where either may be. */
export type Shape = readonly [rows: number, columns: number];

/**
 * The numbers at `path`, row by row: an OpenCV or ROS matrix (`rows`, `cols`, `data`), a list of rows, or a plain list.
 * @throws ImportFault if they are missing, of another shape, or not finite.
 */
export function numbersAt(document: CalibrationDocument, path: readonly string[], shapes: readonly Shape[]): number[] {
  const value = valueAt(document.value, path);
  const wanted = shapes.map(([rows, columns]) => `${rows}x${columns}`).join(' or ');
  const expected = shapes.every(([rows]) => rows === 1)
    ? `a list of ${shapes
        .map(([, columns]) => columns)
        .join(', ')
        .replace(/, (\d+)$/, ' or $1')} numbers`
    : `${wanted} numbers`;
  if (value === undefined || value === null) throw new ImportFault(document, path, `is missing: ${expected}`);

  const [cells, found] = cellsOf(value);
  const bad = cells.find((cell) => typeof cell !== 'number' || !Number.isFinite(cell));
  if (bad !== undefined) throw new ImportFault(document, path, `must be ${expected} (got ${JSON.stringify(bad)})`);
  const fits = ([rows, columns]: Shape) =>
    cells.length === rows * columns &&
    (found === undefined || rows === 1 || (found[0] === rows && found[1] === columns));
  if (!shapes.some(fits)) {
    const got = found === undefined ? `${cells.length}` : `${found[0]}x${found[1]} with ${cells.length}`;
    throw new ImportFault(document, path, `must be ${expected} (got ${got})`);
  }
  return cells as number[];
}

/** A whole number above 0. */
export function countAt(document: CalibrationDocument, path: readonly string[]): number {
  const value = valueAt(document.value, path);
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
  throw new ImportFault(document, path, `must be a whole number of pixels (got ${JSON.stringify(value) ?? 'nothing'})`);
}

/** The text at `path`, or nothing. */
export function textAt({ value }: CalibrationDocument, path: readonly string[]): string {
  const text = valueAt(value, path);
  return typeof text === 'string' ? text : '';
}

/** What `table` has for the name at `path`. @throws ImportFault for a name that it does not have. */
export function choiceAt<T>(document: CalibrationDocument, path: readonly string[], table: ReadonlyMap<string, T>): T {
  const stated = textAt(document, path);
  const choice = table.get(stated);
  if (choice !== undefined) return choice;
  throw new ImportFault(document, path, `must be one of ${[...table.keys()].join(', ')} (got "${stated}")`);
}

/** The cells, and the shape that the file states or shows. */
function cellsOf(value: unknown): [cells: unknown[], shape: [number, number] | undefined] {
  if (isMapping(value)) {
    const { rows, cols, data } = value;
    const cells = Array.isArray(data) ? (data as unknown[]) : [data];
    return [cells, typeof rows === 'number' && typeof cols === 'number' ? [rows, cols] : undefined];
  }
  if (!Array.isArray(value)) return [[value], undefined];
  const rows = value as unknown[];
  if (!rows.every(Array.isArray)) return [rows, undefined];
  return [rows.flat(), [rows.length, (rows[0] as unknown[] | undefined)?.length ?? 0]];
}
