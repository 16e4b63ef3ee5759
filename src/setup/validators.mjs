// Writes the modules of dist/src/validators/: the schemas of its schemas.js as functions, so that no process compiles them when it starts.
import { pathToFileURL } from 'node:url';
import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { inPackage } from './places.mjs';

const folder = inPackage('dist', 'src', 'validators');
const { families } = await import(pathToFileURL(`${folder}/schemas.js`).href);

for (const [family, { options, vocabulary, schemas }] of Object.entries(families)) {
  const ajv = new Ajv({ ...options, code: { source: true, esm: true } });
  ajv.addVocabulary(vocabulary ?? []);
  const names = Object.keys(schemas);
  for (const name of names) ajv.addSchema(schemas[name], name);
  const functions = standalone.default(ajv, Object.fromEntries(names.map((name) => [name, name])));
  // What the functions need of ajv goes into the module.
  await build({
    stdin: { contents: `${functions}\nexport default { ${names.join(', ')} };`, resolveDir: inPackage() },
    outfile: `${folder}/${family}.js`,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
}
