import { schemaAt, type SchemaNode } from '../protocol/schema.js';
import { isMapping } from './merge.js';

export { schemaAt, type SchemaNode };

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
