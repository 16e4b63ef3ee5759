import type { Step } from '../pipeline/compare-plans.js';
import type { PropertyChange } from '../pipeline/live-properties.js';
import type { Graph } from './graph.js';
import { elementNamed, padNamed } from './gst/pipeline.js';
import { setAndReadBack } from './gst/property.js';

/** A step that the running graph takes without being built anew. */
export type SmallStep = Exclude<Step, { cost: 'graph' }>;

/** Sets what changes while it plays, each read back from its element. @throws BinocleError, with what was set already set back by `undo`. */
export function setLive(graph: Graph, changes: readonly PropertyChange[], undo: readonly PropertyChange[]): void {
  try {
    for (const change of changes) set(graph, change);
  } catch (error) {
    for (const change of undo) set(graph, change);
    throw error;
  }
}

/** A property of the element's, or of one of its pads: `sink_0::xpos`, as a launch line writes it. */
function set({ pipeline }: Graph, { element, property, value }: PropertyChange): void {
  const owner = elementNamed(pipeline, element);
  const [name = '', pad] = property.split('::').toReversed();
  setAndReadBack(pad === undefined ? owner : padNamed(owner, pad), name, value);
}
