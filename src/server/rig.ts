import type { ProfileFiles } from '../config/profile-files.js';
import type { Logger } from '../log.js';
import type { GraphReport } from '../protocol/engine.js';
import type { EngineState, Supervisor } from '../supervisor/supervisor.js';
import { RigLedger } from '../telemetry/ledger.js';
import { monotonicMs } from '../telemetry/monotonic.js';
import { Settings } from './settings.js';

/** A rig as the HTTP API shows it. What depends on the graph is null until the first one plays. */
export interface RigState {
  name: string;
  state: EngineState;
  /** Why it does not run. */
  error: string | null;
  layout: GraphReport['layout'] | null;
  source: GraphReport['sources'] | null;
  encoder: string | null;
  codec: GraphReport['codec'] | null;
  capture: GraphReport['capture'] | null;
  outputs: GraphReport['outputs'] | null;
  gl: string | null;
  choices: string[] | null;
  revision: number;
  /** Of the running graph. */
  uptimeMs: number;
  restarts: number;
  viewers: number;
}

/** One stereo pair: its engine, its settings, its counts. Owns supervisor and settings. */
export class Rig {
  readonly name: string;
  readonly supervisor: Supervisor;
  readonly settings: Settings;
  readonly ledger = new RigLedger();

  constructor(name: string, supervisor: Supervisor, files: ProfileFiles, log: Logger) {
    this.name = name;
    this.supervisor = supervisor;
    this.settings = new Settings(supervisor, files, log);
    for (const news of ['up', 'rebuilt'] as const)
      supervisor.on(news, () => this.ledger.engineUp(monotonicMs(), Date.now()));
    for (const news of ['resting', 'down'] as const) supervisor.on(news, () => this.ledger.engineDown());
    supervisor.on('readings', (readings) => this.ledger.read(readings, Date.now()));
  }

  /** An engine runs and its frames advance. */
  get ready(): boolean {
    return this.supervisor.state === 'running' && this.ledger.advances(monotonicMs());
  }

  get restarts(): number {
    return [...this.supervisor.restarts.values()].reduce((total, count) => total + count, 0);
  }

  state(viewers: number): RigState {
    const { state, report, lastError, uptimeMs } = this.supervisor;
    return {
      name: this.name,
      state,
      error: lastError?.message ?? null,
      layout: report?.layout ?? null,
      source: report?.sources ?? null,
      encoder: report?.encoder ?? null,
      codec: report?.codec ?? null,
      capture: report?.capture ?? null,
      outputs: report?.outputs ?? null,
      gl: report?.gl ?? null,
      choices: report?.choices ?? null,
      revision: this.settings.revision,
      uptimeMs: Math.round(uptimeMs),
      restarts: this.restarts,
      viewers,
    };
  }

  close(): Promise<void> {
    this.settings.close();
    return this.supervisor.close();
  }
}
