import { randomInt } from 'node:crypto';
import { BinocleError } from '../protocol/errors.js';
import type { IceSettings } from '../protocol/configuration.js';
import type { EngineEvents } from '../protocol/engine.js';
import type { Content, OfferedTrack, TrackTiming, ViewerReadings, ViewerState } from '../protocol/ws.js';
import type { Plan } from '../pipeline/plan.js';
import type { Graph } from './graph.js';
import { Branch } from './gst/branch.js';
import { parseBin } from './gst/parse.js';
import type { HeaderExtension } from './gst/payloader.js';
import { elementNamed } from './gst/pipeline.js';
import { field, structureProperty } from './gst/property.js';
import * as webrtc from './gst/webrtc.js';
import type { Element } from './gst/gst.js';
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
  /** Text of the bin that hangs on the tees, for one number that all its payloaders start their timestamps from. */
  text(timestampOffset: number): string;
  ice: IceSettings;
  extensions: readonly HeaderExtension[];
  /** Asks the encoders for a keyframe. */
  keyframe(): void;
  notify: NotifyOfViewer;
}

/** What a graph’s encoded pictures show. */
type Shown = Pick<Plan, 'layout' | 'outputs'>;

/**
 * One viewer’s branch of the running graph: per encoded picture a gate, a leaky queue and a payloader, and one webrtcbin. It can be taken to another graph
 * that gives what was offered. Closed once, by whoever made it.
 */
export class Viewer implements Polled {
  readonly #options: ViewerOptions;
  readonly #payloaders: { content: Content; payloader: Element }[];
  readonly #extensions: HeaderExtensions;
  readonly #branch: Branch;
  readonly #since = performance.now();
  readonly #statistics = new RtpStatistics();
  /** Every picture has a gate, which keeps back what a decoder that had another encoder's pictures could not decode. */
  readonly #gated: boolean;
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
    // RFC 3550, section 5.1: the initial timestamp is random. Equal for all tracks, so that equal capture times have equal timestamps.
    const bin = parseBin(options.text(randomInt(2 ** 31)));
    const contents = graph.outputs.map(({ content }) => content);
    this.#webrtc = elementNamed(bin, 'webrtc');
    const queues = contents.map((content) => elementNamed(bin, `${content}_queue`));
    const gates = contents.flatMap((content) => bin.getByName(`${content}_gate`) ?? []);
    this.#gated = gates.length === contents.length;
    this.#payloaders = contents.map((content) => ({ content, payloader: elementNamed(bin, `${content}_pay`) }));
    const payloaders = this.#payloaders.map(({ payloader }) => payloader);
    this.#extensions = new HeaderExtensions(payloaders, options.extensions);
    this.#extensions.setOrigins(originsIn(graph));
    configureIce(this.#webrtc, options.ice, (message) => options.notify('warning', { message }));
    webrtc.sendOnly(this.#webrtc, contents.length);
    const entrances = contents.map((content) => `${content}_${this.#gated ? 'gate' : 'queue'}`);
    // webrtcbin first: the queues’ threads wait in its pads until it is negotiated.
    this.#branch = new Branch(bin, entrances, [this.#webrtc, ...queues, ...payloaders, ...gates]);
    this.#branch.hang(graph.pipeline, encodedIn(graph));
    // A payloader knows its caps only from parameter sets, which come with a keyframe.
    options.keyframe();
  }

  get id(): string {
    return this.#options.viewer;
  }

  get state(): ViewerState {
    return this.#state;
  }

  /** Another graph may take it over. */
  get movable(): boolean {
    return this.#gated && !this.#closed && this.#state !== 'failed' && this.#state !== 'closed';
  }

  /**
   * To another graph that gives what was offered: the connection and its clocks go on, from that graph's next keyframe on. Whoever does it asks for that. Where it
   * does not link it is a failed viewer.
   */
  moveTo(graph: Graph, shown: Shown): void {
    this.#shown = shown;
    try {
      this.#branch.letGo();
      this.#extensions.setOrigins(originsIn(graph));
      // Before the first picture.
      if (this.#mids !== null) this.#options.notify('tracks', { viewer: this.id, tracks: this.#tracks(this.#mids) });
      this.#branch.hang(graph.pipeline, encodedIn(graph));
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
    if (sdpMLineIndex >= this.#payloaders.length) {
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
      ? this.#payloaders.map(({ payloader }) => field(structureProperty(payloader, 'stats'), 'ssrc'))
      : [];
    return { viewer: this.id, state: this.#state, ...(flows ? this.#statistics.read(this.#webrtc, ssrcs) : nothing) };
  }

  timing(): TrackTiming[] {
    const { baseTime } = this.#branch;
    if (baseTime === null) return [];
    return this.#payloaders
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
    this.#payloaders.length = 0;
    this.#extensions.forget();
    this.#statistics.forget();
    this.#webrtc = null as never;
  }

  async #addLater(sdpMLineIndex: number, resolving: Promise<string | null>): Promise<void> {
    const candidate = await resolving;
    if (candidate !== null && !this.#closed) webrtc.addRemoteCandidate(this.#webrtc, sdpMLineIndex, candidate);
  }

  #offer(): void {
    if (!webrtc.readyToOffer(this.#webrtc, this.#payloaders.length)) return;
    const sdp = webrtc.offer(this.#webrtc);
    this.#mids = mediaIds(sdp);
    this.#options.notify('offer', { viewer: this.id, sdp, tracks: this.#tracks(this.#mids) });
  }

  #tracks(mids: readonly string[]): OfferedTrack[] {
    const { layout, outputs } = this.#shown;
    return this.#payloaders.map(({ content }, i) => {
      const { width, height } = outputs.find((output) => output.content === content)!;
      return { mid: mids[i]!, eye: content, layout, width, height };
    });
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

function encodedIn({ outputs }: Graph): Element[] {
  return outputs.map(({ encoded }) => encoded);
}

function originsIn(graph: Graph): number[] {
  return graph.outputs.map((output) => graph.origin(output));
}
