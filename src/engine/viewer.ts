import { BinocleError } from '../protocol/errors.js';
import type { IceSettings } from '../protocol/configuration.js';
import type { EngineEvents } from '../protocol/engine.js';
import type { OfferedTrack, TrackTiming, ViewerReadings, ViewerState } from '../protocol/ws.js';
import type { Plan } from '../pipeline/plan.js';
import type { Graph } from './graph.js';
import { trackElements } from '../pipeline/viewer.js';
import { Branch } from './gst/branch.js';
import { parseBin } from './gst/parse.js';
import type { HeaderExtension } from './gst/payloader.js';
import { elementNamed } from './gst/pipeline.js';
import { field, setProperty, structureProperty } from './gst/property.js';
import * as webrtc from './gst/webrtc.js';
import type { Bin, Element } from './gst/gst.js';
import { HeaderExtensions, type PlayoutDelay } from './header-extensions.js';
import { configureIce, resolveCandidate } from './ice.js';
import type { Polled } from './pump.js';
import { RtpStatistics } from './rtp-statistics.js';
import { mediaIds, readAnswer, type Candidate } from './sdp.js';
import { trackTiming } from './timing.js';

/** A viewer that is not connected this long after it came never will be, ms. */
const negotiationLimitMs = 30_000;
/** How often the local description is searched for new candidates, ms. */
const trickleEveryMs = 10;

export type NotifyOfViewer = <E extends 'offer' | 'candidate' | 'tracks' | 'viewerState' | 'timing' | 'warning'>(
  event: E,
  data: EngineEvents[E],
) => void;

export interface ViewerOptions {
  viewer: string;
  /** Text of the bin that hangs on the tees, see {@link viewerText}. */
  text: string;
  /** What the bin offers: another graph whose viewers are offered the same may take it over. */
  offered: string;
  ice: IceSettings;
  extensions: readonly HeaderExtension[];
  /** Asks the encoders for a keyframe. */
  keyframe(): void;
  notify: NotifyOfViewer;
}

/** What a graph’s encoded pictures show. */
type Shown = Pick<Plan, 'layout' | 'outputs'>;

/** Of one media section. Without a gate it cannot be kept from showing another encoder's pictures, which a decoder could not decode, nor from showing any. */
interface Track {
  gate: Element | null;
  queue: Element;
  payloader: Element;
}

/**
 * One viewer’s branch of the running graph: tracks, one for each encoded picture and some that show nothing yet, and one webrtcbin. It can be taken to another graph
 * that gives what was offered. Closed once, by whoever made it.
 */
export class Viewer implements Polled {
  readonly #options: ViewerOptions;
  readonly #tracks: Track[];
  readonly #extensions: HeaderExtensions;
  readonly #branch: Branch;
  readonly #since = performance.now();
  readonly #statistics = new RtpStatistics();
  #shown: Shown;
  #webrtc: Element;
  #mids: string[] | null = null;
  #answered = false;
  #gathered = false;
  #lookedForCandidates = 0;
  readonly #sent = new Set<string>();
  #state: ViewerState = 'new';
  #closed = false;

  /** Adds the branch. Throws `bad-graph`, `missing-software` or `bad-config`, and leaves nothing behind then. */
  constructor(graph: Graph, shown: Shown, options: ViewerOptions) {
    this.#shown = shown;
    this.#options = options;
    const bin = parseBin(options.text);
    this.#webrtc = elementNamed(bin, 'webrtc');
    this.#tracks = tracksIn(bin);
    const payloaders = this.#tracks.map(({ payloader }) => payloader);
    const queues = this.#tracks.map(({ queue }) => queue);
    const gates = this.#tracks.flatMap(({ gate }) => gate ?? []);
    this.#extensions = new HeaderExtensions(payloaders, options.extensions);
    configureIce(this.#webrtc, options.ice, (message) => options.notify('warning', { message }));
    webrtc.sendOnly(this.#webrtc, this.#tracks.length);
    const entrances = this.#tracks.map(({ gate, queue }) => (gate ?? queue).getName()!);
    // webrtcbin first: the queues’ threads wait in its pads until it is negotiated.
    this.#branch = new Branch(bin, entrances, [this.#webrtc, ...queues, ...payloaders, ...gates]);
    this.#hang(graph);
    // A payloader knows its caps only from parameter sets, which come with a keyframe.
    options.keyframe();
  }

  get id(): string {
    return this.#options.viewer;
  }

  get state(): ViewerState {
    return this.#state;
  }

  /** What another graph has to offer it, so as to take it over. */
  get offered(): string {
    return this.#options.offered;
  }

  /** Another graph may take it over. */
  get movable(): boolean {
    const gated = this.#tracks.every(({ gate }) => gate !== null);
    return gated && !this.#closed && this.#state !== 'failed' && this.#state !== 'closed';
  }

  /**
   * To another graph that gives what was offered: the connection and its clocks go on, from that graph's next keyframe on. Whoever does it asks for that. Where it
   * does not link it is a failed viewer.
   */
  moveTo(graph: Graph, shown: Shown): void {
    this.#shown = shown;
    try {
      this.#branch.letGo();
      // Before the first picture.
      if (this.#mids !== null) this.#options.notify('tracks', { viewer: this.id, tracks: this.#told(this.#mids) });
      this.#hang(graph);
    } catch (error) {
      this.#fail(BinocleError.from(error).message);
    }
  }

  /** Off its graph, which goes: it waits for another with its connection. */
  letGo(): void {
    this.#branch.letGo();
  }

  hurried(): boolean {
    return (
      this.#mids === null || (this.#answered ? this.#state === 'new' || this.#state === 'connecting' : !this.#gathered)
    );
  }

  tick(now: number): void {
    if (this.#closed || this.#state === 'failed') return;
    try {
      if (this.#mids === null) this.#offer();
      else if (!this.#gathered) this.#trickle(now);
      this.#follow(now);
    } catch (error) {
      this.#fail(BinocleError.from(error).message);
    }
  }

  /** Throws `bad-message`; the viewer stays as it was then. */
  answer(sdp: string): void {
    if (this.#mids === null) throw new BinocleError('bad-message', 'there is no offer to answer yet');
    if (this.#answered) throw new BinocleError('bad-message', 'the offer is answered already');
    const answer = readAnswer(sdp, this.#mids);
    webrtc.acceptAnswer(this.#webrtc, answer.sdp);
    this.#answered = true;
    this.#extensions.answered(answer.extensions);
    for (const candidate of answer.candidates) this.candidate(candidate);
  }

  /** A candidate of the viewer’s. Throws `bad-message`. A name (mDNS) is resolved first; one that means nothing here is left out. */
  candidate({ candidate, sdpMLineIndex }: Candidate): void {
    if (sdpMLineIndex >= this.#tracks.length) {
      throw new BinocleError('bad-message', `there is no media section ${sdpMLineIndex}`, { path: 'sdpMLineIndex' });
    }
    const resolved = resolveCandidate(candidate);
    if (typeof resolved === 'string') webrtc.addRemoteCandidate(this.#webrtc, sdpMLineIndex, resolved);
    else if (resolved !== null) {
      void this.#addLater(sdpMLineIndex, resolved);
    }
  }

  /** What the viewer's browser is asked to add from the next frame on; no new offer is needed. */
  setPlayoutDelay(delay: PlayoutDelay): void {
    this.#extensions.setPlayoutDelay(delay);
  }

  readings(): ViewerReadings {
    const nothing = { sentPackets: 0, sentBytes: 0 };
    const flows = this.#state === 'connected' || this.#state === 'disconnected';
    const ssrcs = flows
      ? this.#tracks.map(({ payloader }) => field(structureProperty(payloader, 'stats'), 'ssrc'))
      : [];
    return { viewer: this.id, state: this.#state, ...(flows ? this.#statistics.read(this.#webrtc, ssrcs) : nothing) };
  }

  timing(): TrackTiming[] {
    const { baseTime } = this.#branch;
    if (baseTime === null) return [];
    return this.#tracks
      .slice(0, this.#shown.outputs.length)
      .map(({ payloader }, i) => trackTiming(this.#mids?.[i] ?? '', structureProperty(payloader, 'stats'), baseTime))
      .filter((timing) => timing !== null);
  }

  /** Nothing reaches it any more, and whoever watches knows. */
  leave(): void {
    this.#branch.letGo();
    this.#become('closed');
  }

  close(): void {
    if (this.#closed) return;
    this.leave();
    this.#closed = true;
    this.#branch.close();
    // What the closed object still holds would keep threads and sockets until the next collection but one.
    this.#tracks.length = 0;
    this.#extensions.forget();
    this.#statistics.forget();
    this.#webrtc = null as never;
  }

  async #addLater(sdpMLineIndex: number, resolving: Promise<string | null>): Promise<void> {
    const candidate = await resolving;
    if (candidate !== null && !this.#closed) webrtc.addRemoteCandidate(this.#webrtc, sdpMLineIndex, candidate);
  }

  /** On the encoded pictures, in their order. Tracks beyond them get the last one's caps, which an offer is made of, and no frame. */
  #hang(graph: Graph): void {
    const outputs = this.#tracks.map((_, i) => graph.outputs[i] ?? graph.outputs.at(-1)!);
    this.#extensions.setOrigins(outputs.map((output) => graph.origin(output)));
    for (const [i, { gate }] of this.#tracks.entries())
      if (gate !== null) setProperty(gate, 'open', i < graph.outputs.length);
    this.#branch.hang(
      graph.pipeline,
      outputs.map(({ encoded }) => encoded),
    );
  }

  #offer(): void {
    if (!webrtc.readyToOffer(this.#webrtc, this.#tracks.length)) return;
    const sdp = webrtc.offer(this.#webrtc);
    this.#mids = mediaIds(sdp);
    this.#options.notify('offer', { viewer: this.id, sdp, tracks: this.#told(this.#mids) });
  }

  #told(mids: readonly string[]): OfferedTrack[] {
    const { layout, outputs } = this.#shown;
    return outputs.map(({ content, width, height }, i) => ({ mid: mids[i]!, eye: content, layout, width, height }));
  }

  #trickle(now: number): void {
    if (now - this.#lookedForCandidates < trickleEveryMs) return;
    this.#lookedForCandidates = now;
    // Asked before the text is read: what comes last is in the text when this says so.
    this.#gathered = webrtc.gatheringIsComplete(this.#webrtc);
    for (const [sdpMLineIndex, values] of webrtc.localCandidates(this.#webrtc).entries()) {
      for (const value of values) this.#send({ sdpMLineIndex, candidate: `candidate:${value}` });
    }
  }

  /** Each once: bundled sections repeat the candidates of the first. */
  #send(found: Candidate): void {
    if (this.#sent.has(found.candidate)) return;
    this.#sent.add(found.candidate);
    this.#options.notify('candidate', { viewer: this.id, ...found });
  }

  #follow(now: number): void {
    const state = webrtc.connectionState(this.#webrtc);
    if (state === 'connected' && this.#state !== 'connected') this.#options.keyframe();
    this.#become(state);
    const settled = state === 'connected' || state === 'disconnected';
    if (!settled && now - this.#since > negotiationLimitMs) this.#fail('it did not connect within 30 s');
  }

  #fail(why: string): void {
    this.#options.notify('warning', { message: `viewer failed: ${why} [viewer:${this.id}]` });
    this.#become('failed');
  }

  #become(state: ViewerState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.notify('viewerState', { viewer: this.id, state });
  }
}

function tracksIn(bin: Bin): Track[] {
  const tracks: Track[] = [];
  for (let names = trackElements(0); bin.getByName(names.payloader) !== null; names = trackElements(tracks.length))
    tracks.push({
      gate: bin.getByName(names.gate),
      queue: elementNamed(bin, names.queue),
      payloader: elementNamed(bin, names.payloader),
    });
  return tracks;
}
