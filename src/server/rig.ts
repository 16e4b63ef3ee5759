import type { Profile } from '../protocol/configuration.js';
import type { GraphReport } from '../protocol/engine.js';
import type { EngineState, Supervisor } from '../supervisor/supervisor.js';
import { RigLedger } from '../telemetry/ledger.js';
import { monotonicMs } from '../telemetry/monotonic.js';

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

/** One stereo pair: its engine, its profile with a revision, its counts. Owns the supervisor. */
export class Rig {
  readonly name: string;
  readonly supervisor: Supervisor;
  readonly ledger = new RigLedger();
  #revision = 1;

  constructor(name: string, supervisor: Supervisor) {
    this.name = name;
    this.supervisor = supervisor;
    supervisor.on('up', () => this.ledger.engineUp(monotonicMs(), Date.now()));
    supervisor.on('down', () => this.ledger.engineDown());
    supervisor.on('readings', (readings) => this.ledger.read(readings, Date.now()));
  }

  get profile(): Profile {
    return this.supervisor.profile;
  }

  get revision(): number {
    return this.#revision;
  }

  /** An engine runs and its frames advance. */
  get ready(): boolean {
    return this.supervisor.state === 'running' && this.ledger.advances(monotonicMs());
  }

  get restarts(): number {
    return [...this.supervisor.restarts.values()].reduce((total, count) => total + count, 0);
  }

  /** Another profile by a new graph; every viewer is offered anew. @throws BinocleError and keeps the old one where it does not play. */
  async change(profile: Profile): Promise<GraphReport> {
    // Counted before the new graph is up, as its offers carry the revision.
    this.#revision += 1;
    return this.supervisor.replace(profile);
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
      revision: this.#revision,
      uptimeMs: Math.round(uptimeMs),
      restarts: this.restarts,
      viewers,
    };
  }

  close(): Promise<void> {
    return this.supervisor.close();
  }
}
