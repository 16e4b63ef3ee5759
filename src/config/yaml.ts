import { constructFromEvents, CORE_SCHEMA, mergeTag, parseEvents, YAMLException } from 'js-yaml';
import { readTree, type YamlEntry, type YamlNode } from './yaml-tree.js';

/** A place in a text, counted from 1 as editors do. */
export interface Position {
  line: number;
  column: number;
}

/** A YAML text as a value, with the places where its keys are written. */
export interface YamlText {
  /** `undefined` where the text holds nothing but comments. */
  value: unknown;
  /** `undefined` where the text is empty. Its offsets do not count a byte order mark. */
  root: YamlNode | undefined;
  /** The place of the key (or list item) at `path`, and how many of its segments the text really has: those after it are absent. */
  locate(path: readonly string[]): { position: Position; depth: number };
}

/** Why a text is not acceptable YAML, and where. */
export class YamlError extends Error {
  readonly position: Position;

  constructor(message: string, position: Position) {
    super(message);
    this.position = position;
  }
}

/** YAML 1.2 with merge keys (`<<`): dates, octals and `yes` stay what they look like. */
export const yamlSchema = CORE_SCHEMA.withTags(mergeTag);

/** Nodes a text may unfold to through its aliases; real configurations have hundreds. */
const maxNodes = 100_000;

/** What js-yaml's parser says, in the words of somebody who only wrote a settings file. */
const plainWords: Record<string, string> = {
  'duplicated mapping key': 'this key is written twice',
  'end of the stream or a document separator is expected': 'this line does not belong to what stands above it',
  'bad indentation of a mapping entry': 'this is indented or quoted wrongly',
  'bad indentation of a sequence entry': 'this list item is indented wrongly',
  'deficient indentation': 'a bracket or quote above is not closed, or this is indented too little',
  'missed comma between flow collection entries': 'a comma is missing between the brackets',
  'can not read a block mapping entry; a multiline key may not be an implicit key': 'a colon is missing after the key',
  'tab characters must not be used in indentation': 'indent with spaces, not tabs',
  'unexpected end of the stream within a flow collection': 'a bracket is not closed',
  'unexpected end of the stream within a double quoted scalar': 'a quote is not closed',
  'unexpected end of the stream within a single quoted scalar': 'a quote is not closed',
  'unexpected end of the document within a double quoted scalar': 'a quote is not closed',
  'unexpected end of the document within a single quoted scalar': 'a quote is not closed',
  'unknown escape sequence': 'there is no such escape in double quotes; use single quotes, or \\\\ for a backslash',
  'object-based map does not support complex keys': 'a key must be a plain word',
  'cannot merge mappings; the provided source object is unacceptable': '<< takes a mapping, e.g. << : *name',
};

/** @throws YamlError for any text that is not one YAML document. */
export function parseYaml(source: string): YamlText {
  const text = source.startsWith('\uFEFF') ? source.slice(1) : source;
  const positionOf = (offset: number): Position => {
    const before = text.slice(0, Math.max(offset, 0)).split(/\r\n|\n|\r/);
    return { line: before.length, column: before.at(-1)!.length + 1 };
  };
  const fail = (message: string, offset: number): never => {
    throw new YamlError(message, positionOf(offset));
  };

  try {
    const events = parseEvents(text, {});
    const { roots, problem } = readTree(events, text);
    if (problem !== undefined) return fail(problem.message, problem.offset);
    const [root, second] = roots;
    if (second !== undefined)
      return fail('there is a second document (---) in this file; one is expected', second.start);
    if (root !== undefined && unfoldedSize(root) > maxNodes) {
      return fail(`its aliases unfold to more than ${maxNodes} values`, 0);
    }
    const [value] = constructFromEvents(events, { source: text, schema: yamlSchema });
    return {
      value,
      root,
      locate: (path) => {
        const { offset, depth } = root === undefined ? { offset: 0, depth: 0 } : walk(root, path);
        return { position: positionOf(offset), depth };
      },
    };
  } catch (error) {
    if (error instanceof YamlError) throw error;
    const offset = error instanceof YAMLException ? (error.mark?.position ?? 0) : 0;
    const reason = error instanceof YAMLException ? error.reason : String(error);
    const { line } = positionOf(offset);
    const hasTab = /^ *\t/.test(text.split(/\r\n|\n|\r/)[line - 1] ?? '');
    return fail(`not YAML: ${hasTab ? 'indent with spaces, not tabs' : (plainWords[reason] ?? reason)}`, offset);
  }
}

/** An alias stands for what it names. */
function resolved(node: YamlNode): YamlNode {
  return node.target ?? node;
}

function unfoldedSize(root: YamlNode): number {
  const known = new Map<YamlNode, number>();
  const sizeOf = (node: YamlNode): number => {
    const before = known.get(node);
    if (before !== undefined) return before;
    const size = node.entries.reduce((sum, entry) => sum + sizeOf(resolved(entry.node)), 1);
    known.set(node, size);
    return size;
  };
  return sizeOf(root);
}

function walk(root: YamlNode, path: readonly string[]): { offset: number; depth: number } {
  let node = root;
  let offset = root.start;
  for (const [depth, segment] of path.entries()) {
    const next = findEntry(node, segment);
    if (next === undefined) return { offset, depth };
    offset = next.start;
    node = next.node;
  }
  return { offset, depth: path.length };
}

/** An own key wins over merged ones, an earlier merged mapping over later ones, as in YAML. */
function findEntry(node: YamlNode, key: string): YamlEntry | undefined {
  const { entries } = resolved(node);
  const own = entries.find((entry) => entry.key === key && key !== '<<');
  if (own !== undefined) return own;
  for (const merge of entries.filter((entry) => entry.key === '<<').map((entry) => resolved(entry.node))) {
    const sources = merge.kind === 'list' ? merge.entries.map((entry) => entry.node) : [merge];
    for (const source of sources) {
      const found = findEntry(source, key);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
