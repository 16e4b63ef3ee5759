/** One ping and its pong, milliseconds. `sent` and `received` on the page's clock, the others on the server's. */
export interface Exchange {
  sent: number;
  serverReceived: number;
  serverSent: number;
  received: number;
}

/** How far two crystal clocks drift apart: 100 parts in a million is a poor pair. */
const driftPerMs = 100e-6;
/** performance.now() without cross-origin isolation steps in 0.1 ms (W3C hr-time). */
const resolutionMs = 0.1;
const kept = 32;

/**
 * The server's clock seen from the page, from pings: the exchange with the shortest round trip bounds the offset best (RFC 5905's clock filter).
 * The truth lies within ± `errorMs` whatever the asymmetry of the way, because no part of a round trip can be negative.
 */
export class Clock {
  readonly #exchanges: { offset: number; error: number; at: number }[] = [];

  add({ sent, serverReceived, serverSent, received }: Exchange): void {
    const roundTrip = received - sent - (serverSent - serverReceived);
    if (!(roundTrip >= 0)) return;
    const offset = (serverReceived - sent + (serverSent - received)) / 2;
    this.#exchanges.push({ offset, error: roundTrip / 2 + resolutionMs, at: received });
    if (this.#exchanges.length > kept) this.#exchanges.shift();
  }

  /** server time = page time + offsetMs, at page time `now`; null before the first pong. */
  read(now: number): { offsetMs: number; errorMs: number } | null {
    let best: { offsetMs: number; errorMs: number } | null = null;
    for (const { offset, error, at } of this.#exchanges) {
      const errorMs = error + Math.abs(now - at) * driftPerMs;
      if (!best || errorMs < best.errorMs) best = { offsetMs: offset, errorMs };
    }
    return best;
  }

  /** A new server process may count from another start. */
  reset(): void {
    this.#exchanges.length = 0;
  }
}
