import type { ServerMessageOf, IceServer, OfferedTrack, ClientMessage } from '../../src/protocol/ws.js';
import { Emitter } from '../events.js';

interface ConnectionEvents {
  /** An answer or a candidate for the server. */
  send: [ClientMessage];
  /** One that shows something has come. */
  track: [MediaStreamTrack, OfferedTrack];
  state: [RTCPeerConnectionState];
  failed: [Error];
}

const bundlePolicy = 'max-bundle';

/** One for an offer that is still to come: what a browser does for it (certificate, codecs, sockets) is done when the offer is there. */
export function peerInAdvance(): RTCPeerConnection {
  return new RTCPeerConnection({ bundlePolicy });
}

/** One RTCPeerConnection for one offer; a new offer gets a new one. */
export class Connection extends Emitter<ConnectionEvents> {
  readonly peer: RTCPeerConnection;
  readonly #offer: ServerMessageOf<'offer'>;
  #tracks: readonly OfferedTrack[];
  readonly #described: Promise<void>;

  /** Takes `peer` over. */
  constructor(offer: ServerMessageOf<'offer'>, iceServers: IceServer[], peer: RTCPeerConnection) {
    super();
    this.#offer = offer;
    this.#tracks = offer.tracks;
    this.peer = peer;
    peer.setConfiguration({ iceServers, bundlePolicy });
    this.peer.ontrack = ({ track, transceiver, receiver }) => {
      playAtOnce(receiver);
      const offered = this.#tracks.find(({ mid }) => mid === transceiver.mid);
      if (offered) this.emit('track', track, offered);
    };
    this.peer.onicecandidate = ({ candidate }) => {
      if (candidate?.candidate)
        this.emit('send', {
          type: 'candidate',
          candidate: candidate.candidate,
          sdpMLineIndex: candidate.sdpMLineIndex ?? 0,
          sdpMid: candidate.sdpMid,
          offer: offer.offer,
        });
    };
    this.peer.onconnectionstatechange = () => this.emit('state', this.peer.connectionState);
    this.#described = this.peer.setRemoteDescription({ type: 'offer', sdp: offer.sdp });
    void this.#answer();
  }

  /** What its tracks show now; those that are not named show nothing. */
  get tracks(): readonly OfferedTrack[] {
    return this.#tracks;
  }

  /** They show something else: those that do now are announced again. */
  show(tracks: readonly OfferedTrack[]): void {
    this.#tracks = tracks;
    for (const { mid, receiver } of this.peer.getTransceivers()) {
      const offered = tracks.find((each) => each.mid === mid);
      if (offered) this.emit('track', receiver.track, offered);
    }
  }

  /** Candidates may come before the offer has been taken in; they wait for it. */
  async handleCandidate({ candidate, sdpMLineIndex }: { candidate: string; sdpMLineIndex: number }): Promise<void> {
    try {
      await this.#described;
      await this.peer.addIceCandidate({ candidate, sdpMLineIndex });
    } catch {
      // One candidate that this browser cannot use (an unknown transport) leaves the others; the state tells if none works.
    }
  }

  close(): void {
    this.peer.ontrack = null;
    this.peer.onicecandidate = null;
    this.peer.onconnectionstatechange = null;
    this.peer.close();
  }

  async #answer(): Promise<void> {
    try {
      await this.#described;
      await this.peer.setLocalDescription();
      this.emit('send', { type: 'answer', sdp: this.peer.localDescription!.sdp, offer: this.#offer.offer });
    } catch (error) {
      if (this.peer.signalingState !== 'closed') this.emit('failed', error as Error);
    }
  }
}

/** No waiting for a smoother picture; the second name is that of browsers before jitterBufferTarget (W3C webrtc-extensions). */
function playAtOnce(receiver: RTCRtpReceiver): void {
  if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0;
  else (receiver as { playoutDelayHint?: number }).playoutDelayHint = 0;
}
