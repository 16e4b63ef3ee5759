import { BinocleError } from '../protocol/errors.js';

/**
 * The two syntaxes that a graph's text passes through: that of `gst_parse_launch` (grammar.y and parse.l of GStreamer) and that of the shell
 * around `gst-launch-1.0`, which escapes the spaces of each argument outside double quotes and joins the arguments with spaces (gstparse.c).
 */

/** A property's value as launch text. Values without space, quote or backslash stay as they are. */
export function quoteValue(value: string): string {
  if (/[\n\r\0]/.test(value)) throw unwritable(value, 'a line break');
  if (value !== '' && !/[\s"'\\]/.test(value)) return value;
  // The scanner would take the closing quote after a backslash for an escaped one.
  if (value.endsWith('\\')) throw unwritable(value, 'a backslash at its end');
  return `"${value.replace(/[\\"]/g, '\\$&')}"`;
}

/** The value behind what {@link quoteValue} wrote. */
export function unquoted(text: string): string {
  return /^"[\s\S]*"$/.test(text) ? text.slice(1, -1).replace(/\\([\s\S])/g, '$1') : text;
}

function unwritable(value: string, what: string): BinocleError {
  return new BinocleError(
    'bad-config',
    `${JSON.stringify(value)} cannot be written into a GStreamer graph: it has ${what}.`,
  );
}

/**
 * The words of launch text, split at white space outside quotes. Words with a value in single quotes or with escaped spaces are rewritten in double
 * quotes, the one form that `gst-launch-1.0` and `gst_parse_launch` read alike.
 */
export function words(text: string): string[] {
  const found = text.match(/(?:"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|\\[\s\S]|[^\s"'\\])+/g) ?? [];
  const left = text.replace(/"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|\\[\s\S]|[^"'\\]/g, '');
  if (left !== '') throw new BinocleError('bad-graph', `unbalanced quotes in the launch fragment: ${text}`);
  return found.map(normalised);
}

function normalised(word: string): string {
  // Caps in the quotes that a shell would want, as they stand in printed lines.
  const caps = /^(["'])([\w-]+\/[^"']*)\1$/.exec(word)?.[2];
  if (caps !== undefined) return caps;
  const assignment = /^([\w:%-]+)=([\s\S]*)$/.exec(word);
  if (assignment === null || fileReference.test(word)) return word;
  const [, property, raw = ''] = assignment;
  const inSingleQuotes = /^'[\s\S]*'$/.test(raw);
  const escapedSpace = !raw.startsWith('"') && /\\\s/.test(raw);
  if (!inSingleQuotes && !escapedSpace) return word;
  const inner = inSingleQuotes ? raw.slice(1, -1) : raw;
  return `${property}=${quoteValue(inner.replace(/\\([\s\S])/g, '$1'))}`;
}

/** A property whose value is the content of files, one after the other: `fragment="$(cat '/path' '/other')"`. */
export const fileReference = /^([\w-]+)="\$\(cat ((?: ?(?:'[^']*'|\\')+)+)\)"$/;

export function referenceToFiles(paths: readonly string[]): string {
  return `"$(cat ${paths.map(singleQuoted).join(' ')})"`;
}

/** The paths in what {@link referenceToFiles} wrote. */
export function referencedPaths(quoted: string): string[] {
  return (quoted.match(/(?:'[^']*'|\\')+/g) ?? []).map((path) =>
    path.replace(/'([^']*)'|\\'/g, (whole, inner: string | undefined) => (whole === "\\'" ? "'" : (inner ?? ''))),
  );
}

/** A word of the shell that expands to `word`; a reference to a file expands to the file's content in (literal) double quotes. */
export function shellWord(word: string): string {
  const reference = fileReference.exec(word);
  if (reference !== null) return `${reference[1]}="\\"$(cat ${reference[2]})\\""`;
  return /^[\w./:,=@%+-]+$|^!$/.test(word) ? word : singleQuoted(word);
}

function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Elements (by type) and references of launch text, chain by chain: what stands between `!`. Capsfilters are given by their caps. */
export interface Link {
  /** Element type, caps, or `name.pad` of a reference. */
  element: string;
  kind: 'element' | 'caps' | 'reference';
  properties: string[];
}

export function chains(text: string): Link[][] {
  const result: Link[][] = [];
  let chain: Link[] = [];
  let linked = true;
  for (const word of words(text)) {
    const last = chain.at(-1);
    if (word === '!') linked = true;
    else if (
      last !== undefined &&
      !linked &&
      (last.kind === 'caps' ? goesOn(last.element, word) : isAssignment(word))
    ) {
      if (last.kind === 'caps') last.element += ` ${word}`;
      else last.properties.push(word);
    } else {
      if (!linked && chain.length > 0) {
        result.push(chain);
        chain = [];
      }
      chain.push({ element: word, kind: kindOf(word), properties: [] });
      linked = false;
    }
  }
  return chain.length > 0 ? [...result, chain] : result;
}

/** Caps may have spaces after commas and in lists. */
function goesOn(caps: string, word: string): boolean {
  const count = (brackets: RegExp) => caps.match(brackets)?.length ?? 0;
  return /[,;]$/.test(caps) || /^[,;\]}]/.test(word) || count(/[[{(]/g) > count(/[\]})]/g);
}

function isAssignment(word: string): boolean {
  return /^[\w:%-]+=/.test(word);
}

function kindOf(word: string): Link['kind'] {
  if (/^[\w-]+\//.test(word)) return 'caps';
  return /^[\w-]*\.[\w%]*$/.test(word) ? 'reference' : 'element';
}

/** Types of the elements that a launch fragment names. */
export function elementsOf(text: string): string[] {
  const names = chains(text)
    .flat()
    .filter(({ kind }) => kind === 'element')
    .map(({ element }) => element);
  return [...new Set(names)].filter((name) => /^[A-Za-z][\w-]*$/.test(name));
}

/** The pixel format of a fragment that ends in caps which say one; undefined where it does not, or leaves a choice. */
export function formatAtEnd(text: string): string | undefined {
  const last = chains(text).at(-1)?.at(-1);
  if (last?.kind !== 'caps' || last.element.includes(';')) return undefined;
  return /^video\/x-raw,(?:.*,)?\s*format=(?:\(string\))?(\w+)/.exec(last.element)?.[1];
}

/** Whether a fragment decodes, converts or draws its pictures, which may take much of a frame time. */
export function worksOnPictures(text: string): boolean {
  return elementsOf(text).some((element) => /dec|conv|flip|mix|compos|^gl/.test(element));
}
