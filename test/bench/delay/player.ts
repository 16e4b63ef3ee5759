import type { Page } from 'playwright-core';
import type { Candidate } from '../../../src/engine/sdp.js';

declare global {
  interface Window {
    /** The players of a page that is not ours: left, right; or both eyes in one. */
    players: HTMLVideoElement[];
    fromSender(message: { offer?: string; candidate?: Candidate }): Promise<void>;
    toSender(message: object): Promise<void>;
  }
}

/** Secure enough for every interface, and isolated as the program's own page is, which gives it the same clock. */
const address = 'http://localhost/player';
const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/** Makes of a page the smallest player: a video a track, `jitterBufferTarget` 0. `send` gets its answer and candidates. */
export async function openPlayer(
  page: Page,
  send: (message: { answer: string } | { candidate: Candidate }) => void,
): Promise<{ take(message: { offer?: string; candidate?: Candidate }): Promise<void> }> {
  await page.exposeFunction('toSender', send);
  await page.route(address, (route) =>
    route.fulfill({
      contentType: 'text/html',
      headers: isolation,
      body: '<!doctype html><style>body{margin:0;display:flex;background:#000}</style>',
    }),
  );
  await page.goto(address);
  await page.evaluate(play);
  return { take: (message) => page.evaluate((got) => window.fromSender(got), message) };
}

/** Runs in the page. */
function play(): void {
  const connection = new RTCPeerConnection();
  window.players = [];
  connection.addEventListener('icecandidate', ({ candidate }) => {
    if (candidate?.candidate)
      void window.toSender({
        candidate: { candidate: candidate.candidate, sdpMLineIndex: candidate.sdpMLineIndex ?? 0 },
      });
  });
  connection.addEventListener('track', ({ track, receiver }) => {
    receiver.jitterBufferTarget = 0;
    const video = document.createElement('video');
    Object.assign(video, { muted: true, autoplay: true, playsInline: true, srcObject: new MediaStream([track]) });
    document.body.append(video);
    window.players.push(video);
  });
  // One after the other: candidates come after the offer that they belong to.
  let turn = Promise.resolve();
  window.fromSender = (message) => {
    turn = turn.then(async () => {
      if (message.candidate) return connection.addIceCandidate(message.candidate);
      await connection.setRemoteDescription({ type: 'offer', sdp: message.offer! });
      await connection.setLocalDescription();
      return window.toSender({ answer: connection.localDescription!.sdp });
    });
    return turn;
  };
}
