import type { Blueprint } from './blueprint.js';
import type { Graph } from './graph.js';
import { capsInto } from './gst/pipeline.js';

/**
 * What an SDP says of encoded pictures with these caps: the codec and its profile (RFC 6184, section 8.1). Not the level: browsers answer with one of their own
 * whatever they are offered, and go by the parameter sets in the stream.
 */
export function saidOf(caps: string): string {
  const [codec = ''] = caps.split(',');
  const said = ['profile', 'stream-format'].map((name) => new RegExp(`\\b${name}=\\(string\\)([^,]+)`).exec(caps)?.[1]);
  return [codec, ...said].join();
}

/** Equal for two graphs whose pictures can go to the same viewer, which wishes for so many tracks: the same branch, the same header extensions, the same offer. */
export function offeredBy(graph: Graph, blueprint: Blueprint, wishedTracks: number): string {
  return JSON.stringify([
    blueprint.viewer(wishedTracks, 0),
    blueprint.extensions.map(({ factory, id }) => [factory, id]),
    // A track that shows nothing yet is offered as the others.
    [...new Set(graph.outputs.map(({ encoded }) => saidOf(capsInto(encoded))))],
  ]);
}
