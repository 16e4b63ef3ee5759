import { loadNativePlugin } from '../../../src/engine/native-plugin.js';
import { iterateMainContext } from '../../../src/engine/gst/gst.js';
import { parse } from '../../../src/engine/gst/parse.js';
import { addHeaderExtension } from '../../../src/engine/gst/payloader.js';
import { elementNamed, play, toNull } from '../../../src/engine/gst/pipeline.js';
import * as webrtc from '../../../src/engine/gst/webrtc.js';
import { readAnswer, mediaIds, type Candidate } from '../../../src/engine/sdp.js';
import type { BareMessage, BareOrder } from './bare.js';

/**
 * The least that brings this graph into a browser: one pipeline with one webrtcbin in it, no tee, no queue, nothing counted. Polls until it is connected,
 * and then only lets GLib run once a second.
 */
const say = (message: BareMessage): boolean => process.send!(message);
const order = await new Promise<BareOrder>((resolve) => process.once('message', (given: BareOrder) => resolve(given)));
loadNativePlugin((message) => process.stderr.write(`${message}\n`));
const pipeline = parse(order.text);
const peer = elementNamed(pipeline, 'webrtc');
for (const name of order.payloaders)
  addHeaderExtension(elementNamed(pipeline, name), {
    factory: 'rtphdrextplayoutdelay',
    id: 5,
    properties: { 'min-ms': 0, 'max-ms': 0 },
  });
webrtc.sendOnly(peer, order.payloaders.length);
play(pipeline);

let mids: string[] | null = null;
const sent = new Set<string>();
process.on('message', ({ answer, candidate }: { answer?: string; candidate?: Candidate }) => {
  if (answer !== undefined) {
    const taken = readAnswer(answer, mids!);
    webrtc.acceptAnswer(peer, taken.sdp);
    for (const one of taken.candidates) webrtc.addRemoteCandidate(peer, one.sdpMLineIndex, one.candidate);
  }
  if (candidate !== undefined) webrtc.addRemoteCandidate(peer, candidate.sdpMLineIndex, candidate.candidate);
});
process.once('disconnect', () => {
  toNull(pipeline);
  process.exit(0);
});

function tick(): void {
  iterateMainContext();
  const connected = webrtc.connectionState(peer) === 'connected';
  setTimeout(tick, connected ? 1000 : 10);
  if (connected) return;
  if (mids === null) {
    if (!webrtc.readyToOffer(peer, order.payloaders.length)) return;
    const sdp = webrtc.offer(peer);
    mids = mediaIds(sdp);
    say({ offer: sdp });
  }
  for (const [sdpMLineIndex, values] of webrtc.localCandidates(peer).entries())
    for (const value of values) {
      if (sent.has(value)) continue;
      sent.add(value);
      say({ candidate: { sdpMLineIndex, candidate: `candidate:${value}` } });
    }
}
tick();
