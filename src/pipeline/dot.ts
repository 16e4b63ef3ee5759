import { basename } from 'node:path';
import { chains, fileReference, type Link, referencedPaths } from './launch-syntax.js';
import type { Plan } from './plan.js';
import { graphText, type Sink } from './text.js';

/** The graph for Graphviz: elements with their properties, capsfilters as labels of the lines. */
export function graphDot(plan: Plan, sink: Sink = { kind: 'fake' }): string {
  const lines: string[] = [];
  const all = chains(graphText(plan, sink));
  const ids = new Map(
    all
      .flat()
      .filter(isElement)
      .map((link, index) => [link, nameOf(link) ?? `element${index}`]),
  );
  for (const [link, id] of ids) lines.push(`  ${quoted(id)} [label=${quoted(labelOf(link))}];`);
  for (const chain of all) {
    let from: string | undefined;
    let caps = '';
    for (const link of chain) {
      if (link.kind === 'caps') {
        caps = link.element;
        continue;
      }
      const [to] = link.kind === 'reference' ? link.element.split('.') : [ids.get(link)!];
      if (from !== undefined)
        lines.push(`  ${quoted(from)} -> ${quoted(to!)}${caps === '' ? '' : ` [label=${quoted(caps)}]`};`);
      from = to;
      caps = '';
    }
  }
  return ['digraph binocle {', '  rankdir=LR;', '  node [shape=box, fontname=monospace];', ...lines, '}'].join('\n');
}

function isElement({ kind }: Link): boolean {
  return kind === 'element';
}

function nameOf({ properties }: Link): string | undefined {
  return properties.find((property) => property.startsWith('name='))?.slice('name='.length);
}

function labelOf({ element, properties }: Link): string {
  const shown = properties.map((property) => {
    const [, name, paths] = fileReference.exec(property) ?? [];
    if (name !== undefined && paths !== undefined)
      return `${name}=${referencedPaths(paths)
        .map((path) => basename(path))
        .join(' ')}`;
    return property.length > 60 ? `${property.slice(0, 59)}…` : property;
  });
  return [element, ...shown].join('\\n');
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '\\"')}"`;
}
