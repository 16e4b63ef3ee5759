import type { RawData, WebSocket } from 'ws';
import { BinocleError, reasons } from '../../protocol/errors.js';
import type { ClientMessage, ServerMessageOf, ServerMessages, ServerMessageType } from '../../protocol/ws.js';
import { monotonicMs } from '../../telemetry/monotonic.js';
import { parseMessage } from './messages.js';
import { Throttle } from './throttle.js';

/** A headset that sleeps answers no pings: gone after this many. */
const pingEveryMs = 5_000;
const pingsUnanswered = 3;
/** What may wait to be sent to someone who does not read, bytes. */
const maxBacklogBytes = 4 * 1024 * 1024;
const messagesBurst = 200;
const messagesPerSecond = 100;

export interface ConnectionHandlers {
  /** A valid message; `received` on the monotonic clock. What it throws is answered as `error`. */
  message(message: ClientMessage, received: number): void | Promise<void>;
  closed(): void;
}

/**
 * One WebSocket: valid messages in, messages out. Nonsense is answered with `error` and harms nobody; who sends a flood is read slowly; who
 * is silent or does not read is dropped.
 */
export class Connection {
  readonly #socket: WebSocket;
  readonly #handlers: ConnectionHandlers;
  readonly #throttle = new Throttle(messagesBurst, messagesPerSecond, monotonicMs());
  readonly #heartbeat: NodeJS.Timeout;
  #resume: NodeJS.Timeout | null = null;
  #unanswered = 0;

  constructor(socket: WebSocket, handlers: ConnectionHandlers) {
    this.#socket = socket;
    this.#handlers = handlers;
    this.#heartbeat = setInterval(() => this.#beat(), pingEveryMs);
    socket.on('message', (data, isBinary) => void this.#receive(data, isBinary));
    socket.on('pong', () => {
      this.#unanswered = 0;
    });
    // Protocol errors (too large, bad UTF-8): ws closes with the code of RFC 6455, 7.4.1, and 'close' follows.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(this.#heartbeat);
      if (this.#resume !== null) clearTimeout(this.#resume);
      this.#handlers.closed();
    });
  }

  /** A message that came by another way than the socket. */
  receive(data: Buffer): void {
    void this.#receive(data, false);
  }

  send<T extends ServerMessageType>(type: T, content: ServerMessages[T]): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > maxBacklogBytes) {
      this.#socket.terminate();
      return;
    }
    const message = { type, ...content } as ServerMessageOf<T>;
    this.#socket.send(JSON.stringify(message));
  }

  /** Answers with `error`; closes where the reason says so (4401, 4403). */
  refuse(error: BinocleError, id?: string | number): void {
    const { reason, message, path } = error;
    this.send('error', {
      ...(id === undefined ? {} : { id }),
      code: reason,
      message,
      ...(path === undefined ? {} : { path }),
    });
    const verdict = reasons[reason];
    if ('close' in verdict && id === undefined) this.close(verdict.close, reason);
  }

  /** `reason` is cut to what a close frame holds, 123 bytes. */
  close(code: number, reason: string): void {
    this.#socket.close(
      code,
      Buffer.from(reason)
        .subarray(0, 123)
        .toString('utf8')
        .replace(/\uFFFD$/, ''),
    );
  }

  terminate(): void {
    this.#socket.terminate();
  }

  async #receive(data: RawData, isBinary: boolean): Promise<void> {
    const received = monotonicMs();
    this.#slowDown(received);
    const parsed = parseMessage(data as Buffer, isBinary);
    if ('error' in parsed) {
      this.refuse(parsed.error, parsed.id);
      return;
    }
    const { message } = parsed;
    try {
      await this.#handlers.message(message, received);
    } catch (thrown) {
      this.refuse(BinocleError.from(thrown), 'id' in message ? (message.id as string | number) : undefined);
    }
  }

  #slowDown(now: number): void {
    const waitMs = this.#throttle.take(now);
    if (waitMs === 0 || this.#resume !== null) return;
    this.#socket.pause();
    this.#resume = setTimeout(() => {
      this.#resume = null;
      this.#socket.resume();
    }, waitMs);
  }

  #beat(): void {
    if (this.#unanswered >= pingsUnanswered) {
      this.#socket.terminate();
      return;
    }
    this.#unanswered += 1;
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }
}
