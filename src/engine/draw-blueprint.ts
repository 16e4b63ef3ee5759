import { planGraph } from '../pipeline/plan-graph.js';
import { loadTemplates } from '../pipeline/templates.js';
import { forParser, graphText, launchCommand } from '../pipeline/text.js';
import { snapshotText, viewerText } from '../pipeline/viewer.js';
import type { Profile } from '../protocol/configuration.js';
import type { Blueprint } from './blueprint.js';
import { wantedExtensions } from './header-extensions.js';
import { probeMachine } from './probe.js';

/** From a profile to all the text of its graph on this machine. Throws what probing and planning throw. Sets the environment that the graph’s GL needs. */
export async function drawBlueprint(profile: Profile, progress: (message: string) => void): Promise<Blueprint> {
  progress('probing the machine');
  const machine = await probeMachine(profile, progress);
  const plan = planGraph(profile, machine, loadTemplates(profile));
  // Read by GStreamer when the first GL display is made, which is when the graph starts.
  Object.assign(process.env, plan.environment);
  return {
    plan,
    text: forParser(graphText(plan)),
    launch: launchCommand(plan),
    viewer: (timestampOffset) => viewerText(plan, timestampOffset),
    snapshot: (eye, format) => snapshotText(plan, eye, format),
    extensions: wantedExtensions(profile.rate.playout_delay, (element) => machine.elements.has(element)),
  };
}
