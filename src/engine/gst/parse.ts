import { chains, quoteValue } from '../../pipeline/launch-syntax.js';
import { BinocleError } from '../../protocol/errors.js';
import { madeOf } from './gl-display.js';
import { elementExists, Gst, missing, type Bin, type Pipeline } from './gst.js';

/**
 * A pipeline from gst-launch text, in state NULL. Throws `missing-software` with the names of elements that do not exist, and `bad-graph` for everything
 * else that GStreamer’s parser refuses.
 */
export function parse(text: string): Pipeline {
  const pipeline = pipelineOf(text);
  madeOf(pipeline, text);
  return pipeline;
}

function pipelineOf(text: string): Pipeline {
  const parsed = parseWith((context) => Gst.parseLaunchFull(text, context, Gst.ParseFlags.FATAL_ERRORS));
  if (parsed instanceof Gst.Pipeline) return parsed;
  // The text of a single element gives that element.
  const pipeline = new Gst.Pipeline();
  pipeline.add(parsed);
  return pipeline;
}

/** The same as a bin without ghost pads, to be added to a running pipeline. */
export function parseBin(text: string): Bin {
  return parseWith((context) =>
    Gst.parseBinFromDescriptionFull(text, false, context, Gst.ParseFlags.FATAL_ERRORS),
  ) as Bin;
}

/** A chain as a bin with pads `sink` and `src` at its ends. Throws as {@link parse}, and `bad-graph` where it has no such ends. */
export function parsePart(text: string): Bin {
  const bin = parseWith((context) =>
    Gst.parseBinFromDescriptionFull(endedByElement(text), true, context, Gst.ParseFlags.FATAL_ERRORS),
  ) as Bin;
  if (bin.getStaticPad('sink') === null || bin.getStaticPad('src') === null)
    throw new BinocleError('bad-graph', 'this part of a graph does not begin and end with one open link each');
  madeOf(bin, text);
  return bin;
}

/** The parser takes caps between two elements only. */
function endedByElement(text: string): string {
  const last = chains(text).flat().at(-1);
  if (last?.kind !== 'caps') return text;
  return `${text.slice(0, text.lastIndexOf('!'))}! capsfilter caps=${quoteValue(last.element)}`;
}

function parseWith<T>(attempt: (context: InstanceType<typeof Gst.ParseContext>) => T): T {
  const context = Gst.ParseContext.new();
  try {
    return attempt(context);
  } catch (error) {
    // The parser also calls an element missing that refused one of its properties.
    const absent = (context.getMissingElements() ?? []).filter((name) => !elementExists(name));
    if (absent.length > 0) throw missing(absent);
    const message = error instanceof Error ? error.message : String(error);
    throw new BinocleError('bad-graph', `GStreamer does not take this graph: ${message}`, { cause: error });
  }
}
