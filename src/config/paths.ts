import { isMapping, mergePatch, nested, valueAt } from './merge.js';
import { resolvePath } from './source.js';
import { isTemplateFile, templateKeys } from './templates.js';

/** Keys that name a file or folder, below a profile and below the whole. */
const ofProfile = ['left', 'right'].map((eye) => ['cameras', eye, 'path']);
const ofWhole = [['server', 'tls', 'cert'], ['server', 'tls', 'key'], ['state_dir']];

/** `raw` with every path made absolute: a relative one starts in the folder that `folderOf` gives for the key, `~` is the home directory. */
export function withAbsolutePaths(raw: unknown, folderOf: (path: readonly string[]) => string): unknown {
  const profiles = valueAt(raw, ['profiles']);
  const names = isMapping(profiles) ? Object.keys(profiles) : [];
  const below = (keys: readonly string[][]) => names.flatMap((name) => keys.map((key) => ['profiles', name, ...key]));
  const templatePaths = below(templateKeys.map(({ path }) => [...path]));
  return [...below(ofProfile), ...ofWhole, ...templatePaths].reduce<unknown>((whole, path) => {
    const value = valueAt(whole, path);
    if (typeof value !== 'string' || value === '') return whole;
    if (templatePaths.includes(path) && !isTemplateFile(value)) return whole;
    return mergePatch(whole, nested(path, resolvePath(value, folderOf(path))));
  }, raw);
}
