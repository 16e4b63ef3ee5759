import type { Content } from '../protocol/ws.js';
import { livePropertyChanges, type PropertyChange } from './live-properties.js';
import type { Plan, Stage } from './plan.js';
import { fill, loadTemplate } from './template.js';
import { forParser } from './text.js';

/** What leads from a running graph to another plan, and what is to be done for it. */
export type Step =
  | {
      cost: 'none' | 'hot' | 'encoder';
      /** Properties that change while everything plays. */
      live: PropertyChange[];
      /** Encoder parts that are replaced, as the parser takes them. */
      encoders: Map<Content, string>;
    }
  | { cost: 'graph'; because: string };

type Compared = Pick<Plan, 'stages' | 'mtu'>;

/** The cheapest step between two graphs, stage by stage. Pure but for reading templates. */
export function stepBetween(before: Compared, after: Compared): Step {
  if (before.mtu !== after.mtu) return graph('another largest packet');
  if (before.stages.length !== after.stages.length) return graph('other stages');
  const live: PropertyChange[] = [];
  const encoders = new Map<Content, string>();
  for (const [index, from] of before.stages.entries()) {
    const to = after.stages[index]!;
    const changes = livePropertyChanges(from, to);
    if (changes !== null) live.push(...changes);
    else if (from.kind === 'encode' && to.kind === 'encode')
      encoders.set(to.parameters['content'] as Content, forParser(textOf(to)));
    else return graph(`${to.kind} ${to.template} instead of ${from.kind} ${from.template}`);
  }
  return { cost: encoders.size > 0 ? 'encoder' : live.length > 0 ? 'hot' : 'none', live, encoders };
}

function graph(because: string): Step {
  return { cost: 'graph', because };
}

function textOf({ kind, template, parameters }: Stage): string {
  return fill(loadTemplate(template, kind), parameters);
}
