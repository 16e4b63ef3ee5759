import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packagePath } from '../../src/paths.js';
import { copyHostSettings, hostMirrors, hostNetwork } from './host.js';
import { sourcesList } from './mirrors.js';
import { cacheFolder, onceFor, type Workshop } from './workshop.js';

/** Debian 13: GStreamer 1.26, Node 20.19 and the first libcamera with virtual cameras; what Raspberry Pi OS is made from. */
const release = 'trixie';
const root = join(cacheFolder, `rig-${release}`);
export const inRoot = (path: string, base = root): string => join(base, path);
const enter = packagePath('test', 'roots', 'enter.sh');

/** Whoever uses a Raspberry Pi: an ordinary user, who may become root without a password. */
const user = 'pi';
const home = `/home/${user}`;
const project = `${home}/binocle`;

/** What makes a bare Debian what the README begins with: Node, and a user. */
const packages = ['nodejs', 'npm', 'sudo'];
const makeUser = `
  useradd --create-home --shell /bin/bash --groups sudo,video,audio ${user}
  echo '${user} ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/010_${user}-nopasswd
  chmod 0440 /etc/sudoers.d/010_${user}-nopasswd`;

/** A command line that runs `command` there as `pi`, in pi's copy of the checkout; killing it kills everything it started. */
export function onDebian13(command: string[], environment: Record<string, string> = {}): string[] {
  return [enter, root, user, 'env', '-C', project, ...variables(environment), ...command];
}

/** A command line that runs `command` there as root. */
export function asRootOnDebian13(command: string[], base = root): string[] {
  return [enter, base, 'root', 'env', ...variables({ DEBIAN_FRONTEND: 'noninteractive' }), ...command];
}

function variables(more: Record<string, string>): string[] {
  return Object.entries({ LANG: 'C.UTF-8', ...hostNetwork(), ...more }).map(([name, value]) => `${name}=${value}`);
}

let prepared: Promise<void> | undefined;

/** A Debian 13 root, and this checkout in it, set up by its own means. Quick when it is there already; once for all who ask. */
export function prepare(workshop: Workshop): Promise<void> {
  prepared ??= setUp(workshop);
  return prepared;
}

async function setUp(workshop: Workshop): Promise<void> {
  await onceFor(inRoot('.binocle-base'), [sourcesList(hostMirrors(), release), ...packages, makeUser], () =>
    makeBase(workshop),
  );
  copyHostSettings(root, release, home);
  copyProject();
  await workshop.step('Setting Binocle up on Debian 13, by itself', () =>
    runLine(workshop, 'debian13-setup', onDebian13(['npm', 'run', 'setup'])),
  );
}

/** Runs a command line to its end. */
export function runLine({ run }: Workshop, log: string, [program, ...args]: string[]): Promise<void> {
  return run(program!, args, { log });
}

async function makeBase(workshop: Workshop): Promise<void> {
  const fresh = `${root}.new`;
  rmSync(fresh, { recursive: true, force: true });
  rmSync(root, { recursive: true, force: true });
  mkdirSync(dirname(root), { recursive: true });
  await workshop.step('Making a Debian 13 root', () =>
    workshop.run(
      'debootstrap',
      ['--variant=minbase', '--include=ca-certificates', release, fresh, hostMirrors().main],
      { log: 'debian13-debootstrap', mend: 'debootstrap needs the archive and the right to make devices and mounts.' },
    ),
  );
  copyHostSettings(fresh, release, 'root');
  // It can be made again: nothing in it need survive a loss of power, and dpkg is twice as fast.
  writeFileSync(inRoot('etc/dpkg/dpkg.cfg.d/unsafe-io', fresh), 'force-unsafe-io\n');
  const apt = ['apt-get', '--yes', '--no-install-recommends'];
  await workshop.step('Installing Node in it', async () => {
    for (const command of [
      [...apt, 'update'],
      [...apt, 'install', ...packages],
      ['sh', '-ec', makeUser],
    ])
      await runLine(workshop, 'debian13-base', asRootOnDebian13(command, fresh));
  });
  renameSync(fresh, root);
}

/** The checkout as it is, uncommitted changes too, with its times so that an unchanged file stays built; what was installed and built in the root stays. */
function copyProject(): void {
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: packagePath(),
    encoding: 'utf8',
  });
  if (listed.status !== 0) throw new Error(`git does not list the files of the checkout: ${listed.stderr}`);
  const made = new Set(['node_modules', 'dist', '.cache']);
  mkdirSync(inRoot(project), { recursive: true });
  for (const name of readdirSync(inRoot(project)))
    if (!made.has(name)) rmSync(inRoot(join(project, name)), { recursive: true });
  for (const file of listed.stdout.split('\0').filter((name) => name !== '' && existsSync(packagePath(name))))
    cpSync(packagePath(file), inRoot(join(project, file)), { preserveTimestamps: true });
  const [command, ...args] = asRootOnDebian13(['chown', '--recursive', '--from=root', `${user}:${user}`, home]);
  const given = spawnSync(command!, args, { encoding: 'utf8' });
  if (given.status !== 0) throw new Error(`the checkout is not ${user}'s: ${given.stderr}`);
}
