import { isMapping, type Mapping } from '../../src/protocol/merge-patch.js';

/**
 * One merge patch that does what `first` and then `second` do (RFC 7386), or null where none can: a key that `first` replaces by something else
 * than a mapping and `second` enters as one.
 */
export function composed(first: Mapping, second: Mapping): Mapping | null {
  const result = new Map(Object.entries(first));
  for (const [key, later] of Object.entries(second)) {
    const earlier = result.get(key);
    if (!result.has(key) || !isMapping(later)) result.set(key, later);
    else if (!isMapping(earlier)) return null;
    else {
      const inner = composed(earlier, later);
      if (inner === null) return null;
      result.set(key, inner);
    }
  }
  return Object.fromEntries(result);
}

/** The patch that takes `patch` back from `mergePatch(before, patch)`. */
export function inverse(before: Mapping, patch: Mapping): Mapping {
  return Object.fromEntries(
    Object.entries(patch).map(([key, value]) => {
      const was = Object.hasOwn(before, key) ? before[key] : undefined;
      if (was === undefined) return [key, null];
      return [key, isMapping(was) && isMapping(value) ? inverse(was, value) : structuredClone(was)];
    }),
  );
}

/** The patch that leads from one mapping to another. */
export function difference(before: Mapping, after: Mapping): Mapping {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return Object.fromEntries(
    [...keys].flatMap((key) => {
      const [was, is] = [before[key], after[key]];
      if (is === undefined) return [[key, null]];
      if (isMapping(was) && isMapping(is)) {
        const inner = difference(was, is);
        return Object.keys(inner).length === 0 ? [] : [[key, inner]];
      }
      return JSON.stringify(was) === JSON.stringify(is) ? [] : [[key, structuredClone(is)]];
    }),
  );
}

/** Dotted paths of what a patch sets or takes away; a list counts as one. */
export function pathsOf(patch: Mapping): string[] {
  return Object.entries(patch).flatMap(([key, value]) =>
    isMapping(value) ? pathsOf(value).map((path) => `${key}.${path}`) : [key],
  );
}
