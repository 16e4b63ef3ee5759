/** Installs the Debian packages that are missing, or says in one line how a person does. */
import { spawnSync } from 'node:child_process';
import { chooseNames, installedPackages, installLine, knownPackages, missing, thisSystem } from './debian.mjs';
import { debianNodeHeaders, requirements } from './packages.mjs';
import { run, say, step, StepFailed } from './step.mjs';

/** @typedef {import('./packages.mjs').Requirement} Requirement */
/** @typedef {Requirement['for'][]} Purposes */

const firstNames = (/** @type {Requirement[]} */ some) => some.map(({ names: [first] }) => first).join(' ');
const needed = (/** @type {Requirement[]} */ some) => some.filter(({ optional }) => !optional);

/** @param {Purposes} purposes */
function wantedPackages(purposes) {
  return [...requirements, ...debianNodeHeaders(process.execPath)].filter((one) => purposes.includes(one.for));
}

/** @param {Purposes} purposes @returns {boolean} whether nothing that is needed lacks; also where no dpkg can tell */
export function packagesAreThere(purposes) {
  const wanted = needed(wantedPackages(purposes));
  const installed = installedPackages(wanted);
  return installed === null || missing(wanted, installed).length === 0;
}

/** @param {Purposes} purposes */
export async function installPackages(purposes) {
  const wanted = wantedPackages(purposes);
  const { debian, name } = thisSystem();
  const installed = installedPackages(wanted);
  if (installed === null || !debian) {
    say(`${name} is not Debian: no packages are installed. Binocle needs what Debian calls ${firstNames(wanted)}.`);
    return;
  }
  const lacking = missing(wanted, installed);
  if (needed(lacking).length === 0) return;
  const width = Math.max(...lacking.map(({ names: [first] }) => first.length));
  say('Debian packages that are missing:');
  for (const { names, why } of lacking) say(`  ${names[0].padEnd(width)}  ${why}`);
  const privilege = rootCommand(lacking);
  await step('Reading the package lists', () => asRoot(privilege, 'apt-update', aptGet('update')));
  const choice = chooseNames(lacking, knownPackages(lacking.flatMap(({ names }) => names)));
  if (choice.skipped.length > 0) say(`Not in this archive, and gone without: ${choice.skipped.join(' ')}`);
  if (choice.unavailable.length > 0)
    throw new StepFailed(`The package archive of ${name} lacks ${choice.unavailable.join(' ')}`, {
      status: 3,
      mend: 'Binocle runs on Debian 12, Debian 13 and Raspberry Pi OS of the same ages.',
    });
  await step(`Installing ${choice.install.length} Debian packages`, async () => {
    // An installation that was broken off earlier is brought to its end first: apt-get refuses to work before that.
    await asRoot(privilege, 'dpkg', ['dpkg', '--configure', '-a']);
    await asRoot(privilege, 'apt-install', aptGet('install', '--yes', '--no-install-recommends', ...choice.install));
  });
}

/** @param {Requirement[]} lacking @returns {string[]} what stands before a command that needs root */
function rootCommand(lacking) {
  if (process.getuid?.() === 0) return [];
  if (spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0) return ['sudo', '-n'];
  throw new StepFailed(
    'Not root, and sudo is not there or asks for a password. Run this line, then again what you ran:',
    {
      mend: installLine(lacking),
      status: 3,
    },
  );
}

function aptGet(/** @type {string[]} */ ...args) {
  return ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-o', 'DPkg::Lock::Timeout=300', ...args];
}

/** @param {string[]} privilege @param {string} log @param {string[]} args */
function asRoot(privilege, log, args) {
  const [command = '', ...rest] = [...privilege, ...args];
  return run(command, rest, { log, mend: 'See what it says above, mend that, and run the same again.' });
}
