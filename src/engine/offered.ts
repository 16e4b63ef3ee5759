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

/** Equal for two graphs whose pictures can go to the same viewers: the same branch, the same header extensions, the same offer. */
export function offeredBy(graph: Graph, blueprint: Blueprint): string {
  return JSON.stringify([
    blueprint.viewer(0),
    blueprint.extensions.map(({ factory, id }) => [factory, id]),
    graph.outputs.map(({ content, encoded }) => [content, saidOf(capsInto(encoded))]),
  ]);
}
