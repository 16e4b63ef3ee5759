/** The node modules: installed by `npm ci` when they are not what package-lock.json says, or when node-gtk was built for another Node. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compileJobs, compileTitle, thisMachine } from './memory.mjs';
import { inPackage } from './places.mjs';
import { readStamp, stamped } from './stamp.mjs';
import { run, step, StepFailed } from './step.mjs';

const stamp = inPackage('node_modules', '.binocle');
const buildMend =
  'npm ci compiles node-gtk here; it needs the registry and the Debian packages that `npm run setup` installs.';

/** @returns {boolean} whether node_modules is what it should be, by its stamp alone */
export function modulesAreCurrent() {
  return readStamp(stamp) === wanted();
}

export async function installModules() {
  if (modulesAreCurrent()) return;
  const lock = readJson(inPackage('package-lock.json'));
  const there = readJson(inPackage('node_modules', '.package-lock.json'));
  if (there && sameModules(lock.packages, there.packages) && nodeGtkLoads() === null)
    return stamped(stamp, wanted(), async () => {});
  await stamped(stamp, wanted(), async () => {
    await step(`Installing node modules (${compileTitle(thisMachine())})`, () =>
      run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund'], {
        log: 'npm-ci',
        mend: buildMend,
        env: { ...process.env, ...nativeBuild() },
      }),
    );
    const fault = nodeGtkLoads();
    if (fault) throw new StepFailed('node-gtk was installed and does not load', { tail: fault, mend: buildMend });
  });
}

/** What the stamp must say: the modules asked for, and the Node and processor that native ones are built for. */
function wanted() {
  const digest = createHash('sha256').update(readFileSync(inPackage('package-lock.json')));
  return digest.update([process.versions.modules, process.arch].join()).digest('hex');
}

/**
 * @param {Record<string, { version?: string, optional?: boolean }>} lock `packages` of package-lock.json
 * @param {Record<string, { version?: string }>} installed `packages` of node_modules/.package-lock.json
 */
export function sameModules(lock, installed) {
  const wants = Object.entries(lock).filter(([path]) => path !== '');
  return (
    wants.every(([path, { version, optional }]) =>
      path in installed ? installed[path].version === version : optional === true,
    ) && Object.keys(installed).every((path) => path in lock)
  );
}

/** @returns {string | null} what was said when it did not */
function nodeGtkLoads() {
  const probe = spawnSync(process.execPath, ['--input-type=module', '--eval', "import 'node-gtk'"], {
    cwd: inPackage(),
    encoding: 'utf8',
  });
  return probe.status === 0 ? null : probe.stderr || String(probe.error ?? probe.signal);
}

/**
 * How node-pre-gyp and node-gyp build, said in the environment, which every npm passes on: from source always, so that no further host is asked for a binary;
 * with the headers that Node's own packages brought, if they are of this very version.
 */
function nativeBuild() {
  const prefix = dirname(dirname(process.execPath));
  const file = headersOf(prefix);
  const fits = existsSync(file) && headerVersion(readFileSync(file, 'utf8')) === process.versions.node;
  return {
    npm_config_build_from_source: 'true',
    npm_config_jobs: String(compileJobs(thisMachine())),
    ...(fits ? { npm_config_nodedir: prefix } : {}),
  };
}

/** @param {string} prefix e.g. /usr */
const headersOf = (prefix) => join(prefix, 'include', 'node', 'node_version.h');

/** @param {string} header text of node_version.h */
export function headerVersion(header) {
  const part = (/** @type {string} */ name) => new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(header)?.[1];
  return ['MAJOR', 'MINOR', 'PATCH'].map(part).join('.');
}

/** @param {string} file */
function readJson(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
}
