/** What is made from the sources into dist/. Each part is made again when its inputs changed; finding that nothing did takes milliseconds. */
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { compilePlugin, plugins } from './native.mjs';
import { inPackage } from './places.mjs';
import { digestOfFiles, filesBelow, readStamp, stamped } from './stamp.mjs';
import { run, step } from './step.mjs';

/** Typelibs that the engine uses; only the type checker wants their types. */
const namespaces = ['Gst-1.0', 'GstWebRTC-1.0', 'GstSdp-1.0', 'GstVideo-1.0', 'GstApp-1.0', 'GstRtp-1.0', 'GstGL-1.0'];
const plugin = 'dist/native/libgstbinocle.so';
/** The program, and the name under which `npx binocle` finds it at once: npx else makes a link in a folder of its own, and the program executable, which only its owner may. */
const program = 'dist/src/cli/main.js';
const programLink = 'node_modules/.bin/binocle';
const benchPlugin = 'dist/test/bench/native/libgstbinoclebench.so';

/** @typedef {{ title: string, inputs: string[], outputs: string[], make: () => Promise<void> }} Part */

/** @type {Record<'program' | 'tests' | 'page' | 'native' | 'benchNative' | 'types', Part>} */
const parts = {
  program: {
    title: 'Compiling the program',
    inputs: ['src', 'tsconfig.json'],
    outputs: ['dist/src', programLink],
    make: () => compile('tsconfig.json', 'src'),
  },
  tests: {
    title: 'Compiling the program and its tests',
    inputs: ['src', 'test', 'web', 'tsconfig.json'],
    outputs: ['dist/src', 'dist/test', programLink],
    make: () => compile('test/tsconfig.json', 'src', 'test'),
  },
  page: {
    title: 'Bundling the page',
    inputs: ['web', 'src/protocol'],
    outputs: ['dist/page/index.html'],
    make: () => run(process.execPath, [inPackage('web', 'build.mjs')], { log: 'page' }),
  },
  native: {
    title: 'Compiling the plugin',
    inputs: [plugins.binocle.folder],
    outputs: [plugin],
    make: () => compilePlugin('binocle', inPackage(plugin)),
  },
  benchNative: {
    title: 'Compiling the plugin of the bench',
    inputs: [plugins.bench.folder],
    outputs: [benchPlugin],
    make: () => compilePlugin('bench', inPackage(benchPlugin)),
  },
  types: {
    title: 'Generating types of GStreamer',
    inputs: ['/usr/lib/girepository-1.0', `/usr/lib/${multiarch()}/girepository-1.0`],
    outputs: ['dist/gi/node-gtk.d.ts'],
    make: () => {
      const generator = inPackage('node_modules', 'node-gtk', 'bin', 'node-gtk.js');
      const args = [generator, 'generate-types', ...namespaces, '--outdir', inPackage('dist', 'gi')];
      return run(process.execPath, args, { log: 'types' });
    },
  },
};

/** @param {(keyof typeof parts)[]} names @returns {(() => Promise<void>) | null} makes what is out of date; null when nothing is */
export function outOfDate(names) {
  const stale = names
    .map((name) => ({ name, digest: digest(parts[name]) }))
    .filter(({ name, digest: now }) => {
      const { outputs } = parts[name];
      return readStamp(stampOf(name)) !== now || !outputs.every((output) => existsSync(inPackage(output)));
    });
  if (stale.length === 0) return null;
  return async () => {
    for (const { name, digest: now } of stale)
      await step(parts[name].title, () => stamped(stampOf(name), now, parts[name].make));
  };
}

const stampOf = (/** @type {string} */ name) => inPackage('dist', '.made', name);

/** @param {Part} part */
function digest({ inputs }) {
  return digestOfFiles(
    ['package-lock.json', 'src/setup/build.mjs', 'src/setup/native.mjs', ...inputs].map((path) =>
      path.startsWith('/') ? path : inPackage(path),
    ),
  );
}

/** @param {string} project @param {string[]} folders whose outputs without a source are removed, so that no test outlives its file */
async function compile(project, ...folders) {
  const compiler = inPackage('node_modules', 'typescript', 'bin', 'tsc');
  await run(process.execPath, [compiler, '-p', inPackage(project), '--noCheck'], { log: 'compile' });
  for (const output of folders.flatMap((folder) => filesBelow(inPackage('dist', folder)))) {
    const source = output.replace(inPackage('dist'), inPackage()).replace(/\.js(\.map)?$/, '.ts');
    if (source.endsWith('.ts') && !existsSync(source)) rmSync(output);
  }
  await run(process.execPath, [inPackage('src', 'setup', 'validators.mjs')], { log: 'validators' });
  linkProgram();
}

function linkProgram() {
  const link = inPackage(programLink);
  chmodSync(inPackage(program), 0o755);
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(relative(dirname(link), inPackage(program)), link);
}

/** The folder name of this processor's libraries on Debian. */
function multiarch() {
  return (
    { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu', arm: 'arm-linux-gnueabihf' }[process.arch] ?? process.arch
  );
}
