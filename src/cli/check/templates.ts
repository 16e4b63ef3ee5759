import { readdirSync, readFileSync } from 'node:fs';
import { displayName, unreadable } from '../../config/source.js';
import { packagePath } from '../../paths.js';
import { loadTemplate, parseTemplate } from '../../pipeline/template.js';
import { templateKinds } from '../../pipeline/template-header.js';
import { BinocleError } from '../../protocol/errors.js';
import { refused, type Row } from './row.js';

/** The package's templates: one row for those that are well, one for each that is not. */
export function checkShippedTemplates(): Row[] {
  const failures: Row[] = [];
  let count = 0;
  for (const kind of templateKinds) {
    for (const file of readdirSync(packagePath('pipelines', kind)).filter((name) => name.endsWith('.gst'))) {
      count++;
      const path = packagePath('pipelines', kind, file);
      try {
        loadTemplate(path, kind);
      } catch (error) {
        failures.push(refused('template', displayName(path), error));
      }
    }
  }
  const name = displayName(packagePath('pipelines'));
  const well: Row = {
    subject: 'template',
    name,
    verdict: 'ok',
    detail: `${count - failures.length} templates are well formed`,
  };
  return [well, ...failures];
}

/** A template of the user's, by its path. */
export function checkTemplate(path: string): Row {
  const name = displayName(path);
  try {
    const { header } = parseTemplate(readFileSync(path, 'utf8'), name);
    return { subject: 'template', name, verdict: 'ok', detail: `${header.stage}: ${header.summary}` };
  } catch (error) {
    const known = error instanceof BinocleError ? error : new BinocleError('bad-config', unreadable(error));
    return refused('template', name, known);
  }
}
