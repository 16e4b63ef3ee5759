import type { Cost, Profile } from '../protocol/configuration.js';
import { costOf } from '../protocol/schema.js';
import { differences } from './difference.js';

export { costOf };

/** One key of a profile that differs, and what changing it costs. */
export interface Change {
  /** Dotted path below the profile, e.g. `encode.bitrate_mbps`. */
  path: string;
  cost: Cost;
}

/** The keys in which two profiles differ, each as deep as both are mappings; a list differs as a whole. */
export function changes(before: Profile, after: Profile): Change[] {
  return differences(before, after).map((keys) => ({ path: keys.join('.'), cost: costOf(keys.join('.')) }));
}
