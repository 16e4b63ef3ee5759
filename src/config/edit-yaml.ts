import { isDeepStrictEqual } from 'node:util';
import { BinocleError } from '../protocol/errors.js';
import { isMapping, valueAt, withValue } from './merge.js';
import { spliceYaml, type Spliced } from './yaml-splice.js';
import { parseYaml, YamlError } from './yaml.js';

/** A new value for the key at `path` (an item of a list by its number); `undefined` takes the key away. */
export interface YamlChange {
  path: readonly string[];
  value: unknown;
}

/** Places that one call may touch: those named, and those that shared a value with them. */
const maxSplices = 5000;

/**
 * `text` with the changes and every other byte as it was: comments, order, quotes, indentation, line breaks, anchors. Only the keys named get
 * another value; who shared it through an alias or a merge keeps the old one as its own. What comes through an alias or a merge cannot be taken
 * away where it is not written: there `null` is written, which brings the default back in our files.
 *
 * The result is read again and has to be the old value with the changes.
 * @throws BinocleError `bad-config` that names the key which cannot be changed and why; nothing is changed then.
 * @throws YamlError if `text` is not YAML.
 */
export function editYaml(text: string, changes: readonly YamlChange[]): string {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  let edited = text.slice(mark.length);
  let value = mappingOf(edited);
  let wanted: unknown = value;
  for (const change of changes) {
    requireWritable(change, wanted);
    wanted = withValue(wanted, change.path, plain(change.path, change.value)) ?? {};
  }
  for (let splices = 0; splices < maxSplices; splices++) {
    const path = difference(value, wanted);
    if (path === undefined) return mark + edited;
    const next = spliced(edited, path, valueAt(wanted, path));
    if (next.inherited === true) wanted = withValue(wanted, path, null);
    // Nothing but an alias that was written out: the change itself is still to come.
    const onlyPrepared = isDeepStrictEqual(next.value, value) && next.text !== edited;
    if (!onlyPrepared && !isDeepStrictEqual(valueAt(next.value, path), valueAt(wanted, path))) {
      throw refusal(path, edited, 'what is written around it would take part in the change');
    }
    edited = next.text;
    value = next.value;
  }
  throw refusal(changes[0]?.path ?? [], edited, 'too many places share its value');
}

function spliced(text: string, path: readonly string[], value: unknown): Spliced & { value: unknown } {
  const result = spliceYaml(text, path, value);
  try {
    return { ...result, value: mappingOf(result.text) };
  } catch (error) {
    if (!(error instanceof YamlError || error instanceof BinocleError)) throw error;
    throw refusal(path, text, `the way in which it is written does not allow it (${error.message})`);
  }
}

function mappingOf(text: string): unknown {
  const value = parseYaml(text).value ?? {};
  if (!isMapping(value))
    throw new BinocleError('bad-config', 'the text is not a mapping: lines of the form "key: value"');
  return value;
}

/** The first place where two values differ: as deep as both are filled mappings or lists of one length. */
function difference(actual: unknown, wanted: unknown, path: readonly string[] = []): readonly string[] | undefined {
  if (isDeepStrictEqual(actual, wanted)) return undefined;
  const keys = commonKeys(actual, wanted);
  if (keys === undefined) return path;
  for (const key of keys) {
    const found = difference(valueAt(actual, [key]), valueAt(wanted, [key]), [...path, key]);
    if (found !== undefined) return found;
  }
  return path;
}

function commonKeys(actual: unknown, wanted: unknown): Iterable<string> | undefined {
  if (Array.isArray(actual) && Array.isArray(wanted)) {
    return actual.length === wanted.length ? Object.keys(actual) : undefined;
  }
  if (!isMapping(actual) || !isMapping(wanted)) return undefined;
  const [before, after] = [Object.keys(actual), Object.keys(wanted)];
  return before.length === 0 ? undefined : new Set([...before, ...after]);
}

function requireWritable({ path, value }: YamlChange, root: unknown): void {
  for (const [depth, key] of path.entries()) {
    const parent = valueAt(root, path.slice(0, depth));
    if (!Array.isArray(parent)) continue;
    const isItem = Object.hasOwn(parent, key) && key !== 'length';
    if (!isItem || (value === undefined && depth === path.length - 1)) {
      throw refusal(path, undefined, `it is in a list of ${parent.length}: change the list as a whole`);
    }
  }
  if (path.length === 0 && !isMapping(value)) throw refusal(path, undefined, 'the whole of a file is a mapping');
}

/** A copy that YAML can hold, without keys of no value. */
function plain(path: readonly string[], value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(path, item ?? null));
  const isPlain = isMapping(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value) as null);
  if (isPlain) {
    const kept = Object.entries(value).filter(([, inner]) => inner !== undefined);
    return Object.fromEntries(kept.map(([key, inner]) => [key, plain(path, inner)]));
  }
  if (value === null || ['string', 'number', 'boolean', 'undefined'].includes(typeof value)) return value;
  throw refusal(path, undefined, `a ${typeof value} that is no plain value cannot be written`);
}

function refusal(path: readonly string[], text: string | undefined, why: string): BinocleError {
  const key = path.join('.');
  const where = text === undefined ? '' : ` (line ${parseYaml(text).locate(path).position.line})`;
  return new BinocleError(
    'bad-config',
    `${key || 'the text'}${where} cannot be changed: ${why}`,
    key === '' ? {} : { path: key },
  );
}
