import type { ProfileFiles } from '../config/profile-files.js';
import { createLogger } from '../log.js';
import { packagePath } from '../paths.js';
import type { Configuration } from '../protocol/configuration.js';
import { Supervisor } from '../supervisor/supervisor.js';
import { Access } from './access.js';
import { originsOf } from './addresses.js';
import { createApp } from './http/app.js';
import { version } from './http/openapi.js';
import { createStatsReader } from './http/stats.js';
import { iceServers } from './ice-servers.js';
import { listen, type Listening } from './listen.js';
import { createObserver } from './observer.js';
import { Rig } from './rig.js';
import { StateFolder } from './state-folder.js';
import { loadIdentity } from './tls.js';
import { loadTokens, type Tokens } from './tokens.js';
import { Metrics } from '../telemetry/metrics.js';
import { Endpoint } from './ws/endpoint.js';
import { Sessions } from './ws/sessions.js';

export const engineProgram = packagePath('dist', 'src', 'engine', 'main.js');

export interface ServerOptions {
  configuration: Pick<Configuration, 'server' | 'state_dir'>;
  rigs: { name: string; files: ProfileFiles }[];
  /** The engine's entry. Left out: the real one. */
  program?: string;
}

const identityCheckMs = 10 * 60 * 1000;

/**
 * The server process: page, API and WebSocket over one port, and a supervisor a rig. Owns all of them: `open` binds the port, `startRigs`
 * starts the engines, `close` ends everything.
 */
export class Server {
  readonly rigs: ReadonlyMap<string, Rig>;
  /** Null with `auth.mode: none`. */
  readonly tokens: Tokens | null;
  /** Null without TLS. */
  readonly fingerprint: string | null;
  /** Every origin that it is reached under, the one for other machines first. */
  readonly origins: string[];
  readonly #listening: Listening;
  readonly #endpoint: Endpoint;
  readonly #stopObserving: () => void;
  readonly #identityTimer: NodeJS.Timeout;
  #closing: Promise<void> | null = null;

  private constructor(parts: {
    rigs: ReadonlyMap<string, Rig>;
    tokens: Tokens | null;
    fingerprint: string | null;
    origins: string[];
    listening: Listening;
    endpoint: Endpoint;
    stopObserving: () => void;
    renewIdentity: () => Promise<void>;
  }) {
    this.rigs = parts.rigs;
    this.tokens = parts.tokens;
    this.fingerprint = parts.fingerprint;
    this.origins = parts.origins;
    this.#listening = parts.listening;
    this.#endpoint = parts.endpoint;
    this.#stopObserving = parts.stopObserving;
    this.#identityTimer = setInterval(() => void parts.renewIdentity(), identityCheckMs).unref();
  }

  /** Certificates, tokens, page and port; no engine yet. @throws BinocleError `bad-config`, `port-in-use`. */
  static async open({ configuration, rigs, program = engineProgram }: ServerOptions): Promise<Server> {
    const { server: settings, state_dir } = configuration;
    const log = createLogger('server');
    const folder = await StateFolder.open(state_dir);
    const tokens = settings.auth.mode === 'none' ? null : await loadTokens(folder);
    const identity = await loadIdentity(settings.tls, folder);

    const byName = new Map(
      rigs.map(({ name, files }) => {
        const logOf = (what: string) => createLogger(rigs.length === 1 ? what : `${what} ${name}`);
        const { profile } = files;
        const supervisor = new Supervisor({
          rig: name,
          profile,
          program,
          priority: settings.priority,
          log: logOf('engine'),
        });
        return [name, new Rig(name, supervisor, files, logOf('settings'))];
      }),
    );
    const access = new Access(tokens);
    const sessions = new Sessions(byName.values());
    const observer = createObserver(version, byName, sessions);
    const metrics = new Metrics(observer.observe);
    const app = await createApp({
      services: {
        rigs: byName,
        sessions,
        metrics,
        stats: createStatsReader(sessions, observer.observe),
      },
      access,
      origins: settings.origins,
      page: packagePath('dist', 'page'),
      log,
    });
    const listener = app.callback();
    const listening = await listen((request, response) => void listener(request, response), settings, identity);
    const endpoint = new Endpoint({
      rigs: byName,
      sessions,
      access,
      origins: settings.origins,
      settings: { ice: settings.ice, iceServers: iceServers(settings.ice), shown: metrics.shown },
      log: createLogger('sessions'),
    });
    endpoint.attach(listening.server);

    let current = identity;
    return new Server({
      rigs: byName,
      tokens,
      fingerprint: identity?.fingerprint ?? null,
      origins: originsOf(identity === null ? 'http' : 'https', settings.host, listening.port),
      listening,
      endpoint,
      stopObserving: observer.stop,
      renewIdentity: async () => {
        const next = await loadIdentity(settings.tls, folder).catch((error: Error) => {
          log.warn(`the certificate could not be looked after: ${error.message}`);
          return null;
        });
        if (next === null || next.fingerprint === current?.fingerprint) return;
        current = next;
        listening.use(next);
        log.info('a new certificate is in use', { fingerprint: next.fingerprint });
      },
    });
  }

  /** The first start of every engine. @throws BinocleError the first reason why there is no picture. */
  async startRigs(): Promise<void> {
    await Promise.all([...this.rigs.values()].map((rig) => rig.supervisor.start()));
    for (const { settings } of this.rigs.values()) settings.watch();
  }

  /** Everything within about 1.3 s: engines stopped, viewers told, port free. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#identityTimer);
    this.#stopObserving();
    this.#endpoint.close();
    const { server, drop } = this.#listening;
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    await Promise.all([...this.rigs.values()].map((rig) => rig.close()));
    server.closeAllConnections();
    this.#endpoint.terminate();
    drop();
    await closed;
  }
}
