import type { Eye } from '../protocol/ws.js';
import type { Plan, Stage } from './plan.js';
import { forParser } from './text.js';
import { fill, loadTemplate } from './template.js';

/**
 * The rectification of one eye in a plan as a branch for its `${eye}_detour` in a running graph: from raw frames of the encoder's format and the eye's size to the
 * same, with the files' content in it. Null where the plan has none. A source that draws with GL itself has its pictures uploaded for it, as a camera's are.
 */
export function rectifyBranch(plan: Pick<Plan, 'stages'>, eye: Eye): string | null {
  const from = plan.stages.findIndex(({ kind, parameters }) => kind === 'capture' && parameters['eye'] === eye) + 1;
  const to = plan.stages.findIndex(({ kind }, index) => index >= from && (kind === 'layout' || kind === 'tap'));
  // A branch has a queue of its own.
  const road = plan.stages.slice(from, to).filter(({ template }) => template !== 'queue');
  if (!road.some(rectifies)) return null;
  const stages = rectifies(road[0]!) && road[0]!.template === 'shader' ? [uploadFor(road), ...road] : road;
  return forParser(stages.map((stage) => fill(loadTemplate(stage.template, stage.kind), stage.parameters)).join(' ! '));
}

function rectifies({ kind, template }: Stage): boolean {
  return kind === 'rectify' && template !== 'place';
}

/** The upload that belongs to the road's download. */
function uploadFor(road: readonly Stage[]): Stage {
  const download = road.find(({ template }) => template.startsWith('download-'))!;
  return {
    kind: 'transfer',
    template: download.template.replace('download', 'upload'),
    parameters: download.parameters,
  };
}
