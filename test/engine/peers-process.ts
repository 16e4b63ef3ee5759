import { GstSdp, GstWebRTC, Gst, iterateMainContext, type Element, type Pipeline } from '../../src/engine/gst/gst.js';
import { drain } from '../../src/engine/gst/bus.js';
import { Memory } from '../../src/engine/memory.js';
import { toNull } from '../../src/engine/gst/pipeline.js';
import { connectionState } from '../../src/engine/gst/webrtc.js';

/**
 * A process of receiving webrtcbins, so that their threads are not the engine’s. It is sent `{ offer: { peer, sdp } }`, `{ candidate: … }` and
 * `{ close: { peer } }`; it says `{ answer: { peer, sdp } }` and `{ connected: peer }`.
 */
type Emitter = { emit(signal: string, ...args: unknown[]): unknown };
type Description = InstanceType<typeof GstWebRTC.WebRTCSessionDescription>;
const peers = new Map<string, { pipeline: Pipeline; webrtc: Element; connected: boolean }>();

const memory = new Memory();

function ask(webrtc: Element, signal: string, ...args: unknown[]) {
  const promise = Gst.Promise.new();
  (webrtc as unknown as Emitter).emit(signal, ...args, promise);
  promise.wait();
  return promise.getReply();
}

function answer(peer: string, sdp: string): void {
  const webrtc = Gst.ElementFactory.make('webrtcbin', null)!;
  (webrtc as unknown as { bundlePolicy: number }).bundlePolicy = 3;
  const pipeline = Gst.Pipeline.new(null) as Pipeline;
  pipeline.add(webrtc);
  pipeline.setState(Gst.State.PLAYING);
  peers.set(peer, { pipeline, webrtc, connected: false });
  const [, message] = GstSdp.SDPMessage.newFromText(sdp);
  ask(webrtc, 'set-remote-description', GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.OFFER, message));
  const reply = ask(webrtc, 'create-answer', Gst.Structure.newEmpty('o'));
  const own = (reply!.getValue('answer') as unknown as { getBoxed(): Description }).getBoxed();
  ask(webrtc, 'set-local-description', own);
  process.send!({ answer: { peer, sdp: own.sdp.asText() } });
}

function close(peer: string): void {
  const found = peers.get(peer);
  peers.delete(peer);
  if (found === undefined) return;
  toNull(found.pipeline);
  found.pipeline.remove(found.webrtc);
  memory.released();
}

process.on(
  'message',
  (message: Record<string, { peer: string; sdp: string; candidate: string; sdpMLineIndex: number }>) => {
    const { offer, candidate, close: closing } = message;
    if (offer !== undefined) answer(offer.peer, offer.sdp);
    if (candidate !== undefined) {
      const webrtc = peers.get(candidate.peer)?.webrtc as unknown as Emitter | undefined;
      webrtc?.emit('add-ice-candidate', candidate.sdpMLineIndex, candidate.candidate);
    }
    if (closing !== undefined) close(closing.peer);
  },
);

const timer = setInterval(() => {
  iterateMainContext();
  memory.tick(performance.now());
  for (const [peer, state] of peers) {
    drain(state.pipeline);
    if (state.connected || connectionState(state.webrtc) !== 'connected') continue;
    state.connected = true;
    process.send!({ connected: peer });
  }
}, 5);

process.once('disconnect', () => {
  clearInterval(timer);
  for (const peer of peers.keys()) close(peer);
  process.exit(0);
});
