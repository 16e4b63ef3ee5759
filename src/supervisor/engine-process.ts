import { fork, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Logger } from '../log.js';
import type { Priority } from '../protocol/configuration.js';
import { BinocleError } from '../protocol/errors.js';
import type { EngineEvents, EngineMethod, EngineMethods, EngineNotice, EngineReply } from '../protocol/engine.js';
import { beatMs, beatsMissed, deadlineMs } from './deadlines.js';
import { engineEnvironment } from './engine-environment.js';

/** Why an engine process ended: a closed set, the label of `binocle_engine_restarts_total`. */
export const endCauses = ['failed', 'silent', 'crashed', 'exited', 'start-failed', 'reconfigured'] as const;
export type EndCause = (typeof endCauses)[number];

export interface EngineEnd {
  cause: EndCause;
  error: BinocleError;
}

type Events = { [E in keyof EngineEvents]: [EngineEvents[E]] } & { ended: [EngineEnd] };

const channelDrainMs = 200;

interface Pending {
  settle(reply: EngineReply): void;
  reject(error: BinocleError): void;
}

/**
 * One engine process from fork to exit: typed requests with deadlines, its events, its heartbeat, its end. It never comes back; the
 * supervisor makes another. It is the leader of its own process group, so that whatever it started ends with it and a terminal's
 * Ctrl-C reaches the server alone, which then ends it in good order.
 */
export class EngineProcess extends EventEmitter<Events> {
  /** Settles once, when the process is gone; never rejects. */
  readonly ended: Promise<EngineEnd>;
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #verdict: EngineEnd | null = null;
  #gone: EngineEnd | null = null;
  #heartbeat: NodeJS.Timeout | null = null;
  #beatsSilent = 0;
  /** What it is doing, in its own words. */
  #progress: string | null = null;

  constructor(program: string, priority: Priority, log: Logger) {
    super();
    this.#child = fork(program, [priority], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
      env: engineEnvironment(process.env),
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) logLines(stream, log);
    // Each in a turn of its own: what waits for an answer goes on before what the engine says next.
    this.#child.on('message', (message) => setImmediate(() => this.#handle(message as EngineReply | EngineNotice)));
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#verdict ??= {
          cause: 'crashed',
          error: new BinocleError('engine-failed', `the engine process cannot be started: ${error.message}`),
        };
        if (this.#child.pid === undefined) resolve(this.#end(null, null));
      });
      // Its last words may still be in the channel when it is gone already: the channel's end comes after them.
      this.#child.once('exit', (status, signal) => {
        const finish = (): void => void setImmediate(() => resolve(this.#end(status, signal)));
        if (!this.#child.connected) return finish();
        const overdue = setTimeout(finish, channelDrainMs);
        this.#child.once('disconnect', () => {
          clearTimeout(overdue);
          finish();
        });
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** It has ended. */
  get over(): boolean {
    return this.#gone !== null;
  }

  /** @throws BinocleError the engine's own, `timeout` after the method's deadline, or why the process ended meanwhile. */
  request<M extends EngineMethod>(method: M, params: EngineMethods[M]['params']): Promise<EngineMethods[M]['result']> {
    if (this.#gone !== null) return Promise.reject(this.#gone.error);
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const limit = deadlineMs(method);
      const deadline = setTimeout(() => {
        const doing = this.#progress === null ? '' : `; the last it said was: ${this.#progress}`;
        const message = `the engine did not answer "${method}" within ${limit / 1000} s${doing}`;
        finish(() => reject(new BinocleError('timeout', message)));
      }, limit);
      const finish = (settle: () => void): void => {
        clearTimeout(deadline);
        this.#pending.delete(id);
        settle();
      };
      this.#pending.set(id, {
        settle: (reply) =>
          finish(() =>
            'error' in reply
              ? reject(BinocleError.fromShape(reply.error))
              : resolve(reply.result as EngineMethods[M]['result']),
          ),
        reject: (error) => finish(() => reject(error)),
      });
      // A channel that closes under the request shows as the process's end, which rejects it.
      this.#child.send({ id, method, params }, () => undefined);
    });
  }

  /** Watches for readings from now on: the engine plays. */
  watch(): void {
    // Beats are counted, not time: after the whole machine slept, the engine gets its full count again.
    this.#heartbeat ??= setInterval(() => {
      this.#beatsSilent += 1;
      if (this.#beatsSilent <= beatsMissed) return;
      const seconds = String((beatsMissed * beatMs) / 1000);
      this.kill('silent', new BinocleError('engine-failed', `the engine has not been heard of for ${seconds} s`));
    }, beatMs).unref();
  }

  /** Its silence means nothing from now on: it rests. */
  rest(): void {
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    this.#heartbeat = null;
    this.#beatsSilent = 0;
  }

  /** Asks it to end, and ends it where it does not within a second. */
  async stop(cause: EndCause, error: BinocleError): Promise<void> {
    this.#verdict ??= { cause, error };
    this.request('stop', {}).catch(() => this.kill(cause, error));
    const overdue = setTimeout(() => this.kill(cause, error), deadlineMs('stop'));
    await this.ended;
    clearTimeout(overdue);
  }

  /** SIGKILL for the process and whatever it started. The first cause given is the one that counts. */
  kill(cause: EndCause, error: BinocleError): void {
    this.#verdict ??= { cause, error };
    killGroup(this.#child);
  }

  #handle(message: EngineReply | EngineNotice): void {
    if ('id' in message) {
      this.#pending.get(message.id)?.settle(message);
      return;
    }
    if (message.event === 'readings') this.#beatsSilent = 0;
    if (message.event === 'progress') this.#progress = message.data.message;
    if (message.event === 'failed') this.#verdict ??= { cause: 'failed', error: BinocleError.fromShape(message.data) };
    this.emit(message.event, ...([message.data] as never));
  }

  #end(status: number | null, signal: NodeJS.Signals | null): EngineEnd {
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    killGroup(this.#child);
    const end = this.#verdict ?? {
      cause: signal === null ? ('exited' as const) : ('crashed' as const),
      error: new BinocleError(
        'engine-failed',
        signal === null
          ? `the engine process ended with status ${String(status)}`
          : `the engine process was killed by ${signal}`,
      ),
    };
    this.#gone = end;
    for (const pending of this.#pending.values()) pending.reject(end.error);
    this.emit('ended', end);
    this.removeAllListeners();
    return end;
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}

function logLines(stream: Readable, log: Logger): void {
  createInterface({ input: stream }).on('line', (line) => {
    if (line.trim() !== '') log.warn(line);
  });
}
