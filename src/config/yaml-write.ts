import { dump } from 'js-yaml';
import { isMapping, type Mapping } from './merge.js';
import { yamlSchema } from './yaml.js';

/** How strings are quoted: as little as can be, or always with this mark. */
export type Quotes = 'needed' | 'single' | 'double';

/** How a block is laid out. */
export interface Layout {
  /** Columns of its first level. */
  indent: number;
  /** Further columns of each level below. */
  step: number;
  newline: string;
}

/** A value in one line, as it may stand anywhere, also between brackets: `{ size: [640, 480] }`. */
export function inlineYaml(value: unknown, quotes: Quotes = 'needed'): string {
  if (Array.isArray(value)) return `[${value.map((item) => inlineYaml(item)).join(', ')}]`;
  if (isMapping(value)) {
    const pairs = Object.entries(value).map(([key, inner]) => `${keyYaml(key)}: ${inlineYaml(inner)}`);
    return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
  }
  // js-yaml writes 1e-7 as 1.e-7.
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
  return scalar(value, quotes);
}

export function keyYaml(key: string): string {
  return scalar(key, 'needed');
}

/** The keys of a mapping a line each, its mappings below them; lists stay in one line. */
export function blockYaml(mapping: Mapping, { indent, step, newline }: Layout): string {
  const lines = Object.entries(mapping).map(([key, value]) => {
    const begin = `${' '.repeat(indent)}${keyYaml(key)}:`;
    if (!isMapping(value) || Object.keys(value).length === 0) return `${begin} ${inlineYaml(value)}`;
    return `${begin}${newline}${blockYaml(value, { indent: indent + step, step, newline })}`;
  });
  return lines.join(newline);
}

function scalar(value: unknown, quotes: Quotes): string {
  const style = quotes === 'needed' ? {} : ({ forceQuotes: true, quoteStyle: quotes } as const);
  // In a list, so that what means something between brackets is quoted.
  return dump([value], { flowLevel: 0, lineWidth: -1, schema: yamlSchema, ...style })
    .trimEnd()
    .slice(1, -1);
}
