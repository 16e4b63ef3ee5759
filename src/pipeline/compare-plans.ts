import type { Eye } from '../protocol/ws.js';
import type { Plan, Stage } from './plan.js';

/** What leads from a running graph to another plan, from cheap to dear; each holds what is to be done. */
export type Step =
  { cost: 'none' | 'hot'; uniforms: { eye: Eye; text: string }[] } | { cost: 'graph'; because: string };

/** The cheapest step between two graphs, stage by stage. Pure. */
export function stepBetween(before: Pick<Plan, 'stages' | 'mtu'>, after: Pick<Plan, 'stages' | 'mtu'>): Step {
  const graph = (because: string): Step => ({ cost: 'graph', because });
  if (before.mtu !== after.mtu) return graph('another largest packet');
  if (before.stages.length !== after.stages.length) return graph('other stages');
  const uniforms: { eye: Eye; text: string }[] = [];
  for (const [index, from] of before.stages.entries()) {
    const to = after.stages[index]!;
    const differing = from.kind === to.kind && from.template === to.template ? parametersThatDiffer(from, to) : null;
    if (differing === null) return graph(`${to.kind} ${to.template} instead of ${from.kind} ${from.template}`);
    if (differing.length === 0) continue;
    if (from.kind === 'rectify' && differing.join() === 'uniforms')
      uniforms.push({ eye: to.parameters['eye'] as Eye, text: String(to.parameters['uniforms']) });
    else return graph(`${to.kind} ${to.template} with another ${differing.join(', ')}`);
  }
  return { cost: uniforms.length === 0 ? 'none' : 'hot', uniforms };
}

function parametersThatDiffer({ parameters: before }: Stage, { parameters: after }: Stage): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => before[name] !== after[name]);
}
