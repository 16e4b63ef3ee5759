import { BinocleError } from '../protocol/errors.js';
import type { Content } from '../protocol/ws.js';
import { byteStream, type EncodedOutput, type Graph } from './graph.js';
import type { Bin, Element } from './gst/gst.js';
import { parsePart } from './gst/parse.js';
import { elementsBetween, plug, putIn, takeOut, unplug } from './gst/part.js';
import { capsInto, elementNamed, factoryName, syncState, toNull } from './gst/pipeline.js';
import { saidOf } from './offered.js';
import type { Polled } from './pump.js';
import { Trial } from './trial.js';

/** From a start to the first frame, ms: software encoders take some ten, those of drivers some hundred. */
const limitMs = 1_500;

/**
 * Other encoders in a running graph, while its cameras go on. Each is tried first in a pipeline of its own, on pictures of the very format: whatever it
 * refuses is refused there, with nothing touched. Then the parts between the `_encoder_queue`s and the `_encoded` tees are exchanged. Viewers see the new
 * picture on the same connection, from its first keyframe on, where what they were offered is true of it too; else they have to be removed before, and added
 * after it.
 */
export class EncoderChange implements Polled {
  /** Resolves at the first frame of every new encoder. Rejects with the reason, and the old ones encode on. */
  readonly done: Promise<void>;
  readonly #graph: Graph;
  readonly #swaps: readonly Swap[];
  readonly #trials: readonly Trial[];
  readonly #exchanging: (asOffered: boolean) => void;
  #settle!: { resolve(): void; reject(error: BinocleError): void };
  #since = performance.now();
  #phase: 'trying' | 'exchanged' | 'over' = 'trying';

  /**
   * `texts`: of each output's encoder part, from the encoder to the encoded caps. `exchanging` is called right before the old parts go, with whether the
   * new ones give what was offered.
   * Throws `missing-software` or `bad-graph`, with nothing touched.
   */
  constructor(
    graph: Graph,
    texts: ReadonlyMap<Content, string>,
    exchanging: (asOffered: boolean) => void = () => undefined,
  ) {
    this.#graph = graph;
    this.#exchanging = exchanging;
    const parts = [...texts].map(([content, text]) => ({ output: graph.output(content), text }));
    this.#swaps = parts.map(({ output, text }) => new Swap(graph, output, text));
    this.#trials = parts.map(({ output, text }) => new Trial(capsInto(output.raw), text));
    this.done = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }

  hurried(): boolean {
    return this.#phase !== 'over';
  }

  tick(now: number): void {
    try {
      if (this.#phase === 'trying') this.#try(now);
      else if (this.#phase === 'exchanged') this.#follow(now);
    } catch (error) {
      this.#fail(BinocleError.from(error));
    }
  }

  /** The graph ends meanwhile. */
  close(): void {
    this.#fail(new BinocleError('engine-failed', 'the graph ended while its encoder was being changed'));
  }

  #try(now: number): void {
    const fault = this.#trials.map((trial) => faultOf(trial)).find((each) => each !== null);
    if (fault !== undefined) this.#fail(fault);
    else if (this.#trials.every((trial) => trial.works())) {
      const asOffered = this.#swaps.every((swap, i) => swap.givesTheSame(capsInto(this.#trials[i]!.sink)));
      for (const trial of this.#trials) trial.close();
      this.#exchanging(asOffered);
      this.#phase = 'exchanged';
      for (const swap of this.#swaps) swap.exchange();
      this.#since = now;
    } else if (now - this.#since > limitMs) this.#fail(silent());
  }

  #follow(now: number): void {
    if (this.#swaps.every((swap) => swap.encodes())) {
      this.#phase = 'over';
      this.#settle.resolve();
    } else if (now - this.#since > limitMs) this.#fail(silent());
  }

  #fail(error: BinocleError): void {
    if (this.#phase === 'over') return;
    const exchanged = this.#phase === 'exchanged';
    this.#phase = 'over';
    for (const trial of this.#trials) trial.close();
    if (exchanged && !this.#graph.closed) for (const swap of this.#swaps) swap.takeBack();
    this.#settle.reject(error);
  }
}

/** One output's encoder part and the one that takes its place. */
class Swap {
  readonly #graph: Graph;
  readonly #output: EncodedOutput;
  readonly #part: Bin;
  readonly #queue: Element;
  readonly #old: Element[];
  readonly #oldEncoder: Element;
  #framesBefore = 0;

  constructor(graph: Graph, output: EncodedOutput, text: string) {
    this.#graph = graph;
    this.#output = output;
    this.#part = parsePart(text);
    this.#queue = elementNamed(graph.pipeline, `${output.content}_encoder_queue`);
    this.#old = elementsBetween(this.#queue, output.encoded);
    this.#oldEncoder = output.encoder;
  }

  /** Whether viewers were offered what has these caps, by an element that counts time as the one before does. */
  givesTheSame(caps: string): boolean {
    const next = elementNamed(this.#part, `${this.#output.content}_encoder`);
    if (factoryName(next) !== factoryName(this.#oldEncoder)) return false;
    return saidOf(caps) === saidOf(capsInto(this.#output.encoded));
  }

  exchange(): void {
    this.#place(this.#old, [this.#part]);
    this.#output.encoder = elementNamed(this.#part, `${this.#output.content}_encoder`);
  }

  takeBack(): void {
    this.#place([this.#part], this.#old);
    this.#output.encoder = this.#oldEncoder;
  }

  encodes(): boolean {
    return this.#graph.encodedFrames(this.#output) > this.#framesBefore;
  }

  #place(out: readonly Element[], into: readonly Element[]): void {
    const { pipeline } = this.#graph;
    const { raw, encoded } = this.#output;
    unplug(raw, this.#queue);
    // The queue's thread waits in what follows it: that stops first.
    takeOut(pipeline, out);
    toNull(this.#queue);
    this.#framesBefore = this.#graph.encodedFrames(this.#output);
    putIn(pipeline, this.#queue, into, encoded);
    syncState(this.#queue);
    plug(raw, this.#queue);
  }
}

function faultOf(trial: Trial): BinocleError | null {
  return trial.fault('the encoder', 'profile.encode') ?? (trial.works() ? byteStream(trial.sink) : null);
}

function silent(): BinocleError {
  return new BinocleError('engine-failed', `the encoder gave no frame within ${limitMs / 1000} s`, {
    path: 'profile.encode',
  });
}
