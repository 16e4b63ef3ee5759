import { BinocleError } from '../../protocol/errors.js';
import { shareGlDisplay } from './gl-display.js';
import { Gst, type Bin, type Element, type Pad, type Pipeline } from './gst.js';

/** The element of this name. Throws `bad-graph` where the text has none. */
export function elementNamed(bin: Bin, name: string): Element {
  const element = bin.getByName(name);
  if (element === null) throw new BinocleError('bad-graph', `the graph has no element named "${name}"`);
  return element;
}

export function factoryName(element: Element): string {
  return element.getFactory()?.getName() ?? '';
}

/** Asks for PLAYING and returns at once; whether it gets there is seen by the frames and the bus. False: refused at once. */
export function play(pipeline: Pipeline): boolean {
  shareGlDisplay(pipeline);
  return pipeline.setState(Gst.State.PLAYING) !== Gst.StateChangeReturn.FAILURE;
}

/** To NULL: every thread of it has ended when this returns. */
export function toNull(element: Element): void {
  element.setState(Gst.State.NULL);
}

/** To the state of the pipeline that it is in. */
export function syncState(element: Element): void {
  element.syncStateWithParent();
}

/** What an element’s `latency` message asks the application to do. */
export function recalculateLatency(pipeline: Pipeline): void {
  pipeline.recalculateLatency();
}

/** Clock time at which the pipeline’s running time was 0: nanoseconds of CLOCK_MONOTONIC (GstSystemClock), exact to a µs. */
export function baseTime(pipeline: Pipeline): number {
  return Number(pipeline.getBaseTime());
}

/**
 * Clock time of PTS 0 on an element's `sink` pad, on the clock of {@link baseTime}: base time, less where the segment begins (encoders that look back begin
 * it at 1000 hours). Null before the first frame.
 */
export function originOf(element: Element, pipeline: Pipeline): number | null {
  const event = element.getStaticPad('sink')?.getStickyEvent(Gst.EventType.SEGMENT, 0) ?? null;
  if (event === null) return null;
  const { start, base, offset } = event.parseSegment();
  return baseTime(pipeline) + Number(base) - Number(start) - Number(offset);
}

/** Whether this pad has been told that no more data comes. */
export function sawEndOfStream(element: Element, pad = 'src'): boolean {
  return (element.getStaticPad(pad)?.getStickyEvent(Gst.EventType.EOS, 0) ?? null) !== null;
}

/** The format that arrives at an element, as caps text; '' before the first frame. */
export function capsInto(element: Element): string {
  return element.getStaticPad('sink')?.getCurrentCaps()?.toString() ?? '';
}

/** The graph as GraphViz text. */
export function dot(pipeline: Pipeline): string {
  return Gst.debugBinToDotData(pipeline, Gst.DebugGraphDetails.CAPS_DETAILS);
}

/** A branch that hangs on tees of a running pipeline. */
export interface Branch {
  bin: Bin;
  links: { tee: Element; teePad: Pad }[];
}

/**
 * Adds a bin to a running pipeline and links each of its entrances to a tee. `children` are all the elements that are known by name.
 * The bin runs before data reaches it.
 */
export function attach(
  pipeline: Pipeline,
  bin: Bin,
  entrances: { name: string; entrance: Element; tee: Element }[],
): Branch {
  for (const { name, entrance } of entrances) {
    bin.addPad(Gst.GhostPad.new(name, entrance.getStaticPad('sink')!));
  }
  pipeline.add(bin);
  bin.syncStateWithParent();
  const links = entrances.map(({ name, tee }) => {
    const teePad = tee.requestPadSimple('src_%u')!;
    const result = teePad.link(bin.getStaticPad(name)!);
    if (result !== Gst.PadLinkReturn.OK) throw new BinocleError('bad-graph', `"${name}" does not link to its tee`);
    return { tee, teePad };
  });
  return { bin, links };
}

/**
 * Takes a branch off again. The order matters: nothing may flow in, then the elements stop in the order given (a sink whose pad blocks goes before
 * the queue that waits on it), then each child is taken out, so that no wrapper keeps its parent alive.
 */
export function detach(pipeline: Pipeline, branch: Branch, children: Element[]): void {
  for (const { tee, teePad } of branch.links) {
    const peer = teePad.getPeer();
    if (peer !== null) teePad.unlink(peer);
    tee.releaseRequestPad(teePad);
  }
  branch.links.length = 0;
  for (const child of children) toNull(child);
  toNull(branch.bin);
  pipeline.remove(branch.bin);
  for (const child of children) branch.bin.remove(child);
}

/** Names of the elements that feed this one, nearest first, as far as each has one `sink` pad; bins on the way included. */
export function upstreamNames(element: Element): string[] {
  const names: string[] = [];
  for (let at: Element | null = element; at !== null && names.length < 64;) {
    const peer: Pad | null = at.getStaticPad('sink')?.getPeer() ?? null;
    at = peer === null ? null : peer.getParentElement();
    if (at !== null) names.push(at.getName() ?? '');
  }
  return names;
}
