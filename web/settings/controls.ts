import { profileSchema, type Profile } from '../../src/protocol/configuration.js';
import { nested, valueAt, type Mapping } from '../../src/protocol/merge-patch.js';
import { costOf, schemaAt, type SchemaNode } from '../../src/protocol/schema.js';
import { decimals, fineAbout, onStep, ratios, type Scale } from './scale.js';

interface ControlFacts {
  id: string;
  label: string;
  description: string;
  /** Keys of the profile that it sets: their cost is its cost, their errors are its errors. */
  paths: readonly string[];
  cost: string;
}

/** Something that a person sets to a number. */
export interface NumberControl extends ControlFacts {
  kind: 'number';
  scale: Scale;
  step: number;
  unit: string;
  /** Null where the profile has no such value now. */
  read(profile: Profile): number | null;
  patch(profile: Profile, value: number): Mapping;
  /** Where it goes back to. */
  usual(first: Profile): number | null;
  /** The value in other words. */
  also?: (profile: Profile, value: number) => string;
}

/** Something that a person chooses. */
export interface ChoiceControl extends ControlFacts {
  kind: 'choice';
  choices: readonly { value: string | number; label: string }[];
  read(profile: Profile): string | number;
  patch(profile: Profile, value: string | number): Mapping;
}

/** Something that is so or not. */
export interface SwitchControl extends ControlFacts {
  kind: 'switch';
  /** What its button does. */
  verb: string;
  /** Either case in words. */
  states: { on: string; off: string };
  /** What a change costs with this profile. */
  costIn(profile: Profile): string;
  read(profile: Profile): boolean;
  patch(profile: Profile, on: boolean): Mapping;
}

export type Control = NumberControl | ChoiceControl | SwitchControl;

/** What the schema says of a key of the profile. */
export function keyFacts(path: string): SchemaNode {
  return schemaAt(profileSchema as SchemaNode, path.split('.')) ?? {};
}

interface NumberOptions {
  label: string;
  description?: string;
  also?: NumberControl['also'];
}

/** A number of the profile as it is: range, step, unit, default, cost and words are the schema's. */
export function numberAt(path: string, { label, description, also }: NumberOptions): NumberControl {
  const facts = keyFacts(path);
  const { minimum = 0, maximum = 1, default: usual } = facts;
  const step = facts['x-step'] ?? 1;
  return {
    kind: 'number',
    id: path,
    label,
    description: description ?? facts.description ?? '',
    paths: [path],
    cost: costOf(path),
    unit: facts['x-unit'] ?? '',
    step,
    scale: spread(minimum, maximum, Number(usual)),
    read: (profile) => {
      const value = valueAt(profile, path.split('.'));
      return typeof value === 'number' ? value : null;
    },
    patch: (_, value) => nested(path.split('.'), facts.type === 'integer' ? Math.round(value) : value) as Mapping,
    usual: () => Number(usual),
    ...(also ? { also } : {}),
  };
}

/** Ratios where all values are above zero, else fine about the default. */
export function spread(least: number, most: number, usual: number): Scale {
  return least > 0 ? ratios(least, most) : fineAbout(usual, least, most);
}

/** One of the schema's `enum`, or of its `examples` where any text is allowed. */
export function choiceAt(path: string, label: string, words: Record<string, string> = {}): ChoiceControl {
  const facts = keyFacts(path);
  const values = (facts.enum ?? facts.examples ?? []) as readonly (string | number)[];
  return {
    kind: 'choice',
    id: path,
    label,
    description: facts.description ?? '',
    paths: [path],
    cost: costOf(path),
    choices: values.map((value) => ({ value, label: words[value] ?? String(value) })),
    read: (profile) => valueAt(profile, path.split('.')) as string | number,
    patch: (_, value) => nested(path.split('.'), value) as Mapping,
  };
}

/** A `boolean` of the schema's. */
export function switchAt(
  path: string,
  words: Pick<SwitchControl, 'label' | 'verb' | 'states' | 'costIn'>,
): SwitchControl {
  return {
    kind: 'switch',
    id: path,
    ...words,
    description: keyFacts(path).description ?? '',
    paths: [path],
    cost: costOf(path),
    read: (profile) => valueAt(profile, path.split('.')) === true,
    patch: (_, on) => nested(path.split('.'), on) as Mapping,
  };
}

/** The value as it is written: as many places as its step needs. */
export function written(control: Pick<NumberControl, 'step'>, value: number): string {
  return value.toFixed(decimals(control.step));
}

/** `steps` steps further, on the raster of the step. */
export function nudged(control: NumberControl, value: number, steps: number): number {
  const { scale, step } = control;
  const [least, most] = [scale.toValue(scale.least), scale.toValue(scale.most)];
  return Math.min(most, Math.max(least, onStep(value + steps * step, step)));
}
