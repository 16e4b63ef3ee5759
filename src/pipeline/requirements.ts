import { BinocleError } from '../protocol/errors.js';
import { howToInstall } from './debian-packages.js';
import type { Machine } from './machine.js';
import type { Template } from './template.js';

/** Elements that a template needs and this machine has not. */
export function lacking(template: Template, machine: Machine): string[] {
  return template.header.needs.filter((element) => !machine.elements.has(element));
}

/** Why a template cannot be used here, as half a sentence, or null if it can. */
export function whyNot(template: Template, machine: Machine): string | null {
  const missing = lacking(template, machine);
  if (missing.length === 0) return null;
  const known = (template.header.absent ?? []).find(
    ({ model }) => model === undefined || new RegExp(model).test(machine.model ?? ''),
  );
  if (known?.model !== undefined) return known.because;
  const what = `GStreamer has no ${missing.join(', ')} here`;
  return known === undefined ? what : `${what}: ${known.because}`;
}

/** @throws BinocleError `missing-software` that names the element and the package to install. */
export function requireTemplate(template: Template, machine: Machine, path?: string): void {
  const missing = lacking(template, machine);
  if (missing.length === 0) return;
  throw new BinocleError(
    'missing-software',
    `${template.name} cannot be used: ${whyNot(template, machine)!}. To install it: ${howToInstall(missing)}.`,
    path === undefined ? {} : { path },
  );
}
