import { readWish, signallingAddress, type TokenStore } from '../address.js';
import { peerInAdvance } from '../media/connection.js';
import { hello, protocolsWith } from './hello.js';

/**
 * The first connection to the server, begun by the page's first script: the offer is on its way while the browser still reads the rest of the page.
 * Bundled apart from it, so that nothing waits for the whole.
 */
export class FirstAttempt {
  /** For the first offer. */
  readonly peer: RTCPeerConnection;
  readonly #received: unknown[] = [];
  readonly #keep = ({ data }: MessageEvent): unknown => this.#received.push(data);
  #socket: WebSocket | null;

  constructor(address: URL, store: TokenStore) {
    this.#socket = new WebSocket(signallingAddress(address), protocolsWith(hello(readWish(address, store))));
    this.#socket.addEventListener('message', this.#keep);
    this.peer = peerInAdvance();
  }

  /** Once, and while it lives: whoever takes it hears in the next microtask what came until then. */
  takeSocket(): WebSocket | null {
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null || socket.readyState > WebSocket.OPEN) return null;
    queueMicrotask(() => {
      socket.removeEventListener('message', this.#keep);
      for (const data of this.#received) socket.dispatchEvent(new MessageEvent('message', { data }));
    });
    return socket;
  }
}
