import {
  CHOMPING_MODE,
  COLLECTION_STYLE,
  EVENT_ID,
  getScalarValue,
  SCALAR_STYLE,
  type Event,
  type ScalarEvent,
} from 'js-yaml';

/**
 * What stands at a place of a YAML text. Offsets count UTF-16 units from the start of the text, ends are exclusive. A value without a text
 * (`key:`) begins and ends where it would stand.
 */
export interface YamlNode {
  kind: 'scalar' | 'block-scalar' | 'mapping' | 'list' | 'alias';
  /** Where its anchor or tag begins, else its value. */
  propertiesStart: number;
  /** Where its value begins: the first key or item, the bracket, the quote. */
  start: number;
  /** Where the last of it ends; comments behind it and the line break of a block are not part of it. */
  end: number;
  /** Written with brackets. */
  flow: boolean;
  anchor?: string | undefined;
  /** Of an alias: what its anchor names. */
  target?: YamlNode | undefined;
  /** Of a mapping and a list, in the order of the text; the merges `<<` are among them. */
  entries: YamlEntry[];
}

/** A key with its value, or an item of a list (its key is its number). */
export interface YamlEntry {
  key: string;
  /** Where the key begins, or the item. */
  start: number;
  /** Behind the colon, or behind the key that has none; where an item begins. */
  valueFrom: number;
  node: YamlNode;
}

interface Open {
  node: YamlNode;
  /** The key whose value comes next. */
  key?: { name: string; start: number; valueFrom: number } | undefined;
}

/** The tree of places behind the parser's events of one text; an alias that stands inside what it names is a `problem`. */
export function readTree(
  events: readonly Event[],
  text: string,
): { roots: YamlNode[]; problem?: { message: string; offset: number } } {
  const roots: YamlNode[] = [];
  const anchors = new Map<string, YamlNode>();
  const open: (Open | 'document')[] = [];
  /** Behind the last thing read. */
  let cursor = 0;

  /** Puts a finished or just opened node where it belongs; what comes first in a mapping is a key. */
  const place = (node: YamlNode, name: string) => {
    const parent = open.at(-1);
    if (parent === undefined) return;
    if (parent === 'document') roots.push(node);
    else if (parent.node.kind === 'list') {
      const { entries } = parent.node;
      entries.push({ key: `${entries.length}`, start: node.propertiesStart, valueFrom: node.propertiesStart, node });
    } else if (parent.key === undefined) {
      const colon = skipSpace(text, node.end);
      cursor = text[colon] === ':' ? colon + 1 : node.end;
      parent.key = { name, start: node.propertiesStart, valueFrom: cursor };
    } else {
      const { name: key, start, valueFrom } = parent.key;
      parent.node.entries.push({ key, start, valueFrom, node });
      parent.key = undefined;
    }
  };
  /** A node with the properties of its event; `from` is -1 for a value that is not written. */
  const nodeOf = (event: Extract<Event, { tagStart: number }>, kind: YamlNode['kind'], from: number): YamlNode => {
    const { anchorStart, anchorEnd, tagStart, tagEnd } = event;
    const properties = [anchorStart - 1, tagStart].filter((offset) => offset >= 0);
    const unwritten = Math.max(anchorEnd, tagEnd, afterDash(open.at(-1), text, cursor));
    const start = from < 0 ? unwritten : from;
    const anchor = anchorStart < 0 ? undefined : text.slice(anchorStart, anchorEnd);
    const node = { kind, propertiesStart: Math.min(start, ...properties), start, end: start, flow: false, entries: [] };
    const complete: YamlNode = { ...node, anchor };
    if (anchor !== undefined) anchors.set(anchor, complete);
    return complete;
  };

  for (const event of events) {
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        anchors.clear();
        open.push('document');
        break;
      case EVENT_ID.SEQUENCE:
      case EVENT_ID.MAPPING: {
        const node = nodeOf(event, event.type === EVENT_ID.SEQUENCE ? 'list' : 'mapping', event.start);
        node.flow = event.style === COLLECTION_STYLE.FLOW;
        place(node, '');
        open.push({ node });
        // The single pair of `[key: value]` is a mapping without brackets.
        cursor = node.flow && /[[{]/.test(text[node.start] ?? '') ? node.start + 1 : node.start;
        break;
      }
      case EVENT_ID.SCALAR: {
        const { style, valueStart, valueEnd } = event;
        const quoted = style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED;
        const block = style === SCALAR_STYLE.LITERAL_BLOCK || style === SCALAR_STYLE.FOLDED_BLOCK;
        // A block's value begins below its header `|` or `>`.
        const header = Math.max(cursor, event.anchorEnd, event.tagEnd);
        const from = block ? skipSpace(text, header) : quoted ? valueStart - 1 : valueStart;
        const node = nodeOf(event, block ? 'block-scalar' : 'scalar', from);
        if (block) node.end = blockEnd(text, node.start, event);
        else if (valueEnd >= 0) node.end = valueEnd + (quoted ? 1 : 0);
        cursor = node.end;
        place(node, getScalarValue(text, event));
        break;
      }
      case EVENT_ID.ALIAS: {
        const name = text.slice(event.anchorStart, event.anchorEnd);
        const target = anchors.get(name);
        const start = event.anchorStart - 1;
        if (open.some((parent) => parent !== 'document' && parent.node === target)) {
          return { roots, problem: { message: `*${name} stands inside what it names`, offset: start } };
        }
        cursor = event.anchorEnd;
        place({ kind: 'alias', propertiesStart: start, start, end: cursor, flow: false, target, entries: [] }, '');
        break;
      }
      case EVENT_ID.POP: {
        const closed = open.pop();
        if (closed === undefined || closed === 'document') break;
        cursor = closed.node.end = collectionEnd(closed.node, text, cursor);
        break;
      }
    }
  }
  return { roots };
}

/** Past blanks, line breaks and comments. */
export function skipSpace(text: string, from: number, also = ''): number {
  let at = from;
  for (; at < text.length; at++) {
    if (text[at] === '#' && (at === 0 || /\s/.test(text[at - 1]!))) {
      while (at + 1 < text.length && !/[\r\n]/.test(text[at + 1]!)) at++;
    } else if (!/[\s\uFEFF]/.test(text[at]!) && !also.includes(text[at]!)) break;
  }
  return at;
}

/** An item of a block list that is not written stands behind its dash. */
function afterDash(parent: Open | 'document' | undefined, text: string, cursor: number): number {
  if (parent === undefined || parent === 'document' || parent.node.kind !== 'list' || parent.node.flow) return cursor;
  const dash = skipSpace(text, cursor);
  return text[dash] === '-' ? dash + 1 : cursor;
}

function collectionEnd(node: YamlNode, text: string, cursor: number): number {
  if (!node.flow || !/[[{]/.test(text[node.start] ?? '')) return cursor;
  return skipSpace(text, cursor, ',') + 1;
}

/** Without the line break that ends it, and without blank lines below it unless its header keeps them (`|+`). */
function blockEnd(text: string, start: number, { valueStart, valueEnd, chomping }: ScalarEvent): number {
  const header = /^[|>][-+\d]*/.exec(text.slice(start, valueStart))?.[0].length ?? 0;
  const written = text.slice(valueStart, valueEnd);
  const kept = chomping === CHOMPING_MODE.KEEP ? written.replace(/(?:\r\n|\n|\r)$/, '') : written.trimEnd();
  return Math.max(start + header, valueStart + kept.length);
}
