import { BinocleError } from '../protocol/errors.js';
import { drain } from './gst/bus.js';
import type { Element, Pipeline } from './gst/gst.js';
import { parse } from './gst/parse.js';
import { elementNamed, play, toNull } from './gst/pipeline.js';
import { field, structureProperty } from './gst/property.js';

/** A part of a graph alone, on test pictures of the caps that it will get, as fast as they go: what it refuses is refused here, with nothing touched. */
export class Trial {
  /** What comes out of it arrives here. */
  readonly sink: Element;
  readonly #pipeline: Pipeline;
  #closed = false;

  /** `ends`: the caps that it has to give. Throws `missing-software` or `bad-graph`. */
  constructor(caps: string, text: string, ends?: string) {
    this.#pipeline = parse(
      `videotestsrc num-buffers=8 ! ${filterFor(caps)} ! ${text} ${ends === undefined ? '' : `! ${filterFor(ends)}`} ! fakesink name=trial_sink sync=false async=false`,
    );
    this.sink = elementNamed(this.#pipeline, 'trial_sink');
    play(this.#pipeline);
  }

  /** What it refuses with, in GStreamer's words, as a sentence that begins with `subject`. */
  fault(subject: string, path: string): BinocleError | null {
    const error = drain(this.#pipeline).find(({ kind }) => kind === 'error');
    if (error === undefined) return null;
    const message = `${subject} does not take this: ${error.text} [element:${error.path.at(-1) ?? ''}]`;
    return new BinocleError('bad-graph', message, { path });
  }

  works(): boolean {
    return field(structureProperty(this.sink, 'stats'), 'rendered') > 0;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    toNull(this.#pipeline);
  }
}

function filterFor(caps: string): string {
  return `capsfilter caps="${caps.replaceAll('"', '\\"')}"`;
}
