import { elementExists, Gst, GstWebRTC, makeElement } from './gst.js';
import type { Element } from './gst.js';

type Emitter = { emit(signal: string, ...args: unknown[]): unknown };

const caps = 'application/x-rtp, media=video, encoding-name=H264, clock-rate=90000, payload=96';
const everyMs = 50;

/**
 * An offer that nobody gets, so that the first viewer's comes as quickly as all others': what viewers are made of is loaded, and the certificate that all
 * of them show is made (300 ms of an amd64 core, and as much again by bad luck). webrtcbin does that on its own thread, while this one starts the graph.
 */
export class OfferRehearsal {
  #webrtc: Element | null = null;
  readonly #promise = Gst.Promise.new();
  #timer: NodeJS.Timeout | null = null;

  constructor() {
    if (!['webrtcbin', 'nicesrc', 'dtlssrtpdec'].every(elementExists)) return;
    this.#webrtc = makeElement('webrtcbin');
    // Starts its thread.
    this.#webrtc.setState(Gst.State.READY);
    const webrtc = this.#webrtc as unknown as Emitter;
    webrtc.emit('add-transceiver', GstWebRTC.WebRTCRTPTransceiverDirection.SENDONLY, Gst.Caps.fromString(caps));
    webrtc.emit('create-offer', Gst.Structure.newEmpty('options'), this.#promise);
    this.#timer = setInterval(() => {
      // The bins of the transport come with its certificate, and nothing but waiting tells of the promise.
      if ((this.#webrtc as unknown as { getChildrenCount(): number }).getChildrenCount() > 1) this.close();
    }, everyMs);
  }

  /** Waits for the end of what has begun. Idempotent. */
  close(): void {
    if (this.#webrtc === null) return;
    clearInterval(this.#timer!);
    this.#promise.wait();
    this.#webrtc.setState(Gst.State.NULL);
    this.#webrtc = null;
  }
}
