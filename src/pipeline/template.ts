import { readFileSync } from 'node:fs';
import { basename, isAbsolute, resolve } from 'node:path';
import { load } from 'js-yaml';
import { packagePath } from '../paths.js';
import { BinocleError } from '../protocol/errors.js';
import { header as checkHeader } from '../validators/templates.js';
import { quoteValue, referenceToFiles } from './launch-syntax.js';
import type { TemplateHeader, TemplateKind } from './template-header.js';

/** A part of a graph: a launch fragment with named parameters. */
export interface Template {
  /** The name to choose it by: that of its file without `.gst`. */
  name: string;
  /** Absolute. */
  path: string;
  header: TemplateHeader;
  body: string;
}

export type Parameters = Record<string, string | number | undefined>;

const loaded = new Map<string, Template>();

/** A template of the package by its name, or a file of the user's (a path that ends in `.gst`). */
export function templatePath(nameOrPath: string, kind: TemplateKind): string {
  if (!isTemplatePath(nameOrPath)) return packagePath('pipelines', kind, `${nameOrPath}.gst`);
  return isAbsolute(nameOrPath) ? nameOrPath : resolve(nameOrPath);
}

export function isTemplatePath(nameOrPath: string): boolean {
  return nameOrPath.endsWith('.gst');
}

/**
 * Reads a template, once.
 * @throws BinocleError `bad-config` that names the file, when it does not exist or its header is wrong.
 */
export function loadTemplate(nameOrPath: string, kind: TemplateKind): Template {
  const path = templatePath(nameOrPath, kind);
  const known = loaded.get(path);
  if (known !== undefined && known.header.stage === kind) return known;
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    throw new BinocleError(
      'bad-config',
      `there is no ${kind} template ${JSON.stringify(nameOrPath)} (looked for ${path}).`,
      {
        cause: error,
      },
    );
  }
  const template = parseTemplate(content, path);
  if (template.header.stage !== kind)
    throw new BinocleError(
      'bad-config',
      `${path}: a template of stage ${template.header.stage}, where ${kind} is wanted.`,
    );
  loaded.set(path, template);
  return template;
}

export function parseTemplate(content: string, path: string): Template {
  const parts = /^---\n([\s\S]*?)^---\n([\s\S]*)$/m.exec(content);
  if (parts === null || !content.startsWith('---'))
    throw new BinocleError('bad-config', `${path}:1:1  a template starts with a header between two lines "---".`);
  const [, head = '', body = ''] = parts;
  let header: unknown;
  try {
    header = load(head);
  } catch (error) {
    throw new BinocleError('bad-config', `${path}: the header is not YAML: ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (!checkHeader(header)) {
    const faults = (checkHeader.errors ?? []).map(({ instancePath, message, params }) => {
      const unknown = 'additionalProperty' in params ? ` (${String(params['additionalProperty'])})` : '';
      return `${path}:1:1  header${instancePath.replaceAll('/', '.')}  ${message ?? 'is wrong'}${unknown}`;
    });
    throw new BinocleError('bad-config', faults.join('\n'));
  }
  if (body.trim() === '') throw new BinocleError('bad-config', `${path}: nothing follows the header.`);
  return { name: basename(path, '.gst'), path, header, body };
}

/** Names of the parameters in a template's body. */
export function parametersOf(template: Template): Set<string> {
  return new Set(namesIn(template.body));
}

function namesIn(body: string): string[] {
  return [...body.matchAll(/\$\{(?:file:)?(\w+(?:,\w+)*)\}/g)].flatMap(([, names = '']) => names.split(','));
}

/**
 * The launch fragment with its values: lines that start with `#` and lines that name a parameter without a value are left out. `${name}` as a word of its
 * own is launch text and goes in as it is; elsewhere it is a value and is quoted where that is needed; `${file:name}` is the content of the
 * file at that path, `${file:name,other}` that of several, one after the other.
 * @throws BinocleError `bad-config` for a parameter that the template names and nobody knows.
 */
export function fill(template: Template, parameters: Parameters): string {
  const lines = template.body.split('\n').flatMap((line) => {
    if (line.trim() === '' || line.trimStart().startsWith('#')) return [];
    const names = namesIn(line);
    const unknown = names.find((name) => !(name in parameters));
    if (unknown !== undefined)
      throw new BinocleError(
        'bad-config',
        `${template.path}: no parameter ${unknown}; known are ${Object.keys(parameters).join(', ')}.`,
      );
    if (names.some((name) => parameters[name] === undefined)) return [];
    return [filledLine(line, parameters)];
  });
  return lines.join('\n').trim();
}

function filledLine(line: string, parameters: Parameters): string {
  return line
    .trimEnd()
    .replaceAll(
      /(^|\s)\$\{(\w+)\}(?=\s|$)/g,
      (_, before: string, name: string) => `${before}${String(parameters[name])}`,
    )
    .replaceAll(/\$\{(file:)?(\w+(?:,\w+)*)\}/g, (_, file: string | undefined, names: string) =>
      file === undefined
        ? valueText(String(parameters[names]))
        : referenceToFiles(names.split(',').map((name) => String(parameters[name]))),
    );
}

/** A value may be a part of a word: an empty one leaves nothing. */
function valueText(value: string): string {
  return value === '' ? '' : quoteValue(value);
}
