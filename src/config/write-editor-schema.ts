/** `node dist/src/config/write-editor-schema.js` after a change of the schema; a test tells when it was forgotten. */
import { writeFile } from 'node:fs/promises';
import { packagePath } from '../paths.js';
import { editorSchemaText } from './editor-schema.js';

await writeFile(packagePath('config', 'camera_profiles.schema.json'), editorSchemaText());
