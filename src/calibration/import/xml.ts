import type { Mapping } from '../../protocol/merge-patch.js';

/** Why a text is not the XML of a FileStorage, and where. */
export class XmlError extends Error {
  readonly line: number;
  readonly column: number;

  constructor(message: string, position: { line: number; column: number }) {
    super(message);
    this.line = position.line;
    this.column = position.column;
  }
}

interface Element {
  name: string;
  start: number;
  children: Element[];
  text: string;
}

/**
 * A FileStorage in XML as the same value that its YAML has: elements are keys, `_` elements are items, text that is made of numbers is a list of
 * them or one. Attributes only repeat what the content shows.
 * @throws XmlError for what no FileStorage writes.
 */
export function parseStorageXml(text: string): {
  value: Mapping;
  locate: (path: readonly string[]) => { line: number; column: number };
} {
  const positionOf = (offset: number) => {
    const lines = text.slice(0, offset).split(/\r\n|\n|\r/);
    return { line: lines.length, column: lines.at(-1)!.length + 1 };
  };
  const root: Element = { name: '', start: 0, children: [], text: '' };
  const open = [root];
  const token =
    /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<(\/?)([\w.:-]+)(?:\s+[\w.:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*(\/?)>|[^<]+|</g;
  for (const { 0: whole, 1: closing, 2: name, 3: empty, index } of text.matchAll(token)) {
    const inner = open.at(-1)!;
    if (name === undefined) {
      if (whole === '<') throw new XmlError('is not well-formed XML here', positionOf(index));
      if (!whole.startsWith('<')) inner.text += whole;
    } else if (closing === '') {
      const element = { name, start: index, children: [], text: '' };
      inner.children.push(element);
      if (empty === '') open.push(element);
    } else {
      if (inner.name !== name) throw new XmlError(`</${name}> closes what is not open`, positionOf(index));
      open.pop();
    }
  }
  const unclosed = open.at(-1)!;
  if (unclosed !== root) throw new XmlError(`<${unclosed.name}> is not closed`, positionOf(unclosed.start));
  const [storage] = root.children;
  if (storage?.name !== 'opencv_storage')
    throw new XmlError('must hold <opencv_storage>, as OpenCV writes it', positionOf(storage?.start ?? 0));
  const value = valueOf(storage);
  return {
    value: typeof value === 'object' && !Array.isArray(value) ? (value as Mapping) : {},
    locate: (path) => {
      let at = storage;
      for (const key of path) {
        const next = at.children.find(({ name }) => name === key);
        if (next === undefined) break;
        at = next;
      }
      return positionOf(at.start);
    },
  };
}

function valueOf({ children, text }: Element): unknown {
  if (children.length > 0 && children.every(({ name }) => name === '_')) return children.map(valueOf);
  if (children.length > 0) return Object.fromEntries(children.map((child) => [child.name, valueOf(child)]));
  const words = text.trim().split(/\s+/);
  if (words[0] === '') return null;
  const numbers = words.map((word) => (/^[-+.\d]/.test(word) && !Number.isNaN(Number(word)) ? Number(word) : word));
  if (numbers.length === 1) return numbers[0];
  return numbers.some((word) => typeof word === 'number') ? numbers : text.trim();
}
