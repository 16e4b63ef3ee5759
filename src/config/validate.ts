import type { ErrorObject } from 'ajv';
import { configurationSchema } from '../protocol/configuration.js';
import { configuration as check } from '../validators/configurations.js';
import { keyPaths, schemaAt, type SchemaNode } from './defaults.js';
import { isMapping } from './merge.js';
import { didYouMean, nearest } from './nearest.js';

/** A fault of a value, not yet knowing the file that it came from. */
export interface Fault {
  path: readonly string[];
  message: string;
}

interface Limits {
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
}

const root = configurationSchema as SchemaNode;

/** Everything that the schema says against a configuration, one fault a key. */
export function schemaFaults(configuration: unknown): Fault[] {
  if (check(configuration)) return [];
  const said = new Set<string>();
  return relevant(check.errors ?? [])
    .map(toFault)
    .filter(({ path }) => {
      const key = path.join('.');
      return !said.has(key) && said.add(key);
    });
}

/** Of the branches of an `anyOf`, a mapping is held against the one for mappings; anything else is told the choice as a whole. */
function relevant(errors: readonly ErrorObject[]): ErrorObject[] {
  const choices = errors.filter(({ keyword }) => keyword === 'anyOf');
  return errors.filter((error) => {
    if (error.keyword === 'propertyNames') return false;
    if (error.keyword === 'anyOf') return !isMapping(error.data);
    const choice = choices.find(
      ({ schemaPath, instancePath }) =>
        error.schemaPath.startsWith(`${schemaPath}/`) && error.instancePath.startsWith(instancePath),
    );
    return choice === undefined || (isMapping(choice.data) && error.keyword !== 'const');
  });
}

function toFault(error: ErrorObject): Fault {
  const path = error.instancePath.split('/').slice(1).map(unescapePointer);
  const parent = (error.parentSchema ?? {}) as SchemaNode & Limits;
  const params = error.params as Record<string, unknown>;
  const got = ` (got ${shown(error.data)})`;
  const unit = unitOf(parent);
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(params['additionalProperty']);
      return { path: [...path, key], message: `unknown key${hint(key, path)}` };
    }
    case 'required':
      return { path: [...path, String(params['missingProperty'])], message: 'is missing' };
    case 'type':
      return { path, message: `must be ${kinds(parent)}${got}` };
    case 'enum': {
      const words = (params['allowedValues'] as unknown[]).map(String);
      return { path, message: `must be one of ${words.join(', ')}${got}${didYouMean(String(error.data), words)}` };
    }
    case 'anyOf': {
      const branches: readonly (SchemaNode & { const?: string })[] = parent.anyOf ?? [];
      const words = branches.map((branch) => branch.const ?? `{ ${Object.keys(branch.properties ?? {}).join(', ')} }`);
      const fixed = branches.flatMap((branch) => branch.const ?? []);
      return { path, message: `must be ${words.join(' or ')}${got}${didYouMean(String(error.data), fixed)}` };
    }
    case 'minimum':
    case 'maximum':
      return { path, message: `must be ${range(parent)}${unit}${got}` };
    case 'multipleOf':
      return { path, message: `must be a multiple of ${String(params['multipleOf'])}${got}` };
    case 'minItems':
    case 'maxItems': {
      const { minItems, maxItems } = parent;
      const count = minItems === maxItems ? `${maxItems}` : `${minItems ?? 0} to ${maxItems ?? 'any number of'}`;
      return { path, message: `must have ${count} items (got ${(error.data as unknown[]).length})` };
    }
    case 'minLength':
      return { path, message: 'must not be empty' };
    case 'minProperties':
      return { path, message: 'must have at least one entry' };
    case 'pattern':
      return {
        path: error.propertyName === undefined ? path : [...path, error.propertyName],
        message: 'a name is made of letters, digits, - and _, and begins with a letter or digit',
      };
    default:
      return { path, message: `${error.message ?? error.keyword}${got}` };
  }
}

/** The nearest sibling; else where a key of this very name does belong. */
function hint(key: string, path: readonly string[]): string {
  const shape = schemaAt(root, path) ?? {};
  const siblings = [shape, ...(shape.anyOf ?? [])].flatMap(({ properties }) => Object.keys(properties ?? {}));
  const found = nearest(key, siblings);
  if (found !== undefined) return `, did you mean "${found}"?`;
  const elsewhere = keyPaths(root).filter((candidate) => candidate.split('.').at(-1) === key);
  const name = path[0] === 'profiles' ? path[1] : undefined;
  const [only] = elsewhere;
  if (only !== undefined && elsewhere.length <= 2) {
    return `, did you mean "${only.replace('profiles.*', name === undefined ? 'profiles.NAME' : `profiles.${name}`)}"?`;
  }
  return siblings.length > 0 && siblings.length <= 16 ? `; there are ${siblings.join(', ')}` : '';
}

function kinds(schema: SchemaNode): string {
  const names: Record<string, string> = {
    string: 'text',
    integer: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    object: schema.properties === undefined ? 'a mapping' : `a mapping of ${Object.keys(schema.properties).join(', ')}`,
    array: 'a list',
    null: 'null',
  };
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  return types.map((type) => names[type] ?? type).join(' or ');
}

function range({ minimum, maximum }: Limits): string {
  if (minimum === undefined) return `at most ${maximum}`;
  return maximum === undefined ? `at least ${minimum}` : `between ${minimum} and ${maximum}`;
}

/** Units that stand well behind a number; a fraction or a port is said by the key's name. */
function unitOf({ 'x-unit': unit }: SchemaNode): string {
  return unit === undefined || unit === 'fraction' || unit === 'port' ? '' : ` ${unit}`;
}

/** A value as it may stand in one line. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isMapping(value)) return 'a mapping';
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text;
}

function unescapePointer(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}
