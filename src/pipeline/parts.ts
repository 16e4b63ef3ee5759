import { packagePath } from '../paths.js';
import { coloursOf } from './colours.js';
import type { Machine } from './machine.js';
import type { Stage } from './plan.js';
import { requireTemplate } from './requirements.js';
import { type Parameters, parametersOf, type Template } from './template.js';
import type { TemplateKind } from './template-header.js';
import type { Templates } from './templates.js';

/** The stages of a graph as they are put together, each checked against the machine. */
export class Parts {
  readonly stages: Stage[] = [];
  readonly templates: Template[] = [];
  readonly #machine: Machine;
  readonly #templates: Templates;

  constructor(machine: Machine, templates: Templates) {
    this.#machine = machine;
    this.#templates = templates;
  }

  add(kind: TemplateKind, name: string, parameters: Parameters): void {
    this.addTemplate(kind, this.#templates.named(kind, name), parameters);
  }

  addTemplate(kind: TemplateKind, template: Template, parameters: Parameters): Stage {
    requireTemplate(template, this.#machine);
    const shipped = template.path === packagePath('pipelines', kind, `${template.name}.gst`);
    const more = parametersOf(template).has('colours') ? { colours: coloursOf(this.#machine) } : {};
    const stage: Stage = {
      kind,
      template: shipped ? template.name : template.path,
      parameters: { ...parameters, ...more },
    };
    this.stages.push(stage);
    this.templates.push(template);
    return stage;
  }
}
