/** Which Debian packages are there, which are missing, and how they are installed. Pure, but for `installedPackages` and `knownPackages`. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** @typedef {import('./packages.mjs').Requirement} Requirement */

/**
 * @param {string} osRelease text of /etc/os-release
 * @returns {{ id: string, name: string, debian: boolean, version: number | null }} id: e.g. debian, raspbian, ubuntu; debian: Debian or made from it (Raspberry Pi OS, Ubuntu)
 */
export function parseOsRelease(osRelease) {
  const field = (/** @type {string} */ key) => new RegExp(`^${key}=["']?([^"'\\n]*)`, 'm').exec(osRelease)?.[1] ?? '';
  const family = [field('ID'), ...field('ID_LIKE').split(' ')];
  return {
    id: field('ID'),
    name: field('PRETTY_NAME') || 'this system',
    debian: family.some((id) => id === 'debian' || id === 'raspbian'),
    version: Number.parseInt(field('VERSION_ID'), 10) || null,
  };
}

export function thisSystem() {
  return parseOsRelease(existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '');
}

/** @param {string} output of `dpkg-query -W -f '${Package}\t${db:Status-Status}\n'` */
export function parseDpkgQuery(output) {
  const rows = output.split('\n').map((line) => line.split('\t'));
  return new Set(rows.filter(([, status]) => status === 'installed').map(([name]) => name));
}

/** @param {Requirement[]} requirements @returns {Set<string> | null} null: no dpkg here */
export function installedPackages(requirements) {
  const names = requirements.flatMap((requirement) => requirement.names);
  const query = spawnSync('dpkg-query', ['-W', '-f', '${Package}\\t${db:Status-Status}\\n', ...names], {
    encoding: 'utf8',
  });
  return query.error ? null : parseDpkgQuery(query.stdout);
}

/** Names that the archive can install; ask after `apt-get update`. @param {string[]} names */
export function knownPackages(names) {
  const { stdout } = spawnSync('apt-cache', ['policy', ...names], { encoding: 'utf8' });
  return parseAptPolicy(stdout ?? '');
}

/** @param {string} output of `apt-cache policy` */
export function parseAptPolicy(output) {
  const known = new Set();
  for (const [, name, candidate] of output.matchAll(/^(\S+):\n +Installed: .*\n +Candidate: (.*)$/gm))
    if (candidate !== '(none)') known.add(name);
  return known;
}

/**
 * @param {Requirement[]} requirements @param {ReadonlySet<string>} installed
 * @param {(file: string) => boolean} exists
 */
export function missing(requirements, installed, exists = existsSync) {
  return requirements.filter(
    ({ names, unless }) => !names.some((name) => installed.has(name)) && !(unless && exists(unless)),
  );
}

/**
 * @param {Requirement[]} lacking @param {ReadonlySet<string>} known what the archive has
 * @returns {{ install: string[], skipped: string[], unavailable: string[] }} skipped: optional ones that the archive lacks
 */
export function chooseNames(lacking, known) {
  /** @type {ReturnType<typeof chooseNames>} */
  const choice = { install: [], skipped: [], unavailable: [] };
  for (const { names, optional } of lacking) {
    const name = names.find((candidate) => known.has(candidate));
    if (name) choice.install.push(name);
    else choice[optional ? 'skipped' : 'unavailable'].push(names[0]);
  }
  return choice;
}

/** What a person without the right to install pastes into a shell. @param {Requirement[]} lacking @param {boolean} withSudo without it, root's password is asked for */
export function installLine(lacking, withSudo) {
  const names = lacking.map(({ names: [first] }) => first).join(' ');
  const install = `apt-get install --yes --no-install-recommends ${names}`;
  return withSudo ? `sudo apt-get update && sudo ${install}` : `su -c "apt-get update && ${install}"`;
}
