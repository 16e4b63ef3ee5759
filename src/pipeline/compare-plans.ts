import { uniforms, uniformsText } from '../calibration/uniforms.js';
import type { Content, Eye } from '../protocol/ws.js';
import { livePropertyChanges, type PropertyChange } from './live-properties.js';
import type { Plan, Stage } from './plan.js';
import { rectifyBranch } from './rectify-branch.js';
import { fill, loadTemplate } from './template.js';
import { forParser } from './text.js';

/** What leads from a running graph to another plan, and what is to be done for it. */
export type Step =
  | {
      cost: 'none' | 'hot' | 'encoder';
      /** Properties that change while everything plays. */
      live: PropertyChange[];
      /** The branch at an eye's place, see {@link rectifyBranch}; null takes it out. */
      rectify: Map<Eye, string | null>;
      /** Encoder parts that are replaced, as the parser takes them. */
      encoders: Map<Content, string>;
    }
  | { cost: 'graph'; because: string };

type Compared = Pick<Plan, 'stages' | 'mtu'>;

/**
 * The cheapest step between two plans, stage by stage, for a graph that was `built` with these stages and took other plans since. Pure but for reading
 * templates.
 */
export function stepBetween(before: Compared, after: Compared, built: readonly Stage[] = before.stages): Step {
  if (before.mtu !== after.mtu) return graph('another largest packet');
  const [from, to, whole] = [before.stages, after.stages, built].map(partsOf) as [Parts, Parts, Parts];
  if (from.rest.length !== to.rest.length) return graph('other stages');
  const live: PropertyChange[] = [];
  const encoders = new Map<Content, string>();
  for (const [index, old] of from.rest.entries()) {
    const now = to.rest[index]!;
    const changes = livePropertyChanges(old, now);
    if (changes !== null) live.push(...changes);
    else if (old.kind === 'encode' && now.kind === 'encode')
      encoders.set(now.parameters['content'] as Content, forParser(textOf(now)));
    else return graph(`${now.kind} ${now.template} instead of ${old.kind} ${old.template}`);
  }
  const rectify = new Map<Eye, string | null>();
  for (const [eye, road] of to.roads) {
    const old = from.roads.get(eye) ?? [];
    const sameEnd = endOf(from.sources.get(eye), old) === endOf(to.sources.get(eye), road);
    const standing = whole.roads.get(eye) ?? [];
    const changes = roadChanges(old, road) ?? (sameEnd ? shaderChanges(standing, road, eye) : null);
    if (changes !== null) live.push(...changes);
    else if (sameEnd && hasPlace(standing)) rectify.set(eye, rectifyBranch(after, eye));
    else return graph(`another road for the ${eye} eye`);
  }
  const hot = live.length > 0 || rectify.size > 0;
  return { cost: encoders.size > 0 ? 'encoder' : hot ? 'hot' : 'none', live, rectify, encoders };
}

interface Parts {
  /** What stands between camera and layout or encoder, by eye. */
  roads: Map<Eye, Stage[]>;
  sources: Map<Eye, Stage>;
  rest: Stage[];
}

function partsOf(stages: readonly Stage[]): Parts {
  const parts: Parts = { roads: new Map(), sources: new Map(), rest: [] };
  let road: Stage[] | null = null;
  for (const stage of stages) {
    if (road !== null && (stage.kind === 'transfer' || stage.kind === 'rectify' || isQueue(stage))) {
      road.push(stage);
      continue;
    }
    parts.rest.push(stage);
    road = null;
    if (stage.kind === 'source') parts.sources.set(stage.parameters['eye'] as Eye, stage);
    if (stage.kind === 'capture') parts.roads.set(stage.parameters['eye'] as Eye, (road = []));
  }
  return parts;
}

/** It comes and goes with what follows it. */
function isQueue({ kind, template }: Stage): boolean {
  return kind === 'capture' && template === 'queue';
}

/** What changes live on the same road; null where it is another one. */
function roadChanges(before: readonly Stage[], after: readonly Stage[]): PropertyChange[] | null {
  if (before.length !== after.length) return null;
  const changes = before.map((stage, index) => livePropertyChanges(stage, after[index]!));
  return changes.includes(null) ? null : changes.flatMap((change) => change ?? []);
}

/** A shader that the graph was built with stays in it and does nothing, where a plan does without; and may do something again. */
function shaderChanges(built: readonly Stage[], after: readonly Stage[], eye: Eye): PropertyChange[] | null {
  const shader = shaderOf(built);
  if (shader === undefined) return null;
  const wanted = shaderOf(after);
  // The fisheye's own shader bends whatever its uniforms are; lensremap has the lens among them.
  if (wanted === undefined && String(shader.parameters['lens']).endsWith('fisheye.glsl')) return null;
  if (wanted !== undefined && livePropertyChanges(shader, wanted) === null) return null;
  const value = wanted === undefined ? nothing(shader) : String(wanted.parameters['uniforms']);
  return [{ element: `${eye}_rectify`, property: 'uniforms', value }];
}

/** Every pixel stays where it is, in pictures of the shader's size. */
function nothing({ parameters }: Stage): string {
  const size = { width: Number(parameters['width']), height: Number(parameters['height']) };
  return uniformsText(
    'rectify',
    uniforms({
      ray: [1, 0, 0, 0, 1, 0, 0, 0, 1],
      lens: { model: 'none' },
      camera: { fx: 1, fy: 1, cx: 0, cy: 0 },
      source: size,
      output: size,
    }),
  );
}

function shaderOf(road: readonly Stage[]): Stage | undefined {
  return road.find(({ kind, parameters }) => kind === 'rectify' && parameters['uniforms'] !== undefined);
}

function hasPlace(road: readonly Stage[]): boolean {
  return road.some(({ kind, template }) => kind === 'rectify' && template === 'place');
}

/** Format and size of the pictures at the end of a road: what no stage of it says they have from the source. */
function endOf(source: Stage | undefined, road: readonly Stage[]): string {
  return ['format', 'width', 'height']
    .map((name) => [source, ...road].findLast((stage) => stage?.parameters[name] !== undefined)?.parameters[name])
    .join();
}

function graph(because: string): Step {
  return { cost: 'graph', because };
}

function textOf({ kind, template, parameters }: Stage): string {
  return fill(loadTemplate(template, kind), parameters);
}
