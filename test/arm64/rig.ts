import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { packagePath } from '../../src/paths.js';
import { onceFor, type Workshop } from '../roots/workshop.js';
import { inSysroot, makeSysroot, sysroot } from './sysroot.js';

const triplet = 'aarch64-linux-gnu';
const libraries = inSysroot(`usr/lib/${triplet}`);
const made = (name: string): string => packagePath('dist', 'arm64', name);
const plugins = made('gstreamer');
export const plugin = made('libgstbinocle.so');

/** Debian's plugins that the tests play with: emulated, all of them take half a minute to load. */
const needed = 'app coreelements rawparse videoconvertscale videoparsersbad videotestsrc x264';

/** Debian calls it by either name; it is the same program. */
export const emulator = ['qemu-aarch64-static', 'qemu-aarch64'].find(
  (name) => spawnSync(name, ['--version']).error === undefined,
);

/** What arm64 programs are told: where their files are, and that nothing here starts another arm64 program by itself. */
export const environment: NodeJS.ProcessEnv = {
  ...process.env,
  QEMU_LD_PREFIX: sysroot,
  GST_PLUGIN_SYSTEM_PATH_1_0: plugins,
  GST_PLUGIN_PATH: packagePath('dist', 'arm64'),
  GST_REGISTRY: made('registry.bin'),
  GST_REGISTRY_FORK: 'no',
  GI_TYPELIB_PATH: join(libraries, 'girepository-1.0'),
};

/** A command line that runs an arm64 program of the sysroot here. */
export function emulated(program: string, ...args: string[]): string[] {
  return [emulator!, inSysroot(join('usr/bin', program)), ...args];
}

/** Debian’s files for arm64; the plugin and node-gtk, compiled for it. */
export async function prepare(workshop: Workshop): Promise<void> {
  await makeSysroot(workshop);
  choosePlugins();
  await compilePlugin(workshop);
  await compileNodeGtk(workshop);
}

function choosePlugins(): void {
  rmSync(plugins, { recursive: true, force: true });
  mkdirSync(plugins, { recursive: true });
  for (const name of needed.split(' ').map((one) => `libgst${one}.so`))
    symlinkSync(join(libraries, 'gstreamer-1.0', name), join(plugins, name));
}

/** For pkg-config and node-gyp; npm's settings are of this machine, and come before node-gyp's own arguments. */
const towardsSysroot: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_config_/i.test(name))),
  PKG_CONFIG_SYSROOT_DIR: sysroot,
  PKG_CONFIG_LIBDIR: `${join(libraries, 'pkgconfig')}:${inSysroot('usr/share/pkgconfig')}`,
};

/** The sysroot’s stamp says which Debian it is. */
const sysrootIs = (): string => readFileSync(inSysroot('.binocle-made'), 'utf8');

async function compilePlugin(workshop: Workshop): Promise<void> {
  const sources = filesOf(packagePath('src', 'engine', 'native'));
  const settings = readFileSync(packagePath('src', 'setup', 'native.mjs'));
  await onceFor(made('.plugin'), [sysrootIs(), settings, ...sources], () =>
    workshop.step('Compiling the plugin for arm64', () =>
      workshop.compilePlugin(plugin, {
        compiler: [`${triplet}-gcc`, `--sysroot=${sysroot}`, '-Werror'],
        env: towardsSysroot,
      }),
    ),
  );
}

/** Into node-gtk's own folder, beside the one for this machine: each has a place by the name of its processor. */
async function compileNodeGtk(workshop: Workshop): Promise<void> {
  const from = packagePath('node_modules', 'node-gtk');
  const header = readFileSync(inSysroot('usr/include/node/node_version.h'), 'utf8');
  const abi = /#define NODE_MODULE_VERSION (\d+)/.exec(header)![1];
  const target = join(from, 'lib', 'binding', `node-v${abi}-linux-arm64`);
  if (!existsSync(join(target, 'node_gtk.node'))) rmSync(made('.node-gtk'), { force: true });
  await onceFor(made('.node-gtk'), [sysrootIs(), readFileSync(join(from, 'package.json'))], () =>
    workshop.step('Compiling node-gtk for arm64', async () => {
      const build = made('node-gtk');
      rmSync(build, { recursive: true, force: true });
      for (const name of ['package.json', 'binding.gyp', 'src'])
        cpSync(join(from, name), join(build, name), { recursive: true });
      const args = [
        packagePath('node_modules', 'node-gyp', 'bin', 'node-gyp.js'),
        'rebuild',
        '--arch=arm64',
        `--nodedir=${inSysroot('usr')}`,
        `--jobs=${availableParallelism()}`,
        '--module_name=node_gtk',
        `--module_path=${target}`,
      ];
      const env = {
        ...towardsSysroot,
        CC: `${triplet}-gcc --sysroot=${sysroot}`,
        CXX: `${triplet}-g++ --sysroot=${sysroot}`,
        AR: `${triplet}-ar`,
      };
      await workshop.run(process.execPath, args, { log: 'arm64-node-gtk', cwd: build, env });
    }),
  );
}

/** Contents of all the files of a folder. */
function filesOf(folder: string): Buffer[] {
  return readdirSync(folder)
    .toSorted()
    .map((name) => readFileSync(join(folder, name)));
}
