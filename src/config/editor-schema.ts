import { configurationSchema } from '../protocol/configuration.js';
import { isMapping } from './merge.js';

/**
 * The JSON Schema for editors (`config/camera_profiles.schema.json`): that of the program, but what has a default may be left out, and each
 * description ends in the unit and the cost of a change.
 */
export function editorSchema(): unknown {
  return forEditors(configurationSchema, undefined);
}

/** The text of the file. */
export function editorSchemaText(): string {
  return `${JSON.stringify(editorSchema(), null, 2)}\n`;
}

function forEditors(node: unknown, inheritedCost: string | undefined): unknown {
  if (Array.isArray(node)) return node.map((item) => forEditors(item, inheritedCost));
  if (!isMapping(node)) return node;
  const cost = typeof node['x-cost'] === 'string' ? node['x-cost'] : inheritedCost;
  const kept = Object.entries(node)
    .filter(([key]) => !['required', 'x-cost', 'x-unit', 'x-step', 'description'].includes(key))
    .map(([key, value]) => [key, key === 'properties' ? mapValues(value, cost) : forEditors(value, cost)]);
  const described = describe(node, cost);
  const required = requiredOf(node);
  return {
    ...(Object.fromEntries(kept) as object),
    ...(described === '' ? {} : { description: described }),
    ...(required.length === 0 ? {} : { required }),
  };
}

/** `properties` holds schemas by names that are no keywords. */
function mapValues(properties: unknown, cost: string | undefined): unknown {
  if (!isMapping(properties)) return properties;
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, forEditors(schema, cost)]));
}

function requiredOf({ required, properties }: Record<string, unknown>): string[] {
  if (!Array.isArray(required) || !isMapping(properties)) return [];
  return required.map(String).filter((name) => {
    const schema = properties[name];
    return isMapping(schema) && schema['default'] === undefined;
  });
}

/** A leaf's description says unit and cost; a mapping's, only what it is. */
function describe(node: Record<string, unknown>, cost: string | undefined): string {
  const isValue = node['type'] !== undefined || node['enum'] !== undefined || node['anyOf'] !== undefined;
  const isLeaf = isValue && node['properties'] === undefined;
  const facts = [node['x-unit'], isLeaf ? cost : undefined].filter((fact) => fact !== undefined).map(String);
  const text = typeof node['description'] === 'string' ? node['description'] : '';
  return [text, facts.length === 0 ? '' : `[${facts.join(', ')}]`].filter((part) => part !== '').join(' ');
}
