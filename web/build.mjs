// Bundles the page into dist/page/: index.html with its scripts and its style in it, so that one answer of the server brings all that the first picture
// needs, and assets/ with what is fetched later; those names carry a hash of what is in them.
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const web = fileURLToPath(new URL('.', import.meta.url));
const out = join(web, '..', 'dist', 'page');
const assets = join(out, 'assets');

await rm(out, { recursive: true, force: true });
await mkdir(assets, { recursive: true });
const options = {
  absWorkingDir: web,
  outdir: assets,
  entryNames: '[name]-[hash]',
  bundle: true,
  format: 'esm',
  target: ['chrome111', 'safari16.4', 'firefox132'],
  minify: true,
  sourcemap: 'linked',
  metafile: true,
  logLevel: 'warning',
};

/** A bundle's text, to stand in the page itself; its source map stands beside. @param {string} entry @param {import('esbuild').BuildOptions} rest */
async function bundled(entry, rest = {}) {
  const { outputFiles } = await build({ ...options, ...rest, entryPoints: [entry], write: false });
  const [map, code] = outputFiles.toSorted((one, other) => other.path.length - one.path.length);
  await writeFile(map.path, map.contents);
  return code.text.replace('sourceMappingURL=', 'sourceMappingURL=assets/');
}

const worker = await build({ ...options, entryPoints: ['overlay/offset-worker.ts'] });
const workerPath = Object.keys(worker.metafile.outputs).find((path) => path.endsWith('.js'));
const define = { offsetWorkerPath: JSON.stringify(`assets/${basename(workerPath)}`) };
/** What stands for each in index.html, and what takes its place. */
const parts = {
  '<script src="first.js"></script>': `<script>${await bundled('first.ts', { format: 'iife' })}</script>`,
  '<link rel="stylesheet" href="page.css" />': `<style>${await bundled('page.css')}</style>`,
  '<script type="module" src="main.js"></script>': `<script type="module">${await bundled('main.ts', { define })}</script>`,
};
let html = await readFile(join(web, 'index.html'), 'utf8');
for (const [reference, part] of Object.entries(parts)) {
  if (!html.includes(reference)) throw new Error(`index.html lacks ${reference}`);
  html = html.replace(reference, () => part);
}
await writeFile(join(out, 'index.html'), html);
await copyFile(join(web, 'icon.png'), join(out, 'icon.png'));
