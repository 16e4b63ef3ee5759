import type { ClientMessage, ClientMessageOf, ServerMessage } from '../../src/protocol/ws.js';
import { Emitter } from '../events.js';
import { protocolsWith } from './hello.js';
import { delayBefore } from './reconnect-policy.js';

/** The part of the WebSocket interface that is used; the browser's or that of the `ws` package. */
export interface Socket {
  readyState: number;
  send(data: string): void;
  close(code?: number): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
}

export interface SignallingSurroundings {
  open(address: string, protocols: string[]): Socket;
  /** Runs `callback` after `ms`; returns what cancels it. */
  after(ms: number, callback: () => void): () => void;
  random(): number;
}

export type Refusal = 'unauthorized' | 'forbidden';

interface SignallingEvents {
  message: [ServerMessage];
  /** The socket is gone or could not be opened; the next attempt is in `ms`. */
  away: [{ attempt: number; ms: number; everOpen: boolean }];
  /** Closed with 4401 or 4403: waits for `connect()` to be called anew. */
  refused: [Refusal, message: string];
}

/** WebSocket.OPEN, in the browser and in `ws`. */
const open = 1;

const refusals: Record<number, Refusal> = { 4401: 'unauthorized', 4403: 'forbidden' };

/** The WebSocket to the server, opened again by itself for as long as it is wanted. Knows messages, not what they mean. */
export class Signalling extends Emitter<SignallingEvents> {
  readonly #address: string;
  readonly #hello: () => ClientMessageOf<'hello'>;
  readonly #surroundings: SignallingSurroundings;
  #socket: Socket | null = null;
  #cancel: (() => void) | null = null;
  #attempt = 0;
  #everOpen = false;
  #lastError = '';

  /** `hello` gives the first message of every attempt, which comes with its handshake. */
  constructor(address: string, hello: () => ClientMessageOf<'hello'>, surroundings: SignallingSurroundings) {
    super();
    this.#address = address;
    this.#hello = hello;
    this.#surroundings = surroundings;
  }

  /** Opens at once: the first time, after a refusal, or to cut a wait short. Does nothing while a socket is open or opening. */
  connect(): void {
    this.#cancel?.();
    this.#cancel = null;
    if (this.#socket) return;
    const socket = this.#surroundings.open(this.#address, protocolsWith(this.#hello()));
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      if (socket === this.#socket) this.#receive(JSON.parse(String(data)) as ServerMessage);
    });
    socket.addEventListener('close', ({ code, reason }) => {
      if (socket !== this.#socket) return;
      this.#socket = null;
      const refusal = refusals[code];
      if (refusal) this.emit('refused', refusal, this.#lastError || reason);
      else this.#retry();
    });
  }

  /** Drops the connection and opens another: the server then offers anew. */
  restart(): void {
    this.#drop();
    this.#attempt = 0;
    this.connect();
  }

  /** Returns whether it could be sent. */
  send(message: ClientMessage): boolean {
    if (this.#socket?.readyState !== open) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#drop();
  }

  #receive(message: ServerMessage): void {
    this.#everOpen = true;
    if (message.type === 'welcome') this.#attempt = 0;
    if (message.type === 'error') this.#lastError = message.message;
    this.emit('message', message);
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
  }

  #retry(): void {
    const ms = delayBefore(this.#attempt, () => this.#surroundings.random());
    this.#cancel = this.#surroundings.after(ms, () => this.connect());
    this.emit('away', { attempt: this.#attempt, ms, everOpen: this.#everOpen });
    this.#attempt += 1;
  }
}
