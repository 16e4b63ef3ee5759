import { isDeepStrictEqual } from 'node:util';
import type { Cost, Profile } from '../protocol/configuration.js';
import { costOf } from '../protocol/schema.js';
import { isMapping } from './merge.js';

export { costOf };

/** One key of a profile that differs, and what changing it costs. */
export interface Change {
  /** Dotted path below the profile, e.g. `encode.bitrate_mbps`. */
  path: string;
  cost: Cost;
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
