import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { packagePath } from '../paths.js';
import type { Profile } from '../protocol/configuration.js';
import { templateKinds, type TemplateKind } from './template-header.js';
import { isTemplatePath, loadTemplate, type Template } from './template.js';

/** The templates that a plan may choose from: those of `pipelines/`, and the user's by their paths. */
export interface Templates {
  of(kind: TemplateKind): readonly Template[];
  /** @throws BinocleError `bad-config` where there is none of that name. */
  named(kind: TemplateKind, nameOrPath: string): Template;
}

/** Reads `pipelines/`, and the templates of the user's that a profile names. */
export function loadTemplates(profile?: Pick<Profile, 'cameras' | 'encode'>): Templates {
  const byKind = new Map<TemplateKind, Template[]>(templateKinds.map((kind) => [kind, shipped(kind)]));
  const ofTheUser = [
    ['source', profile?.cameras.left.source],
    ['source', profile?.cameras.right.source],
    ['encode', profile?.encode.encoder],
  ] as const;
  for (const [kind, name] of ofTheUser)
    if (name !== undefined && isTemplatePath(name)) byKind.get(kind)!.push(loadTemplate(name, kind));
  return { of: (kind) => byKind.get(kind) ?? [], named: (kind, nameOrPath) => loadTemplate(nameOrPath, kind) };
}

function shipped(kind: TemplateKind): Template[] {
  return readdirSync(packagePath('pipelines', kind))
    .filter((file) => file.endsWith('.gst'))
    .toSorted()
    .map((file) => loadTemplate(basename(file, '.gst'), kind));
}

/** Every element that any of the templates needs. */
export function elementsNeeded(templates: Templates): Set<string> {
  return new Set(templateKinds.flatMap((kind) => templates.of(kind)).flatMap(({ header }) => header.needs));
}
