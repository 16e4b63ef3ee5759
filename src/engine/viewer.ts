import { randomInt } from 'node:crypto';
import { BinocleError } from '../protocol/errors.js';
import type { IceSettings } from '../protocol/configuration.js';
import type { EngineEvents } from '../protocol/engine.js';
import type { Content, Layout, OfferedTrack, TrackTiming, ViewerReadings, ViewerState } from '../protocol/ws.js';
import type { Graph } from './graph.js';
import { parseBin } from './gst/parse.js';
import type { HeaderExtension } from './gst/payloader.js';
import { attach, detach, elementNamed, type Branch } from './gst/pipeline.js';
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

export interface ViewerOptions {
  viewer: string;
  /** Text of the bin that hangs on the tees, for one number that all its payloaders start their timestamps from. */
  text(timestampOffset: number): string;
  layout: Layout;
  ice: IceSettings;
  extensions: readonly HeaderExtension[];
  /** Asks the encoders for a keyframe. */
  keyframe(): void;
  notify<E extends 'offer' | 'candidate' | 'viewerState' | 'warning'>(event: E, data: EngineEvents[E]): void;
}

/** One viewer’s branch of the running graph: per encoded picture a leaky queue and a payloader, and one webrtcbin. Closed once, by whoever made it. */
export class Viewer implements Polled {
  readonly #graph: Graph;
  readonly #options: ViewerOptions;
  readonly #payloaders: { content: Content; payloader: Element }[];
  readonly #extensions: HeaderExtensions;
  readonly #branch: Branch;
  /** In the order in which they are stopped. */
  readonly #elements: Element[];
  readonly #since = performance.now();
  readonly #statistics = new RtpStatistics();
  #webrtc: Element;
  #mids: string[] | null = null;
  #answered = false;
  #gathered = false;
  #lookedForCandidates = 0;
  readonly #sent = new Set<string>();
  #state: ViewerState = 'new';
  #closed = false;

  /** Adds the branch. Throws `bad-graph`, `missing-software` or `bad-config`, and leaves nothing behind then. */
  constructor(graph: Graph, options: ViewerOptions) {
    this.#graph = graph;
    this.#options = options;
    // RFC 3550, section 5.1: the initial timestamp is random. Equal for all tracks, so that equal capture times have equal timestamps.
    const bin = parseBin(options.text(randomInt(2 ** 31)));
    this.#webrtc = elementNamed(bin, 'webrtc');
    const queues = graph.outputs.map(({ content }) => elementNamed(bin, `${content}_queue`));
    this.#payloaders = graph.outputs.map(({ content }) => ({
      content,
      payloader: elementNamed(bin, `${content}_pay`),
    }));
    const origins = this.#payloaders.map(({ payloader }, i) => ({
      payloader,
      origin: graph.origin(graph.outputs[i]!),
    }));
    this.#extensions = new HeaderExtensions(origins, options.extensions);
    configureIce(this.#webrtc, options.ice, (message) => options.notify('warning', { message }));
    webrtc.sendOnly(this.#webrtc, graph.outputs.length);
    // webrtcbin first: the queues’ threads wait in its pads until it is negotiated.
    this.#elements = [this.#webrtc, ...queues, ...this.#payloaders.map(({ payloader }) => payloader)];
    this.#branch = attach(
      graph.pipeline,
      bin,
      graph.outputs.map(({ content, encoded }, i) => ({ name: content, entrance: queues[i]!, tee: encoded })),
    );
    // A payloader knows its caps only from parameter sets, which come with a keyframe.
    options.keyframe();
  }

  get id(): string {
    return this.#options.viewer;
  }

  get state(): ViewerState {
    return this.#state;
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

  /** What it is being asked, read from the payloaders; null where the viewer did not take the extension, or it is not compiled. */
  get playoutDelay(): PlayoutDelay | null {
    return this.#extensions.playoutDelay();
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
    const baseTime = this.#graph.baseTime;
    return this.#payloaders
      .map(({ payloader }, i) => trackTiming(this.#mids?.[i] ?? '', structureProperty(payloader, 'stats'), baseTime))
      .filter((timing) => timing !== null);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    detach(this.#graph.pipeline, this.#branch, this.#elements);
    // What the closed object still holds would keep threads and sockets until the next collection but one.
    this.#elements.length = 0;
    this.#payloaders.length = 0;
    this.#extensions.forget();
    this.#statistics.forget();
    this.#webrtc = null as never;
    this.#branch.bin = null as never;
    this.#become('closed');
  }

  async #addLater(sdpMLineIndex: number, resolving: Promise<string | null>): Promise<void> {
    const candidate = await resolving;
    if (candidate !== null && !this.#closed) webrtc.addRemoteCandidate(this.#webrtc, sdpMLineIndex, candidate);
  }

  #offer(): void {
    if (!webrtc.readyToOffer(this.#webrtc, this.#payloaders.length)) return;
    const sdp = webrtc.offer(this.#webrtc);
    this.#mids = mediaIds(sdp);
    const layout = this.#options.layout;
    const offered: OfferedTrack[] = this.#payloaders.map(({ content }, i) => ({
      mid: this.#mids![i]!,
      eye: content,
      layout,
    }));
    this.#options.notify('offer', { viewer: this.id, sdp, tracks: offered });
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
