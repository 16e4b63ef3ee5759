import { helloProtocol, subprotocol, type ClientMessageOf } from '../../src/protocol/ws.js';
import type { Wish } from '../address.js';

/** The first message of every connection. */
export function hello(wish: Wish): ClientMessageOf<'hello'> {
  return {
    type: 'hello',
    client: 'binocle page',
    layout: wish.layout,
    // One for each eye: no layout takes more.
    tracks: 2,
    ...(wish.token === null ? {} : { token: wish.token }),
    ...(wish.rig === null ? {} : { rig: wish.rig }),
  };
}

/** What a socket is opened with: the subprotocol, and the hello in a form that the handshake takes. */
export function protocolsWith(message: ClientMessageOf<'hello'>): string[] {
  const bytes = new TextEncoder().encode(JSON.stringify(message));
  const base64 = btoa(String.fromCharCode(...bytes));
  return [subprotocol, helloProtocol + base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')];
}
