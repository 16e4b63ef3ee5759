import { BinocleError } from '../../protocol/errors.js';
import { Gst, type Bin, type Element, type Pad, type Pipeline } from './gst.js';
import { baseTime, elementNamed, toNull } from './pipeline.js';

interface Link {
  tee: Element;
  teePad: Pad;
}

/**
 * A bin that hangs on tees of a running pipeline. It can be taken to another one while it runs: its own running time goes on then, so that clocks and
 * timestamps of what is in it do.
 */
export class Branch {
  #bin: Bin;
  /** In the order in which they are stopped. */
  readonly #children: Element[];
  readonly #entrances: readonly string[];
  #pipeline: Pipeline | null = null;
  #links: Link[] = [];
  #baseTime: number | null = null;

  /**
   * `entrances`: names of the elements in it whose `sink` is fed. `children`: all the elements that are known by name, in the order in which they have to stop: a
   * sink whose pad blocks goes before the queue that waits on it.
   */
  constructor(bin: Bin, entrances: readonly string[], children: readonly Element[]) {
    this.#bin = bin;
    this.#entrances = entrances;
    this.#children = [...children];
    for (const name of entrances) bin.addPad(Gst.GhostPad.new(name, elementNamed(bin, name).getStaticPad('sink')!));
  }

  /** Clock time of running time 0 in it, ns; see {@link baseTime}. Null until it hangs somewhere. */
  get baseTime(): number | null {
    return this.#baseTime;
  }

  /** It runs before data reaches it. `tees`: one for each entrance. Throws `bad-graph`. */
  hang(pipeline: Pipeline, tees: readonly Element[]): void {
    const theirs = baseTime(pipeline);
    this.#pipeline = pipeline;
    pipeline.add(this.#bin);
    if (this.#baseTime === null) {
      this.#baseTime = theirs;
      this.#bin.syncStateWithParent();
    } else {
      // A pipeline gives its own to what is added, not to what is in that.
      this.#bin.setBaseTime(this.#baseTime);
    }
    for (const [i, name] of this.#entrances.entries()) {
      const [tee, entrance] = [tees[i]!, this.#bin.getStaticPad(name)!];
      const teePad = tee.requestPadSimple('src_%u')!;
      teePad.setOffset(theirs - this.#baseTime);
      this.#links.push({ tee, teePad });
      if (teePad.link(entrance) !== Gst.PadLinkReturn.OK)
        throw new BinocleError('bad-graph', `"${name}" does not link to its tee`);
    }
  }

  /** Off the pipeline, which goes on or ends; it runs on, and gets nothing. */
  letGo(): void {
    if (this.#pipeline === null) return;
    for (const { tee, teePad } of this.#links) {
      const peer = teePad.getPeer();
      if (peer !== null) teePad.unlink(peer);
      tee.releaseRequestPad(teePad);
    }
    this.#links = [];
    this.#pipeline.remove(this.#bin);
    this.#pipeline = null;
    // What is removed loses its clock, which its threads go on reading.
    this.#bin.setClock(Gst.SystemClock.obtain());
  }

  /** The order matters: nothing may flow in, then the children stop, then each is taken out, so that no wrapper keeps its parent alive. */
  close(): void {
    this.letGo();
    for (const child of this.#children) toNull(child);
    toNull(this.#bin);
    for (const child of this.#children) this.#bin.remove(child);
    this.#children.length = 0;
    // What the closed object still holds would keep threads and sockets until the next collection but one.
    this.#bin = null as never;
  }
}
