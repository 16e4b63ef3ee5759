import { isMapping } from './merge.js';

/** The parts of JSON Schema (draft-07) that the configuration's schema uses, as far as a walk along it needs them. */
export interface SchemaNode {
  type?: string | readonly string[];
  default?: unknown;
  properties?: Record<string, SchemaNode>;
  additionalProperties?: boolean | SchemaNode;
  anyOf?: readonly SchemaNode[];
  'x-cost'?: string;
  'x-unit'?: string;
}

/**
 * `value` with every absent key that the schema has a default for. What has the wrong type is left as it is, for the validation to name.
 * Ajv's own `useDefaults` does not look into `anyOf`, and changes the value it is given.
 */
export function withDefaults(schema: SchemaNode, value: unknown): unknown {
  if (value === undefined) return schema.default === undefined ? undefined : withDefaults(schema, schema.default);
  const shape =
    (schema.properties ?? schema.additionalProperties) ? schema : schema.anyOf?.find((branch) => branch.properties);
  if (shape === undefined || !isMapping(value)) return structuredClone(value);
  const filled = new Map<string, unknown>();
  for (const [key, inner] of Object.entries(shape.properties ?? {})) {
    const own = Object.hasOwn(value, key) ? value[key] : undefined;
    const complete = withDefaults(inner, own);
    if (complete !== undefined) filled.set(key, complete);
  }
  const others = typeof shape.additionalProperties === 'object' ? shape.additionalProperties : {};
  for (const [key, inner] of Object.entries(value)) {
    if (!filled.has(key)) filled.set(key, withDefaults(others, inner));
  }
  return Object.fromEntries(filled);
}

/** The schema of the key at `path`, following `additionalProperties` and the mapping among `anyOf`. */
export function schemaAt(schema: SchemaNode, path: readonly string[]): SchemaNode | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  for (const shape of [schema, ...(schema.anyOf ?? [])]) {
    const others = typeof shape.additionalProperties === 'object' ? shape.additionalProperties : undefined;
    const next = ownOf(shape.properties, key) ?? others;
    if (next !== undefined) return schemaAt(next, rest);
  }
  return undefined;
}

/** Dotted paths of all keys below `schema`, `*` for a name that is free to choose. */
export function keyPaths(schema: SchemaNode): string[] {
  return [schema, ...(schema.anyOf ?? [])].flatMap((shape) => {
    const others = typeof shape.additionalProperties === 'object' ? { '*': shape.additionalProperties } : {};
    return Object.entries({ ...shape.properties, ...others }).flatMap(([key, inner]) => [
      key,
      ...keyPaths(inner).map((path) => `${key}.${path}`),
    ]);
  });
}

function ownOf(properties: Record<string, SchemaNode> | undefined, key: string): SchemaNode | undefined {
  return properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;
}
