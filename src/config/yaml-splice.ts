import { isMapping, nested, valueAt, withValue } from './merge.js';
import type { YamlEntry, YamlNode } from './yaml-tree.js';
import { parseYaml } from './yaml.js';
import { blockYaml, inlineYaml, keyYaml, type Layout, type Quotes } from './yaml-write.js';

interface Document {
  text: string;
  root: YamlNode;
  value: unknown;
}

/** The entry that a change is about, and the mappings and lists that it stands in, the innermost first. */
interface Place {
  entry: YamlEntry;
  parents: [YamlNode, ...YamlNode[]];
}

/** The text after a change; `inherited`: the key that was to go comes through an alias or a merge, and is `null` here instead. */
export interface Spliced {
  text: string;
  inherited?: boolean;
}

/**
 * One change at `path` of a YAML text (without byte order mark), `undefined` removes the key. It sees what is written at its place and not who
 * else takes part in it: whoever calls reads the result again. Where an alias elsewhere names an anchor that would go, that alias is written out
 * instead, and the change waits for the next call.
 * @throws YamlError for a text that is not YAML.
 */
export function spliceYaml(text: string, path: readonly string[], value: unknown): Spliced {
  const { root, value: whole } = parseYaml(text);
  if (root === undefined || root.kind === 'scalar' || path.length === 0)
    return { text: withRoot(text, root, nested(path, value)) };
  const document: Document = { text, root, value: whole };
  const parents: YamlNode[] = [];
  let node = root;
  let entry: YamlEntry | undefined;
  for (const [depth, key] of path.entries()) {
    const above = valueAt(whole, path.slice(0, depth));
    /** What `key` itself comes to when all below it is changed. */
    const own = depth === path.length - 1 ? value : valueAt(withValue(above, path.slice(depth), value), [key]);
    if (node.kind === 'alias') return throughAlias(text, node, above, key, own);
    if (node.kind === 'scalar' || node.kind === 'block-scalar') {
      return { text: replace(document, placeOf(entry, parents), nested(path.slice(depth), value)) };
    }
    parents.unshift(node);
    entry = node.entries.find((one) => one.key === key && key !== '<<');
    if (entry === undefined) return { text: insert(document, node, key, own ?? null), inherited: own === undefined };
    node = entry.node;
  }
  const place = placeOf(entry, parents);
  return { text: value === undefined ? remove(document, place) : replace(document, place, value) };
}

function placeOf(entry: YamlEntry | undefined, [parent, ...others]: readonly YamlNode[]): Place {
  if (entry === undefined || parent === undefined) throw new Error('a place has an entry and a parent');
  return { entry, parents: [parent, ...others] };
}

/** A text without a mapping yet: empty, only comments, `null`, `{}`, document markers. */
function withRoot(text: string, root: YamlNode | undefined, value: unknown): string {
  const newline = newlineOf(text);
  const asBlock = isFilled(value) && (root === undefined || columnOf(text, root.propertiesStart) === 0);
  const block = asBlock ? blockYaml(value, { indent: 0, step: 2, newline }) : inlineYaml(value);
  if (root !== undefined && root.end > root.start) return cut(text, root.propertiesStart, root.end, block);
  // Before the marker that ends the document, if there is one.
  const end = /^\.\.\.(?=\s|$)/m.exec(text)?.index ?? text.length;
  const before = text.slice(0, end);
  const gap = before === '' || /[\r\n]$/.test(before) ? '' : newline;
  return `${before}${gap}${block}${newline}${text.slice(end)}`;
}

/** `left: *camera` becomes `left: { <<: *camera, source: sim }`. */
function throughAlias(text: string, alias: YamlNode, shared: unknown, key: string, value: unknown): Spliced {
  if (!isMapping(shared)) {
    return { text: cut(text, alias.start, alias.end, inlineYaml(withValue(shared, [key], value))) };
  }
  const own = `{ <<: ${text.slice(alias.start, alias.end)}, ${keyYaml(key)}: ${inlineYaml(value ?? null)} }`;
  return { text: cut(text, alias.start, alias.end, own), inherited: value === undefined };
}

/** After the last entry, laid out as the entries are. */
function insert({ text, root }: Document, mapping: YamlNode, key: string, value: unknown): string {
  const [first, last] = [mapping.entries.at(0), mapping.entries.at(-1)];
  const pair = `${keyYaml(key)}: ${inlineYaml(value)}`;
  if (first === undefined || last === undefined) {
    const blank = /^\s*$/.test(text.slice(mapping.start + 1, mapping.end - 1));
    return blank
      ? cut(text, mapping.start, mapping.end, `{ ${pair} }`)
      : cut(text, mapping.start + 1, mapping.start + 1, ` ${pair}`);
  }
  if (mapping.flow) return cut(text, last.node.end, last.node.end, `, ${pair}`);
  const at = lineEnd(text, last.node.end);
  const layout = layoutOf(text, root, columnOf(text, first.start));
  return cut(text, at, at, `${layout.newline}${blockYaml(Object.fromEntries([[key, value]]), layout)}`);
}

function replace(document: Document, { entry, parents: [parent] }: Place, value: unknown): string {
  const { text, root } = document;
  const { node, valueFrom } = entry;
  // Who merges a mapping cannot merge what is none.
  const shape = isMapping(value) ? 'mapping' : Array.isArray(value) ? 'list' : 'scalar';
  const freed = writtenOut(document, node.kind === shape ? node.start : node.propertiesStart, node.end);
  if (freed !== undefined) return freed;

  // The anchor stays for those who name it; a tag said what the old value was.
  const anchor = node.anchor === undefined ? '' : `&${node.anchor} `;
  const inline = `${anchor}${inlineYaml(value, quotesOf(text, node))}`;
  const inBlock = parent.kind === 'mapping' && !parent.flow;
  const below = inBlock && /[\r\n]/.test(text.slice(valueFrom, node.start));
  const asBlock =
    inBlock && isFilled(value) && !(node.flow && node.entries.length > 0) && (!node.flow || isDeep(value));
  if (!below && !asBlock) {
    const begin = node.start === node.end && node.anchor === undefined ? valueFrom : node.propertiesStart;
    const gap = node.start === node.end && /\S/.test(text[begin - 1] ?? ' ') ? ' ' : '';
    return cut(text, begin, node.end, `${gap}${inline}`);
  }
  // What is behind the value, or with a block behind the key, stays on the key's line: it is a comment.
  const keyLine = text.slice(valueFrom, lineEnd(text, valueFrom));
  const behind = below
    ? keyLine.slice(/^(?:[ \t]+[&!]\S*)*/.exec(keyLine)![0].length)
    : text.slice(node.end, lineEnd(text, node.end));
  const layout = layoutOf(text, root, columnOf(text, parent.entries[0]!.start));
  const block = asBlock
    ? `${layout.newline}${blockYaml(value, { ...layout, indent: layout.indent + layout.step })}`
    : '';
  const head = asBlock ? anchor.trimEnd() : inline;
  return cut(text, valueFrom, lineEnd(text, node.end), `${head === '' ? '' : ` ${head}`}${behind.trimEnd()}${block}`);
}

/** With the line if it is alone on it; a mapping that loses its last key is `{}`. */
function remove(document: Document, { entry, parents }: Place): string {
  const { text, root } = document;
  const [parent, grandparent] = parents;
  const freed = writtenOut(document, entry.start, entry.node.end);
  if (freed !== undefined) return freed;
  const index = parent.entries.indexOf(entry);
  const [before, after] = [parent.entries[index - 1], parent.entries[index + 1]];
  if (before === undefined && after === undefined && parent !== root) {
    if (parent.flow) return cut(text, parent.start, parent.end, '{}');
    const holder = grandparent?.entries.find(({ node }) => node === parent);
    if (holder === undefined || grandparent?.kind !== 'mapping') return cut(text, parent.start, parent.end, '{}');
    const lines = wholeLines(text, entry);
    const keyLine = text.slice(holder.valueFrom, lineEnd(text, holder.valueFrom));
    const properties = holder.valueFrom + /^(?:[ \t]+[&!]\S*)*/.exec(keyLine)![0].length;
    return cut(cut(text, lines.from, lines.to, ''), properties, properties, ' {}');
  }
  if (before === undefined && after === undefined && parent.flow) return cut(text, parent.start, parent.end, '{}');
  if (isAlone(text, entry)) {
    const { from, to } = wholeLines(text, entry);
    return cut(text, from, to, '');
  }
  if (after !== undefined) return cut(text, entry.start, after.start, '');
  return cut(text, before?.node.end ?? entry.start, entry.node.end, '');
}

/**
 * With an alias from outside of a stretch of text to an anchor inside of it written out, since its anchor is to go; `undefined` if there is none.
 */
function writtenOut({ text, root, value }: Document, from: number, to: number): string | undefined {
  const inside = (node: YamlNode) => node.propertiesStart >= from && node.end <= to;
  const paths = new Map<YamlNode, readonly string[]>();
  const aliases: YamlNode[] = [];
  const visit = (node: YamlNode, path: readonly string[]) => {
    paths.set(node, path);
    if (node.kind === 'alias') aliases.push(node);
    for (const { key, node: below } of node.entries) visit(below, [...path, key]);
  };
  visit(root, []);
  const alias = aliases.find((one) => one.target !== undefined && !inside(one) && inside(one.target));
  if (alias?.target === undefined) return undefined;
  return cut(text, alias.start, alias.end, inlineYaml(valueAt(value, paths.get(alias.target) ?? [])));
}

function quotesOf(text: string, { kind, start }: YamlNode): Quotes {
  if (kind !== 'scalar') return 'needed';
  return text[start] === '"' ? 'double' : text[start] === "'" ? 'single' : 'needed';
}

function layoutOf(text: string, root: YamlNode, indent: number): Layout {
  return { indent, step: stepOf(text, root) ?? 2, newline: newlineOf(text) };
}

/** How much further the first mapping that stands below a key is indented than that key. */
function stepOf(text: string, node: YamlNode): number | undefined {
  for (const { start, node: below } of node.entries) {
    const [first] = below.entries;
    if (node.kind === 'mapping' && below.kind === 'mapping' && !below.flow && first !== undefined)
      return columnOf(text, first.start) - columnOf(text, start);
    const found = stepOf(text, below);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isAlone(text: string, { start, node }: YamlEntry): boolean {
  const before = text.slice(lineStart(text, start), start);
  const behind = text.slice(node.end, lineEnd(text, node.end));
  return /^\s*$/.test(before) && /^\s*,?\s*(#.*)?$/.test(behind);
}

/** From the beginning of its first line to the beginning of the line after it. */
function wholeLines(text: string, { start, node }: YamlEntry): { from: number; to: number } {
  const end = lineEnd(text, node.end);
  return {
    from: lineStart(text, start),
    to: end + (/^(?:\r\n|\n|\r)/.exec(text.slice(end, end + 2))?.[0].length ?? 0),
  };
}

function lineStart(text: string, offset: number): number {
  return Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
}

function lineEnd(text: string, offset: number): number {
  const length = text.slice(offset).search(/[\r\n]/);
  return length < 0 ? text.length : offset + length;
}

function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

function newlineOf(text: string): string {
  return /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';
}

function cut(text: string, from: number, to: number, instead: string): string {
  return text.slice(0, from) + instead + text.slice(to);
}

function isFilled(value: unknown): value is Record<string, unknown> {
  return isMapping(value) && Object.keys(value).length > 0;
}

function isDeep(mapping: Record<string, unknown>): boolean {
  return Object.values(mapping).some((value) => typeof value === 'object' && value !== null);
}
