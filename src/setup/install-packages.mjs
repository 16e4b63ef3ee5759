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
  const privilege = privilegeFor(lacking);
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

/** @typedef {{ before: string[], terminal: boolean }} Privilege before: what stands before a command that needs root; terminal: whether it may ask for a password */

/** @param {Requirement[]} lacking @returns {Privilege} */
function privilegeFor(lacking) {
  if (process.getuid?.() === 0) return { before: [], terminal: false };
  const { error, status } = spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' });
  if (error) throw pasteThis('There is no sudo here. Run this line, which asks for root’s password', lacking, false);
  if (status === 0) return { before: ['sudo', '-n'], terminal: false };
  if (!process.stdin.isTTY)
    throw pasteThis('sudo asks for a password, and there is no terminal to ask on. Run this line', lacking, true);
  say('To install them, sudo asks for your password.');
  if (spawnSync('sudo', ['-v'], { stdio: 'inherit' }).status === 0) return { before: ['sudo'], terminal: true };
  throw pasteThis('sudo did not allow it. As a user who may install packages, run this line', lacking, true);
}

/** @param {string} what @param {Requirement[]} lacking @param {boolean} withSudo */
function pasteThis(what, lacking, withSudo) {
  return new StepFailed(`${what}, then again what you ran:`, { mend: installLine(lacking, withSudo), status: 3 });
}

function aptGet(/** @type {string[]} */ ...args) {
  return ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-o', 'DPkg::Lock::Timeout=300', ...args];
}

/** @param {Privilege} privilege @param {string} log @param {string[]} args */
function asRoot({ before, terminal }, log, args) {
  const [command = '', ...rest] = [...before, ...args];
  return run(command, rest, { log, terminal, mend: 'See what it says above, mend that, and run the same again.' });
}
