import { BinocleError } from '../../protocol/errors.js';
import { viewerStates, type ViewerState } from '../../protocol/ws.js';
import { Gst, GstSdp, GstWebRTC, type Element, type Structure } from './gst.js';
import { numberProperty, objectProperty, setProperty, structureProperty, structureText } from './property.js';

/** Action signals take their arguments as given: node-gtk knows no types for them. */
type Emitter = { emit(signal: string, ...args: unknown[]): unknown };
type Description = InstanceType<typeof GstWebRTC.WebRTCSessionDescription>;

/**
 * Asks webrtcbin something that its own thread answers, and waits for the answer (a few ms). The promise has no callback: that one would run on
 * webrtcbin’s thread. Throws `bad-message` with what webrtcbin answered if that is an error.
 */
function ask(webrtc: Element, signal: string, ...args: unknown[]): Structure | null {
  const promise = Gst.Promise.new();
  (webrtc as unknown as Emitter).emit(signal, ...args, promise);
  promise.wait();
  const reply = promise.getReply();
  if (reply !== null && reply.hasField('error')) {
    const error = (reply.getValue('error') as unknown as { getBoxed(): { message?: string } | null }).getBoxed();
    throw new BinocleError('bad-message', `webrtcbin refuses: ${error?.message ?? reply.toString()}`);
  }
  return reply;
}

/**
 * Whether every media section has all that its offer will say. An offer made before the caps has no stream in it; one made before the parameter sets
 * (H.264’s come with a keyframe) has no packetization-mode and profile-level-id.
 */
export function readyToOffer(webrtc: Element, tracks: number): boolean {
  for (let i = 0; i < tracks; i += 1) {
    const caps = webrtc.getStaticPad(`sink_${i}`)?.getCurrentCaps()?.toString() ?? '';
    if (caps === '' || (/encoding-name=\(string\)H264/.test(caps) && !caps.includes('sprop-parameter-sets')))
      return false;
  }
  return true;
}

/** Makes the offer and sets it as the local description, which starts gathering; its SDP. */
export function offer(webrtc: Element): string {
  const reply = ask(webrtc, 'create-offer', Gst.Structure.newEmpty('options'));
  const description = (reply!.getValue('offer') as unknown as { getBoxed(): Description }).getBoxed();
  const sdp = description.sdp.asText();
  ask(webrtc, 'set-local-description', description);
  return sdp;
}

/** Takes a viewer’s answer. Throws `bad-message`. */
export function acceptAnswer(webrtc: Element, sdp: string): void {
  ask(webrtc, 'set-remote-description', answerFrom(sdp));
}

function answerFrom(sdp: string): Description {
  const [result, message] = GstSdp.SDPMessage.newFromText(sdp);
  if (result !== GstSdp.SDPResult.OK) throw new BinocleError('bad-message', 'this is no SDP', { path: 'sdp' });
  return GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message);
}

export function addRemoteCandidate(webrtc: Element, sdpMLineIndex: number, candidate: string): void {
  (webrtc as unknown as Emitter).emit('add-ice-candidate', sdpMLineIndex, candidate);
}

/**
 * The local candidates gathered so far, by media section, without `candidate:`. Read attribute by attribute: each `asText` was measured to
 * leave about 1 kB behind (node-gtk 4.1.1, GStreamer 1.22.0), which an offer can afford and a poll cannot.
 */
export function localCandidates(webrtc: Element): string[][] {
  const sdp = (objectProperty(webrtc, 'local-description') as Description | null)?.sdp;
  const found: string[][] = [];
  for (let section = 0; section < (sdp?.mediasLen() ?? 0); section += 1) {
    const media = sdp!.getMedia(section);
    const values: string[] = [];
    for (let n = 0, value; (value = media.getAttributeValN('candidate', n)) !== null; n += 1) values.push(value);
    found.push(values);
  }
  return found;
}

export function gatheringIsComplete(webrtc: Element): boolean {
  const complete: number = GstWebRTC.WebRTCICEGatheringState.COMPLETE;
  return stateNumber(webrtc, 'ice-gathering-state') === complete;
}

export function connectionState(webrtc: Element): ViewerState {
  return viewerStates[stateNumber(webrtc, 'connection-state')] ?? 'failed';
}

function stateNumber(webrtc: Element, name: string): number {
  return numberProperty(webrtc, name);
}

/** Nothing is received: the offer says `sendonly`. */
export function sendOnly(webrtc: Element, tracks: number): void {
  for (let i = 0; i < tracks; i += 1) {
    const transceiver = (webrtc as unknown as Emitter).emit('get-transceiver', i) as object;
    setProperty(transceiver, 'direction', 'sendonly');
  }
}

/** UDP ports, TCP and UPnP of the ICE agent; before the offer. Ports 0: any. */
export function configureAgent(webrtc: Element, ports: { min: number; max: number }, tcp: boolean): void {
  const ice = objectProperty(webrtc, 'ice-agent') as { refSink(): unknown };
  // webrtcbin owns its ICE object by a floating reference (gst_webrtc_nice_new), which the wrapper sinks and would release at garbage collection,
  // under webrtcbin’s feet. This is the reference that webrtcbin releases.
  ice.refSink();
  if (ports.min !== 0) setProperty(ice, 'min-rtp-port', ports.min);
  if (ports.max !== 0) setProperty(ice, 'max-rtp-port', ports.max);
  setProperty(ice, 'ice-tcp', tcp);
  // Asking routers for port mappings takes seconds and holds the gathering back.
  setProperty(objectProperty(ice, 'agent')!, 'upnp', false);
}

/** Whether webrtcbin took the TURN server’s address. */
export function addTurnServer(webrtc: Element, url: string): boolean {
  return (webrtc as unknown as Emitter).emit('add-turn-server', url) === true;
}

/** The one RTP session of a bundle; its statistics are read by source. */
export class RtpSession {
  readonly #session: Emitter & object;

  private constructor(session: Emitter & object) {
    this.#session = session;
  }

  /** Null before the answer. */
  static of(webrtc: Element): RtpSession | null {
    const rtpbin = (webrtc as unknown as { getByName(name: string): Emitter | null }).getByName('rtpbin');
    const session = rtpbin?.emit('get-internal-session', 0) as (Emitter & object) | null | undefined;
    return session == null ? null : new RtpSession(session);
  }

  /** What the session knows of one source, or null. */
  source(ssrc: number): Map<string, string | number | boolean> | null {
    const source = this.#session.emit('get-source-by-ssrc', ssrc) as object | null;
    return source === null ? null : structureProperty(source, 'stats');
  }

  /**
   * Statistics of the session with all its sources, as GStreamer prints them; node-gtk cannot give the array. Before 1.22.3 GStreamer reads its table of
   * sources here without the session’s lock: only while no source comes or goes.
   */
  printed(): string {
    return structureText(this.#session, 'stats');
  }
}
