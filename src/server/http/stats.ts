import type { BoardReadings } from '../../telemetry/board.js';
import type { DropCount, FrameCount } from '../../telemetry/ledger.js';
import type { Observed } from '../../telemetry/metrics.js';
import type { Rig } from '../rig.js';
import type { SessionState } from '../ws/session.js';
import type { Sessions } from '../ws/sessions.js';

/** The readings behind `/metrics`, as JSON. */
export interface RigStats {
  rig: string;
  ready: boolean;
  revision: number;
  uptimeMs: number;
  restarts: Record<string, number>;
  frames: FrameCount[];
  dropped: DropCount[];
  bitsPerSecond: number;
  lastFrameUnixSeconds: number | null;
  engine: { jsBusy: number; cpuSeconds: number; residentBytes: number } | null;
  server: Observed['server'];
  board: BoardReadings;
  viewers: SessionState[];
}

export type StatsReader = (rig: Rig) => Promise<RigStats>;

export function createStatsReader(sessions: Sessions, observe: () => Promise<Observed>): StatsReader {
  return async (rig) => {
    const { server, board } = await observe();
    const { ledger, supervisor } = rig;
    const readings = ledger.readings;
    return {
      rig: rig.name,
      ready: rig.ready,
      revision: rig.settings.revision,
      uptimeMs: Math.round(supervisor.uptimeMs),
      restarts: Object.fromEntries(supervisor.restarts),
      frames: ledger.frames,
      dropped: ledger.drops,
      bitsPerSecond: Math.round(ledger.bitsPerSecond),
      lastFrameUnixSeconds: ledger.lastFrameUnixSeconds,
      engine:
        readings === null
          ? null
          : { jsBusy: readings.jsBusy, cpuSeconds: readings.cpuSeconds, residentBytes: readings.residentBytes },
      server,
      board,
      viewers: sessions.list(rig).map(({ state }) => state),
    };
  };
}
