import { BinocleError } from '../../protocol/errors.js';
import { shareGlDisplay } from './gl-display.js';
import { Gst, type Bin, type Element, type Pad, type Pipeline } from './gst.js';

/** The element of this name. Throws `bad-graph` where the text has none. */
export function elementNamed(bin: Bin, name: string): Element {
  const element = bin.getByName(name);
  if (element === null) throw new BinocleError('bad-graph', `the graph has no element named "${name}"`);
  return element;
}

/** The pad of this name, also one that was requested. Throws `bad-graph` where the element has none. */
export function padNamed(element: Element, name: string): Pad {
  const pad = element.getStaticPad(name);
  if (pad === null) throw new BinocleError('bad-graph', `"${element.getName() ?? ''}" has no pad "${name}"`);
  return pad;
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
