import type { Condition } from '../state.js';
import type { Headset } from '../xr/headset.js';

export interface Words {
  title: string;
  text: string;
  /** What the person can do here and now. */
  offer?: 'token' | 'play' | 'retry';
  /** Something is under way. */
  busy?: boolean;
}

/** What is said instead of the picture; null when the picture says enough. */
export function wordsFor(condition: Condition, secondsLeft: number): Words | null {
  switch (condition.kind) {
    case 'playing':
      return null;
    case 'connecting':
      return { title: 'Connecting', text: 'Looking for the server.', busy: true };
    case 'waiting':
      return { title: 'Almost there', text: 'The server answered; the picture is on its way.', busy: true };
    case 'interrupted':
      return {
        title: 'The cameras are being restarted',
        text: sentence(condition.detail, 'The picture comes back by itself.'),
        busy: true,
      };
    case 'away':
      return {
        title: condition.everOpen ? 'The server is away' : 'The server does not answer',
        text:
          secondsLeft > 0
            ? `Trying again in ${String(secondsLeft)} s. The picture comes back by itself.`
            : 'Trying again. The picture comes back by itself.',
        offer: 'retry',
        busy: true,
      };
    case 'no-picture':
      return {
        title: 'No picture arrives',
        text: 'The server is there, but no frame has come. Is a camera unplugged, or does a firewall between here and there stop UDP?',
        offer: 'retry',
        busy: true,
      };
    case 'blocked':
      return {
        title: 'The picture cannot get through',
        text: 'The server is there, but the media connection (WebRTC, over UDP) failed. A firewall, a VPN or separate networks may be in the way; a TURN server under server.ice helps. Trying again.',
        offer: 'retry',
        busy: true,
      };
    case 'stalled':
      return {
        title: 'The picture stands still',
        text: 'No new frame for two seconds. Waiting for the cameras.',
        busy: true,
      };
    case 'tap':
      return { title: 'Ready', text: 'This browser waits for a tap before it plays video.', offer: 'play' };
    case 'trouble':
      return { title: 'No picture yet', text: sentence(condition.detail, 'Waiting for the server.'), busy: true };
    case 'unauthorized':
      return {
        title: 'A token, please',
        text:
          capital(condition.detail) ||
          'Open the address that binocle printed when it started, or paste the token from it (what follows #token=).',
        offer: 'token',
      };
    case 'forbidden':
      return {
        title: 'Not allowed',
        text: sentence(condition.detail, 'The server knows this token but does not let it watch. Another may do.'),
        offer: 'token',
      };
    case 'no-codec':
      return {
        title: `This browser cannot decode ${condition.detail}`,
        text: 'Use one that can (Chrome, Edge, Safari, Firefox, the Quest’s own), or let the server encode otherwise: encode.codec in the profile.',
      };
    case 'no-webrtc':
      return {
        title: 'This browser has no WebRTC',
        text: 'It is too old, or WebRTC was switched off. Use a current Chrome, Edge, Safari, Firefox or the Quest’s own browser.',
      };
  }
}

/** Why the VR button cannot be pressed, beside it and for whoever points at it; or what it does. */
export const headsetWords: Record<Headset, { why: string; title: string }> = {
  ready: { why: '', title: 'Show the picture in the headset (V)' },
  insecure: {
    why: 'VR needs https',
    title: 'Browsers offer VR to secure pages only: open this address with https:// (or as localhost)',
  },
  'no-webxr': {
    why: 'No VR in this browser',
    title: 'This browser has no WebXR: open this page in the headset’s own browser',
  },
  'no-headset': {
    why: 'No headset here',
    title: 'No headset found: open this page in the headset’s own browser, or connect one',
  },
};

function sentence(detail: string, otherwise: string): string {
  return detail === '' ? otherwise : `${capital(detail)} ${otherwise}`;
}

/** The server’s messages begin small and end without a stop, as in its log. */
function capital(detail: string): string {
  return detail.replace(/^./, (first) => first.toUpperCase()).replace(/[^.!?]$/, '$&.');
}
