import { FirstAttempt } from './signalling/first-attempt.js';

declare global {
  interface Window {
    /** Null where the browser lacks WebRTC; the page says so. */
    binocleFirst?: FirstAttempt | null;
  }
}

window.binocleFirst =
  typeof RTCPeerConnection === 'undefined' ? null : new FirstAttempt(new URL(location.href), sessionStorage);
