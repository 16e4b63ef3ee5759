import { isDeepStrictEqual } from 'node:util';
import { isMapping, type Mapping } from './merge.js';

/** Paths of the keys in which two values differ, each as deep as both are mappings; a list differs as a whole. */
export function differences(before: unknown, after: unknown, path: readonly string[] = []): string[][] {
  if (isMapping(before) && isMapping(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => differences(before[key], after[key], [...path, key]));
  }
  return isDeepStrictEqual(before, after) ? [] : [[...path]];
}

/** The JSON Merge Patch (RFC 7386) that leads from one mapping to another; neither may hold `null`, which a patch cannot say. */
export function patchBetween(before: Mapping, after: Mapping): Mapping {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const entries = keys
    .filter((key) => !isDeepStrictEqual(before[key], after[key]))
    .map((key) => {
      const [from, to] = [before[key], after[key]];
      return [key, isMapping(from) && isMapping(to) ? patchBetween(from, to) : (to ?? null)] as const;
    });
  return Object.fromEntries(entries);
}
