import {
  constructFromEvents,
  CORE_SCHEMA,
  EVENT_ID,
  getScalarValue,
  mergeTag,
  parseEvents,
  SCALAR_STYLE,
  YAMLException,
  type Event,
} from 'js-yaml';

/** A place in a text, counted from 1 as editors do. */
export interface Position {
  line: number;
  column: number;
}

/** A YAML text as a value, with the places where its keys are written. */
export interface YamlText {
  /** `undefined` where the text holds nothing but comments. */
  value: unknown;
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
const schema = CORE_SCHEMA.withTags(mergeTag);

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
    const { roots, problem } = readNodes(events, text);
    if (problem !== undefined) return fail(problem.message, problem.offset);
    const [root, second] = roots;
    if (second !== undefined)
      return fail('there is a second document (---) in this file; one is expected', second.start);
    if (root !== undefined && unfoldedSize(root) > maxNodes) {
      return fail(`its aliases unfold to more than ${maxNodes} values`, 0);
    }
    const [value] = constructFromEvents(events, { source: text, schema });
    return {
      value,
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

interface Node {
  start: number;
  /** Of a mapping, by key; `<<` is in `merged`. */
  entries?: Map<string, { start: number; node: Node }>;
  merged?: Node[];
  /** Of a list. */
  items?: { start: number; node: Node }[];
}

interface Open {
  node: Node;
  /** The key whose value comes next. */
  key?: { name: string; start: number } | undefined;
}

/** The tree of places behind the parser's events; an alias is the very node that its anchor names. */
function readNodes(events: readonly Event[], text: string) {
  const roots: Node[] = [];
  const anchors = new Map<string, Node>();
  const open: (Open | 'document')[] = [];
  let problem: { message: string; offset: number } | undefined;

  /** Puts a finished or just opened node where it belongs; a scalar of a mapping is a key first. */
  const place = (node: Node, start: number, name?: string) => {
    const parent = open.at(-1);
    if (parent === undefined) return;
    if (parent === 'document') roots.push(node);
    else if (parent.node.items !== undefined) parent.node.items.push({ start, node });
    else if (parent.key === undefined) parent.key = { name: name ?? '', start };
    else {
      const { key } = parent;
      parent.key = undefined;
      if (key.name === '<<') parent.node.merged!.push(...(node.items?.map((item) => item.node) ?? [node]));
      else parent.node.entries!.set(key.name, { start: key.start, node });
    }
  };
  const remember = ({ anchorStart, anchorEnd }: { anchorStart: number; anchorEnd: number }, node: Node) => {
    if (anchorStart >= 0) anchors.set(text.slice(anchorStart, anchorEnd), node);
  };

  for (const event of events) {
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        anchors.clear();
        open.push('document');
        break;
      case EVENT_ID.SEQUENCE:
      case EVENT_ID.MAPPING: {
        const node: Node =
          event.type === EVENT_ID.SEQUENCE
            ? { start: event.start, items: [] }
            : { start: event.start, entries: new Map(), merged: [] };
        remember(event, node);
        place(node, event.start);
        open.push({ node });
        break;
      }
      case EVENT_ID.SCALAR: {
        const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
        const start = quoted ? event.valueStart - 1 : event.valueStart;
        const node: Node = { start };
        remember(event, node);
        place(node, start, getScalarValue(text, event));
        break;
      }
      case EVENT_ID.ALIAS: {
        const name = text.slice(event.anchorStart, event.anchorEnd);
        const node = anchors.get(name);
        if (open.some((parent) => parent !== 'document' && parent.node === node)) {
          problem ??= { message: `*${name} stands inside what it names`, offset: event.anchorStart - 1 };
          return { roots, problem };
        }
        place(node ?? { start: event.anchorStart - 1 }, event.anchorStart - 1);
        break;
      }
      case EVENT_ID.POP:
        open.pop();
        break;
    }
  }
  return { roots, problem };
}

function childrenOf({ entries, merged = [], items = [] }: Node): Node[] {
  return [...(entries?.values() ?? []), ...items].map(({ node }) => node).concat(merged);
}

function unfoldedSize(root: Node): number {
  const known = new Map<Node, number>();
  const sizeOf = (node: Node): number => {
    const before = known.get(node);
    if (before !== undefined) return before;
    const size = childrenOf(node).reduce((sum, child) => sum + sizeOf(child), 1);
    known.set(node, size);
    return size;
  };
  return sizeOf(root);
}

function walk(root: Node, path: readonly string[]): { offset: number; depth: number } {
  let node = root;
  let offset = root.start;
  for (const [depth, segment] of path.entries()) {
    const next = step(node, segment);
    if (next === undefined) return { offset, depth };
    if (next.start >= 0) offset = next.start;
    node = next.node;
  }
  return { offset, depth: path.length };
}

/** An own key wins over merged ones, an earlier merged mapping over later ones, as in YAML. */
function step(node: Node, segment: string): { start: number; node: Node } | undefined {
  const own = node.entries?.get(segment) ?? node.items?.[Number(segment)];
  if (own !== undefined) return own;
  for (const merged of node.merged ?? []) {
    const found = step(merged, segment);
    if (found !== undefined) return found;
  }
  return undefined;
}
