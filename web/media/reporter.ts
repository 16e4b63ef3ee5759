import type { ClientMessageOf } from '../../src/protocol/ws.js';
import type { Connection } from './connection.js';
import { lossSince, report, totals, type StatsEntry, type Totals } from './statistics.js';

/** The last second of one connection. */
export interface Second {
  message: ClientMessageOf<'report'>;
  framesPerSecond: number;
  /** Fraction of its packets. */
  loss: number;
}

/** Reads what the browser counts of one connection. */
export class Reporter {
  readonly #connection: Pick<Connection, 'peer' | 'tracks'>;
  #before: Totals | null = null;

  constructor(connection: Pick<Connection, 'peer' | 'tracks'>) {
    this.#connection = connection;
  }

  /** Since the reading before. */
  async read(): Promise<Second> {
    const { peer, tracks } = this.#connection;
    const stats = (await peer.getStats()) as unknown as Map<string, StatsEntry>;
    const now = totals(
      stats.values(),
      tracks.map(({ mid }) => mid),
    );
    const before = this.#before;
    this.#before = now;
    const { framesPerSecond } = now;
    return { message: report(now, before), framesPerSecond, loss: before ? lossSince(now, before) : 0 };
  }
}
