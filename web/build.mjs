// Bundles the page into dist/page/: index.html, and assets whose names carry a hash of what is in them, so that they may be kept for ever.
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const web = fileURLToPath(new URL('.', import.meta.url));
const out = join(web, '..', 'dist', 'page');
const assets = join(out, 'assets');

await rm(assets, { recursive: true, force: true });
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
/** @param {Record<string, { entryPoint?: string }>} outputs */
const paths = (outputs) =>
  new Map(Object.entries(outputs).map(([path, { entryPoint }]) => [entryPoint, `assets/${basename(path)}`]));
const worker = 'overlay/offset-worker.ts';
const { metafile: workers } = await build({ ...options, entryPoints: { 'offset-worker': worker } });
const { metafile } = await build({
  ...options,
  entryPoints: { page: 'main.ts', style: 'page.css' },
  define: { offsetWorkerPath: JSON.stringify(paths(workers.outputs).get(worker)) },
});
const built = paths(metafile.outputs);
const html = await readFile(join(web, 'index.html'), 'utf8');
await writeFile(
  join(out, 'index.html'),
  html.replace('page.css', built.get('page.css')).replace('page.js', built.get('main.ts')),
);
await copyFile(join(web, 'icon.svg'), join(out, 'icon.svg'));
