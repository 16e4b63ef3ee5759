import type { Problem } from './problem.js';
import type { Source } from './source.js';
import type { Fault } from './validate.js';

/** Calibration files, by the dotted path of the mapping that each stands in for. */
export type Mounts = ReadonlyMap<string, Source>;

/** Faults with the place where each was written, in the order in which a person reads the files. */
export function locateFaults(faults: readonly Fault[], sources: readonly Source[], mounts: Mounts): Problem[] {
  const order = [...sources, ...mounts.values()];
  const located = faults.map(({ path, message }) => {
    const mount = mountOf(path, mounts);
    const source = mount?.source ?? sourceOf(sources, path);
    const inside = mount?.path ?? path;
    const { origin, line, column } = source.locate(inside);
    return { problem: { origin, path: inside.join('.'), message }, file: order.indexOf(source), line, column };
  });
  located.sort((a, b) => a.file - b.file || a.line - b.line || a.column - b.column);
  // One slip in what an anchor shares is one problem, however many aliases repeat it.
  const said = new Set<string>();
  const first = located.filter(({ problem: { origin, message }, line }) => {
    const key = `${origin} ${message}`;
    return line === 0 || (!said.has(key) && said.add(key));
  });
  return first.map(({ problem }) => problem);
}

/** Who decides about `path`: the last that writes it, or else the one that writes the most of the way to it. */
export function sourceOf(sources: readonly Source[], path: readonly string[]): Source {
  return sources.reduce((best, source) => (source.locate(path).depth >= best.locate(path).depth ? source : best));
}

function mountOf(path: readonly string[], mounts: Mounts): { source: Source; path: string[] } | undefined {
  const source = mounts.get(path.slice(0, 3).join('.'));
  return source === undefined || path.length <= 3 ? undefined : { source, path: path.slice(3) };
}
