import { profileSchema, type Cost } from './configuration.js';

/** The parts of JSON Schema (draft-07) that the configuration's schema uses, as far as a walk along it needs them. */
export interface SchemaNode {
  type?: string | readonly string[];
  default?: unknown;
  description?: string;
  enum?: readonly unknown[];
  examples?: readonly unknown[];
  minimum?: number;
  maximum?: number;
  properties?: Record<string, SchemaNode>;
  additionalProperties?: boolean | SchemaNode;
  anyOf?: readonly SchemaNode[];
  'x-cost'?: string;
  'x-unit'?: string;
  'x-step'?: number;
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

/** What changing the key at `path` (below a profile) costs while it runs: its own `x-cost` or the nearest one above it. */
export function costOf(path: string): Cost {
  const keys = path.split('.');
  for (let length = keys.length; length > 0; length--) {
    const cost = schemaAt(profileSchema as SchemaNode, keys.slice(0, length))?.['x-cost'];
    if (cost !== undefined) return cost as Cost;
  }
  return 'graph';
}

function ownOf(properties: Record<string, SchemaNode> | undefined, key: string): SchemaNode | undefined {
  return properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;
}
