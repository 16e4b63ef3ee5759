import { coloursOf } from '../pipeline/colours.js';
import { machineFrom, type Machine } from '../pipeline/machine.js';
import { planGraph } from '../pipeline/plan-graph.js';
import type { Plan } from '../pipeline/plan.js';
import { loadTemplates } from '../pipeline/templates.js';
import { forParser, graphText, launchCommand } from '../pipeline/text.js';
import { snapshotText, viewerText } from '../pipeline/viewer.js';
import type { Profile } from '../protocol/configuration.js';
import type { Blueprint } from './blueprint.js';
import type { Progress } from './find-files.js';
import { wantedExtensions } from './header-extensions.js';
import { loadNativePlugin } from './native-plugin.js';
import { probeAgain, probeMachine } from './probe.js';
import { isExclusive, startLimits } from './temper.js';

/** What is known before drawing: what another engine probed ({@link machineText}), or the graph that runs here. */
export interface Known {
  machine?: string | undefined;
  running?: Blueprint;
}

/**
 * From a profile to all the text of its graph on this machine; what is known is not probed again, unless the profile asks for something else there.
 * Sets the environment that the graph’s GL needs.
 * @throws BinocleError what probing and planning throw.
 */
export async function drawBlueprint(profile: Profile, progress: Progress, known: Known = {}): Promise<Blueprint> {
  const machine = await machineFor(profile, progress, known);
  const plan = planGraph(profile, machine, loadTemplates(profile));
  // Read by GStreamer when the first GL display is made, which is when the graph starts.
  Object.assign(process.env, plan.environment);
  return blueprint(profile, machine, plan);
}

function blueprint(profile: Profile, machine: Machine, plan: Plan): Blueprint {
  return {
    plan,
    profile,
    machine,
    exclusive: isExclusive(plan),
    limits: (within) => startLimits(plan, profile, within),
    // Written when they are asked for: a change that only moves a uniform needs neither.
    get text() {
      return forParser(graphText(plan));
    },
    get launch() {
      return launchCommand(plan);
    },
    viewer: (wishedTracks, timestampOffset) => viewerText(plan, wishedTracks, timestampOffset, machine),
    snapshot: (eye, format) => snapshotText(plan, eye, format, coloursOf(machine)),
    extensions: wantedExtensions(profile.rate.playout_delay, (element) => machine.elements.has(element)),
  };
}

async function machineFor(profile: Profile, progress: Progress, { machine, running }: Known): Promise<Machine> {
  if (running?.machine !== undefined && running.profile !== undefined)
    return probeAgain(running.machine, running.profile, profile, progress);
  if (machine !== undefined) {
    loadNativePlugin(progress);
    return machineFrom(machine);
  }
  progress('probing the machine');
  return probeMachine(profile, progress);
}
