import { BinocleError } from '../../protocol/errors.js';
import { Gst, type Structure } from './gst.js';

/** Any GObject that node-gtk wraps: an element, a transceiver, an ICE agent. */
type Owner = object;
type Value = string | number | boolean;

/** Whether the object has a property of this name, e.g. `extra-controls`. */
export function hasProperty(owner: Owner, name: string): boolean {
  // node-gtk knows the class's properties by their JavaScript names alone: it says yes to every name with a hyphen,
  // and takes assignments to unknown names in silence.
  return Object.hasOwn(owner, inJavaScript(name));
}

/** Sets a property from its text form, as a launch line would: numbers, enumeration nicks, structures. Throws `bad-graph` for a name that does not exist. */
export function setProperty(owner: Owner, name: string, value: Value): void {
  demand(owner, name);
  Gst.utilSetObjectArg(owner as never, name, String(value));
}

/**
 * Sets a property from its text form and reads it back from the object: a number, true or false, or a structure, whose fields are compared one by one.
 * @throws BinocleError `bad-graph` for a name that does not exist, `engine-failed` where the object has another value afterwards.
 */
export function setAndReadBack(owner: Owner, name: string, text: string): void {
  setProperty(owner, name, text);
  const value = property(owner, name);
  const printed = typeof value === 'object' && value !== null ? (value as Structure).toString() : String(value);
  if (!saysTheSame(text, printed))
    throw new BinocleError(
      'engine-failed',
      `${owner.constructor.name} did not take ${name}=${text}; it has ${printed}`,
    );
}

/** Whether what was asked for stands in what was printed; numbers to the precision of a float, which structures have. */
export function saysTheSame(asked: string, printed: string): boolean {
  const wanted = fields(asked);
  if (wanted.size === 0) return sameValue(asked, printed);
  const got = fields(printed);
  return [...wanted].every(([name, value]) => got.has(name) && sameValue(String(value), String(got.get(name))));
}

function sameValue(one: string, other: string): boolean {
  return one === other || (one.trim() !== '' && Math.fround(Number(one)) === Math.fround(Number(other)));
}

/** Reads a property as a number; 64-bit ones too, exact up to 2^53. */
export function numberProperty(owner: Owner, name: string): number {
  return Number(property(owner, name));
}

/** Reads a property that is true or false. */
export function booleanProperty(owner: Owner, name: string): boolean {
  return property(owner, name) === true;
}

/** Reads a property that holds an object of GStreamer or null. */
export function objectProperty(owner: Owner, name: string): object | null {
  return (property(owner, name) as object | null | undefined) ?? null;
}

/** The fields of a property that holds a flat GstStructure, such as the `stats` of a sink or a payloader. */
export function structureProperty(owner: Owner, name: string): Map<string, Value> {
  return fields(structureText(owner, name));
}

/** A GstStructure property as GStreamer prints it; the only form in which node-gtk gives what is nested in it. */
export function structureText(owner: Owner, name: string): string {
  const structure = property(owner, name) as Structure | null;
  return structure === null ? '' : structure.toString();
}

/** Fields of one flat structure, from its printed form `name, key=(type)value, …;`. */
export function fields(printed: string): Map<string, Value> {
  const found = new Map<string, Value>();
  for (const [, name, type, value] of printed.matchAll(/([\w-]+)=\((\w+)\)([^,;]*)/g)) {
    found.set(name!, typed(type!, value!));
  }
  return found;
}

/** A number among such fields; 0 where it is not there. */
export function field(of: Map<string, Value>, name: string): number {
  return Number(of.get(name) ?? 0);
}

function typed(type: string, value: string): Value {
  if (type === 'boolean') return value === 'true';
  return /^g?u?int(64)?$|^double$|^float$/.test(type) ? Number(value) : value;
}

/** A property as node-gtk gives it: an enumeration as its number; null for arrays, which it cannot give. Throws `bad-graph`. */
export function property(owner: Owner, name: string): unknown {
  demand(owner, name);
  const value = (owner as Record<string, unknown>)[inJavaScript(name)];
  if (typeof value !== 'function') return value;
  // A method has the name, e.g. is_live of GstBaseSrc. getProperty gives plain values, and objects as GValues.
  return (owner as { getProperty(name: string): unknown }).getProperty(name);
}

/** `extra-controls` is `extraControls`. */
function inJavaScript(name: string): string {
  return name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function demand(owner: Owner, name: string): void {
  if (hasProperty(owner, name)) return;
  throw new BinocleError('bad-graph', `${owner.constructor.name} has no property "${name}"`);
}
