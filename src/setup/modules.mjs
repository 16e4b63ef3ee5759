/** The node modules: installed by `npm ci` when they are not what package-lock.json says, or when node-gtk was built for another Node; then node-gtk is compiled. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compileJobs, compileTitle, thisMachine } from './memory.mjs';
import { inPackage } from './places.mjs';
import { readStamp, stamped } from './stamp.mjs';
import { run, step, StepFailed } from './step.mjs';

const stamp = inPackage('node_modules', '.binocle');
const mend =
  'Modules come from the registry, and node-gtk is compiled here with the Debian packages that `npm run setup` installs.';

/** @returns {boolean} whether node_modules is what it should be, by its stamp alone */
export function modulesAreCurrent() {
  return readStamp(stamp) === wanted();
}

export async function installModules() {
  if (modulesAreCurrent()) return;
  const lock = readJson(inPackage('package-lock.json'));
  const there = readJson(inPackage('node_modules', '.package-lock.json'));
  await stamped(stamp, wanted(), async () => {
    if (!(there && sameModules(lock.packages, there.packages)))
      await step('Installing node modules', () =>
        run('npm', ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund'], { log: 'npm-ci', mend }),
      );
    if (nodeGtkLoads() === null) return;
    await step(compileTitle(thisMachine()), compileNodeGtk);
    const fault = nodeGtkLoads();
    if (fault) throw new StepFailed('node-gtk was installed and does not load', { tail: fault, mend });
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

/**
 * What node-gtk's own install script does, without npm around it: that would take as much memory again as a compiler does. What was compiled before it was
 * broken off is compiled no more, unless for another Node.
 */
async function compileNodeGtk() {
  const preGyp = inPackage('node_modules', '@mapbox', 'node-pre-gyp', 'bin', 'node-pre-gyp');
  const cwd = inPackage('node_modules', 'node-gtk');
  const env = { ...process.env, ...nativeBuild() };
  const madeFor = join(cwd, 'build', '.made-for');
  if (readStamp(madeFor) !== process.version) {
    rmSync(dirname(madeFor), { recursive: true, force: true });
    await run(process.execPath, [preGyp, 'configure'], { log: 'node-gtk-configure', cwd, env, mend });
    writeFileSync(madeFor, process.version);
  }
  await run(process.execPath, [preGyp, 'build'], { log: 'node-gtk', cwd, env, mend });
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
 * How node-pre-gyp and node-gyp build, said in the environment: from source always, so that no further host is asked for a binary;
 * with the headers that Node's own packages brought, if they are of this very version.
 */
function nativeBuild() {
  const prefix = dirname(dirname(process.execPath));
  const file = headersOf(prefix);
  const fits = existsSync(file) && headerVersion(readFileSync(file, 'utf8')) === process.versions.node;
  return {
    npm_config_build_from_source: 'true',
    // That of the lock file; an npm of Debian names its own, older one.
    npm_config_node_gyp: inPackage('node_modules', 'node-gyp', 'bin', 'node-gyp.js'),
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
