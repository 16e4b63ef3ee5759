export type Mapping = Record<string, unknown>;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON Merge Patch (RFC 7386): mappings are merged, `null` takes a key away (its default comes back), everything else replaces. Neither argument is changed. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isMapping(patch)) return structuredClone(patch);
  const merged = new Map(Object.entries(isMapping(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  // Not by assignment: a key named __proto__ is to stay a key.
  return Object.fromEntries(merged);
}

/** The value at `path`, or `undefined`. */
export function valueAt(root: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (Array.isArray(value)) return value[Number(key)] as unknown;
    return isMapping(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }, root);
}

/** `{a: {b: value}}` for the path `a.b`. */
export function nested(path: readonly string[], value: unknown): unknown {
  return path.reduceRight<unknown>((inner, key) => Object.fromEntries([[key, inner]]), value);
}

/** `root` with `value` at `path`, `undefined` takes the key away; what is no mapping (or item of a list) on the way becomes one. Nothing is changed in place. */
export function withValue(root: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (value === undefined && valueAt(root, path) === undefined) return root;
  if (Array.isArray(root) && Object.hasOwn(root, key)) {
    return root.map((item: unknown, index) => (String(index) === key ? withValue(item, rest, value) : item));
  }
  const filled = new Map(Object.entries(isMapping(root) ? root : {}));
  const inner = withValue(filled.get(key), rest, value);
  if (inner === undefined) filled.delete(key);
  else filled.set(key, inner);
  return Object.fromEntries(filled);
}
