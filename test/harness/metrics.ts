/** The value of a series in Prometheus' text format, named with its labels as they stand there; null where there is none. */
export function valueOf(text: string, series: string): number | null {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? null : Number(line.slice(series.length + 1));
}
