import { BinocleError } from '../protocol/errors.js';
import type { Content, Eye } from '../protocol/ws.js';
import { silentCamera, type CameraElements } from './faults.js';
import type { Element, Pipeline } from './gst/gst.js';
import { parse } from './gst/parse.js';
import {
  baseTime,
  capsInto,
  dot,
  elementNamed,
  originOf,
  play,
  sawEndOfStream,
  toNull,
  upstreamNames,
} from './gst/pipeline.js';
import type { DetourBranch } from './gst/detour.js';
import { field, structureProperty } from './gst/property.js';

/** What the names in a graph’s text stand for. */
export interface Parts {
  eyes: readonly Eye[];
  contents: readonly Content[];
}

/** One encoded picture and the places where others hang on to it. */
export interface EncodedOutput {
  content: Content;
  /** Tee of the picture that goes to the encoder. */
  raw: Element;
  encoder: Element;
  /** Tee of encoded frames. */
  encoded: Element;
  /** identity before the fakesink: its `stats` count frames and bytes. A sink’s begin anew with every segment, which another encoder brings. */
  counter: Element;
}

/** Owns the pipeline: parsed once, played once, closed once. Its elements are found by the names that the templates agree on. */
export class Graph {
  readonly pipeline: Pipeline;
  readonly outputs: readonly EncodedOutput[];
  readonly captured: ReadonlyMap<Eye, Element>;
  /** Elements of each camera, for saying who failed. */
  readonly cameras: CameraElements;
  /** What hangs at a `${eye}_detour`. */
  readonly branches = new Map<Eye, DetourBranch>();
  #closed = false;

  /** Throws `missing-software` or `bad-graph`; nothing runs yet. */
  constructor(text: string, parts: Parts) {
    this.pipeline = parse(text);
    const named = (name: string) => elementNamed(this.pipeline, name);
    this.captured = new Map(parts.eyes.map((eye) => [eye, named(`${eye}_captured`)]));
    this.outputs = parts.contents.map((content) => ({
      content,
      raw: named(`${content}_raw`),
      encoder: named(`${content}_encoder`),
      encoded: named(`${content}_encoded`),
      counter: named(`${content}_counted`),
    }));
    this.cameras = new Map(
      [...this.captured].flatMap(([eye, counter]) => upstreamNames(counter).map((name) => [name, eye] as const)),
    );
  }

  play(): void {
    // A refusal says more on the bus than here: whoever polls the bus reports it.
    play(this.pipeline);
  }

  /** The element that is an eye's camera. Throws `not-found` where a template of the user's names it otherwise. */
  camera(eye: Eye): Element {
    return elementNamed(this.pipeline, `${eye}_source`);
  }

  /** Frames that left each camera. */
  capturedFrames(eye: Eye): number {
    return field(structureProperty(this.captured.get(eye)!, 'stats'), 'num-buffers');
  }

  encodedFrames(output: EncodedOutput): number {
    return field(structureProperty(output.counter, 'stats'), 'num-buffers');
  }

  encoded({ counter }: EncodedOutput): { encodedFrames: number; encodedBytes: number } {
    const counted = structureProperty(counter, 'stats');
    return { encodedFrames: field(counted, 'num-buffers'), encodedBytes: field(counted, 'num-bytes') };
  }

  /** The camera that has ended, if one has. */
  ended(): BinocleError | null {
    for (const [eye, counter] of this.captured) {
      if (sawEndOfStream(counter)) return silentCamera(eye, 'has ended: its source says that no more frames come');
    }
    return null;
  }

  /** An encoder part that no viewer could be offered, though it makes frames. */
  unusable(): BinocleError | null {
    return this.outputs.map(({ encoded }) => byteStream(encoded)).find((fault) => fault !== null) ?? null;
  }

  /** Where a rectification may be put in while it runs. Throws `not-found` where the graph was built with one, or the plugin is not compiled. */
  detour(eye: Eye): Element {
    const detour = this.pipeline.getByName(`${eye}_detour`);
    if (detour === null)
      throw new BinocleError(
        'not-found',
        `this graph has no place where a rectification of the ${eye} eye could be put in`,
      );
    return detour;
  }

  output(content: Content): EncodedOutput {
    const output = this.outputs.find((candidate) => candidate.content === content);
    if (output === undefined) throw new BinocleError('not-found', `this graph does not encode "${content}"`);
    return output;
  }

  /** CLOCK_MONOTONIC of running time 0, ns. */
  get baseTime(): number {
    return baseTime(this.pipeline);
  }

  /** CLOCK_MONOTONIC of PTS 0 in an encoded picture, ns. */
  origin({ encoded }: EncodedOutput): number {
    return originOf(encoded, this.pipeline) ?? this.baseTime;
  }

  dot(): string {
    return dot(this.pipeline);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Every branch must be off already. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // GStreamer orders a change of state by the links: with a branch these go round in a circle.
    for (const branch of this.branches.values()) branch.close();
    this.branches.clear();
    toNull(this.pipeline);
  }
}

/** H.264 in a form whose parameter sets are not in the caps, where it arrives at an element. */
export function byteStream(element: Element): BinocleError | null {
  if (!/^video\/x-h264.*stream-format=\(string\)byte-stream/.test(capsInto(element))) return null;
  return new BinocleError(
    'bad-graph',
    `"${element.getName() ?? ''}" is given H.264 as byte-stream: end the encoder's part in \`h264parse ! video/x-h264,stream-format=avc,alignment=au\`, which has the parameter sets that every viewer is told`,
    { path: 'profile.encode.encoder' },
  );
}
