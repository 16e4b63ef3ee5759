import { isDeepStrictEqual } from 'node:util';
import { profileSchema, type Cost, type Profile } from '../protocol/configuration.js';
import { isMapping } from './merge.js';
import { schemaAt, type SchemaNode } from './defaults.js';

/** One key of a profile that differs, and what changing it costs. */
export interface Change {
  /** Dotted path below the profile, e.g. `encode.bitrate_mbps`. */
  path: string;
  cost: Cost;
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

/** The keys in which two profiles differ, each as deep as both are mappings; a list differs as a whole. */
export function changes(before: Profile, after: Profile): Change[] {
  return differences(before, after, []).map((path) => ({ path, cost: costOf(path) }));
}

function differences(before: unknown, after: unknown, path: readonly string[]): string[] {
  if (isMapping(before) && isMapping(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => differences(before[key], after[key], [...path, key]));
  }
  return isDeepStrictEqual(before, after) ? [] : [path.join('.')];
}
