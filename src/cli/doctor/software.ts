import { readFileSync } from 'node:fs';
import { packagePath } from '../../paths.js';
import { failure, ok, type Check } from './check.js';

/** @param wanted `engines.node` of package.json, e.g. `>=20.19` */
export function nodeIsNewEnough(version: string, wanted: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = wanted.replace(/^>=/, '').split('.').map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

export const softwareChecks: Check[] = [
  {
    id: 'node',
    what: 'Node',
    examine: () => {
      const { engines } = JSON.parse(readFileSync(packagePath('package.json'), 'utf8')) as {
        engines: { node: string };
      };
      if (nodeIsNewEnough(process.version, engines.node)) return ok(process.version);
      return failure(`${process.version} is too old`, `install Node ${engines.node}`);
    },
  },
  {
    id: 'node-gtk',
    what: 'node-gtk',
    examine: async () => {
      try {
        await import('../../engine/gst/gst.js');
        return ok('loads');
      } catch (error) {
        return failure(`does not load: ${(error as Error).message}`, 'npm run setup');
      }
    },
  },
];
