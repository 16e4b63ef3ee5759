import { readBoard } from '../telemetry/board.js';
import { createBusyMeter } from '../telemetry/event-loop.js';
import type { Observed } from '../telemetry/metrics.js';
import type { Rig } from './rig.js';
import type { Sessions } from './ws/sessions.js';

export interface Observer {
  observe: () => Promise<Observed>;
  stop: () => void;
}

/** Gathers what metrics and stats are read from. Owns a one-second timer, for the share of the JS thread in use. */
export function createObserver(version: string, rigs: ReadonlyMap<string, Rig>, sessions: Sessions): Observer {
  const meter = createBusyMeter();
  let busy = 0;
  const timer = setInterval(() => {
    busy = meter();
  }, 1000).unref();
  return {
    observe: async () => {
      const { user, system } = process.cpuUsage();
      return {
        version,
        rigs: [...rigs.values()].map((rig) => ({
          name: rig.name,
          ledger: rig.ledger,
          restarts: rig.supervisor.restarts,
          changes: rig.settings.counts,
          sessions: sessions.list(rig).map(({ state }) => state),
        })),
        board: await readBoard(),
        server: { busy, cpuSeconds: (user + system) / 1e6, residentBytes: process.memoryUsage.rss() },
      };
    },
    stop: () => clearInterval(timer),
  };
}
