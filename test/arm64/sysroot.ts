import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostMirrors } from '../roots/host.js';
import { sourcesList } from '../roots/mirrors.js';
import { cacheFolder, onceFor, type Workshop } from '../roots/workshop.js';

/** What Raspberry Pi OS is made from. */
const release = 'trixie';
export const sysroot = join(cacheFolder, `arm64-${release}`);
export const inSysroot = (path: string): string => join(sysroot, path);

/** What an engine runs on, and what node-gtk and the plugin are compiled against. */
const packages = [
  'nodejs',
  'libnode-dev',
  'libc6-dev',
  'libcairo2-dev',
  'libgirepository1.0-dev',
  'libgstreamer-plugins-base1.0-dev',
  'gir1.2-gst-plugins-bad-1.0',
  'gstreamer1.0-tools',
  'gstreamer1.0-plugins-base',
  'gstreamer1.0-plugins-bad',
  'gstreamer1.0-plugins-ugly',
];

/** Unpacks without running anything of it, so that neither root nor a processor of that kind is needed. `$1`: folder of packages, `$2`: the sysroot. */
const unpack = `
  mkdir -p "$2/usr/bin" "$2/usr/sbin" "$2/usr/lib"
  for folder in bin sbin lib; do ln -s "usr/$folder" "$2/$folder"; done
  find "$1" -name '*.deb' -print0 | xargs -0 -n 1 -P "$(nproc)" sh -ec '
    dpkg-deb --fsys-tarfile "$1" | tar -x -C "$0" --no-same-owner --keep-directory-symlink \\
      --exclude=./usr/share/doc --exclude=./usr/share/man --exclude=./usr/share/locale --exclude=./usr/share/icons \\
      --exclude=./usr/share/sounds --exclude=./usr/lib/gcc --exclude=./usr/lib/gcc-cross --exclude=./usr/libexec
  ' "$2"`;

/** The files of Debian for arm64, and no more than the files: a minute, once. */
export async function makeSysroot({ run, step }: Workshop): Promise<void> {
  const sources = sourcesList(hostMirrors(), release);
  await onceFor(inSysroot('.binocle-made'), [sources, unpack, ...packages], async () => {
    rmSync(sysroot, { recursive: true, force: true });
    const folder = `${sysroot}.packages`;
    rmSync(folder, { recursive: true, force: true });
    const apt = aptFor(folder, sources);
    await step('Fetching Debian 13 for arm64', async () => {
      await run('apt-get', [...apt, 'update'], { log: 'arm64-packages' });
      await run('apt-get', [...apt, '--yes', '--download-only', 'install', ...packages], { log: 'arm64-packages' });
    });
    await step('Unpacking it', () => run('sh', ['-ec', unpack, 'unpack', folder, sysroot], { log: 'arm64-unpack' }));
    rmSync(folder, { recursive: true });
  });
}

/** An archive of its own for apt, beside this machine's: another architecture, nothing installed, nothing of root's. @returns options for apt-get */
function aptFor(folder: string, sources: string): string[] {
  for (const name of ['lists/partial', 'archives/partial']) mkdirSync(join(folder, name), { recursive: true });
  const files = { list: join(folder, 'sources.list'), status: join(folder, 'status') };
  writeFileSync(files.list, sources);
  writeFileSync(files.status, '');
  const settings = {
    'Dir::State': folder,
    'Dir::State::status': files.status,
    'Dir::Cache': folder,
    'Dir::Etc::sourcelist': files.list,
    'Dir::Etc::sourceparts': '/dev/null',
    'APT::Architecture': 'arm64',
    'APT::Architectures': 'arm64',
    'APT::Install-Recommends': 'false',
    'APT::Sandbox::User': '',
    'Debug::NoLocking': 'true',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}
