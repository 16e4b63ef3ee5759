import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { packagePath } from '../../src/paths.js';
import { mirrorsOf, sourcesList, type Mirrors } from './mirrors.js';

/** Debian 13: GStreamer 1.26 and the first libcamera with virtual cameras; what Raspberry Pi OS is made from. */
const release = 'trixie';
const project = '/opt/binocle';

/** Costs minutes and outlives a checkout. */
export const rigRoot = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'binocle', `rig-${release}`);
const inRoot = (path: string, root = rigRoot): string => join(root, path);
const rigFile = (name: string): string => packagePath('test', 'libcamera', name);
const enter = rigFile('enter.sh');

/** How the set-up runs commands and shows that something takes long (src/setup/step.mjs). */
export interface Workshop {
  run: (command: string, args: string[], options: { log: string; mend?: string }) => Promise<void>;
  step: <T>(title: string, work: () => Promise<T>) => Promise<T>;
}

/** A command line that runs `command` in the root; killing it kills everything it started. */
export function inside(command: string[], environment: Record<string, string> = {}): string[] {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return [enter, rigRoot, 'env', '-C', project, ...variables, ...command];
}

/** What `libcamerasrc` needs to see the virtual cameras: 60 frames a second, half of them of either. */
export const cameraEnvironment = {
  LD_PRELOAD: '/usr/local/lib/virtual-dmabuf.so',
  VIRTUAL_CAMERA_US: '16667',
  LIBCAMERA_LOG_LEVELS: '*:ERROR',
};

/** A Debian 13 root with two virtual cameras, and this checkout set up in it by its own means. Quick when it is there already. */
export async function prepareRoot(workshop: Workshop): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('The libcamera rig makes a root of its own: run it as root.');
  const mirrors = mirrorsOf(hostSources());
  await makeBase(workshop, mirrors);
  copyHostSettings(rigRoot, mirrors);
  copyProject();
  await workshop.step('Setting Binocle up on Debian 13, by itself', () =>
    enterAndRun(workshop, 'rig-setup', ['npm', 'run', 'setup']),
  );
  await makeCameras(workshop);
}

async function makeBase({ run, step }: Workshop, mirrors: Mirrors): Promise<void> {
  const stamp = inRoot('.binocle-base');
  const wanted = createHash('sha256').update(sourcesList(mirrors, release)).update('nodejs npm').digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const fresh = `${rigRoot}.new`;
  rmSync(fresh, { recursive: true, force: true });
  rmSync(rigRoot, { recursive: true, force: true });
  mkdirSync(dirname(rigRoot), { recursive: true });
  await step('Making a Debian 13 root', () =>
    run('debootstrap', ['--variant=minbase', '--include=ca-certificates', release, fresh, mirrors.main], {
      log: 'rig-debootstrap',
      mend: 'debootstrap needs the archive and the right to make devices and mounts.',
    }),
  );
  copyHostSettings(fresh, mirrors);
  const apt = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '--yes', '--no-install-recommends'];
  await step('Installing Node in it', async () => {
    await run(enter, [fresh, ...apt, 'update'], { log: 'rig-node' });
    await run(enter, [fresh, ...apt, 'install', 'nodejs', 'npm'], { log: 'rig-node' });
  });
  writeFileSync(inRoot('.binocle-base', fresh), wanted);
  renameSync(fresh, rigRoot);
}

function hostSources(): string {
  const folder = '/etc/apt/sources.list.d';
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => /\.(list|sources)$/.test(name)) : [];
  const paths = ['/etc/apt/sources.list', ...files.map((name) => join(folder, name))];
  return paths.map((path) => (existsSync(path) ? readFileSync(path, 'utf8') : '')).join('\n');
}

/** Name resolution, certificates, proxies: the root reaches what its host reaches. */
function copyHostSettings(root: string, mirrors: Mirrors): void {
  writeFileSync(inRoot('etc/apt/sources.list', root), sourcesList(mirrors, release));
  for (const path of ['/etc/resolv.conf', '/etc/hosts', '/etc/ssl/certs/ca-certificates.crt'])
    if (existsSync(path)) cpSync(path, join(root, path), { dereference: true });
  for (const folder of ['/etc/apt/apt.conf.d', '/etc/apt/auth.conf.d'])
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      const text = readFileSync(join(folder, name), 'utf8');
      // Hooks call programs of the host; what matters here is how the archive is reached.
      if (!/Pre-Install|Post-Invoke|Pre-Invoke/.test(text)) writeFileSync(join(root, folder, name), text);
    }
  const npmSettings = join(homedir(), '.npmrc');
  if (existsSync(npmSettings)) cpSync(npmSettings, join(root, 'root', '.npmrc'));
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
}

/** The cameras' pictures: a white ball over red for the left eye, over blue for the right one. */
async function makeCameras(workshop: Workshop): Promise<void> {
  const library = readFileSync(rigFile('virtual-dmabuf.c'));
  const cameras = readFileSync(rigFile('virtual.yaml'));
  const stamp = inRoot('.binocle-cameras');
  const wanted = createHash('sha256')
    .update(library)
    .update(cameras)
    .update(readFileSync(rigFile('root.ts')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  await workshop.step('Making two virtual cameras', async () => {
    const settings = inRoot('usr/share/libcamera/pipeline/virtual');
    mkdirSync(settings, { recursive: true });
    writeFileSync(join(settings, 'virtual.yaml'), cameras);
    const compile = `gcc -shared -fPIC -O1 -o ${cameraEnvironment.LD_PRELOAD} test/libcamera/virtual-dmabuf.c -ldl`;
    const commands = [compile, draw('left', '0xffc02020'), draw('right', '0xff2020c0')];
    await enterAndRun(workshop, 'rig-cameras', ['sh', '-ec', commands.join('\n')]);
  });
  writeFileSync(stamp, wanted);
}

function enterAndRun({ run }: Workshop, log: string, command: string[]): Promise<void> {
  const [program, ...args] = inside(command);
  return run(program!, args, { log });
}

/** Draws an eye's frames: 0.jpg … 59.jpg. */
function draw(eye: string, colour: string): string {
  const pictures = `videotestsrc num-buffers=60 pattern=ball background-color=${colour} ! video/x-raw,width=640,height=480`;
  const folder = `/opt/frames/${eye}`;
  return `mkdir -p ${folder} && gst-launch-1.0 -q ${pictures} ! jpegenc quality=90 ! multifilesink location=${folder}/%d.jpg`;
}
