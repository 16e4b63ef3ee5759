import { planGraph } from '../pipeline/plan-graph.js';
import type { Plan } from '../pipeline/plan.js';
import { loadTemplates } from '../pipeline/templates.js';
import type { Machine } from '../pipeline/machine.js';
import type { Profile } from '../protocol/configuration.js';
import type { Progress } from './find-files.js';
import { probeMachine } from './probe.js';

/**
 * The plan of a profile on this machine: what the engine runs and what `binocle graph` and `binocle plan` tell.
 * @throws BinocleError as {@link probeMachine} and {@link planGraph}.
 */
export async function planHere(profile: Profile, progress?: Progress): Promise<{ plan: Plan; machine: Machine }> {
  const machine = await probeMachine(profile, progress);
  return { plan: planGraph(profile, machine, loadTemplates(profile)), machine };
}
