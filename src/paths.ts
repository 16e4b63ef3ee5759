import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json: the same from `src/` and from the compiled `dist/src/`. */
export const packageRoot = findUp(dirname(fileURLToPath(import.meta.url)));

/** A path inside the package, e.g. `packagePath('shaders', 'rectify.frag')`. */
export function packagePath(...parts: string[]): string {
  return join(packageRoot, ...parts);
}

function findUp(from: string): string {
  if (existsSync(join(from, 'package.json'))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error('package.json not found above the program');
  return findUp(parent);
}
