import type { ServerMessageOf } from '../../src/protocol/ws.js';
import type { Signalling } from '../signalling/client.js';
import type { Clock } from './clock.js';

/** A quick burst finds the shortest round trip, then one a second follows the drift. */
const burst = { pings: 6, everyMs: 80 } as const;

/** Keeps the server's clock known: sends pings, and gives what comes back to the clock. */
export class Pings {
  readonly #signalling: Pick<Signalling, 'send'>;
  readonly #clock: Clock;
  #left = 0;

  constructor(signalling: Pick<Signalling, 'send'>, clock: Clock) {
    this.#signalling = signalling;
    this.#clock = clock;
  }

  /** A server that is new to the page. */
  begin(): void {
    this.#clock.reset();
    this.#left = burst.pings;
    this.#ping();
  }

  everySecond(): void {
    if (this.#left <= 0) this.#ping();
  }

  handlePong({ t, received, sent }: ServerMessageOf<'pong'>): void {
    this.#clock.add({ sent: t, serverReceived: received, serverSent: sent, received: performance.now() });
  }

  #ping(): void {
    const t = performance.now();
    this.#signalling.send({ type: 'ping', id: Math.round(t * 10), t });
    this.#left -= 1;
    if (this.#left > 0) setTimeout(() => this.#ping(), burst.everyMs);
  }
}
