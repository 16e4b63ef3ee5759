import { EventEmitter, once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { ProfileFiles } from '../../src/config/profile-files.js';
import { select } from '../../src/config/select.js';
import type { Texts } from '../../src/config/source.js';
import { setLogLevel } from '../../src/log.js';
import { packagePath } from '../../src/paths.js';
import type { Profile } from '../../src/protocol/configuration.js';
import type { ServerMessage, ServerMessageOf, ServerMessageType } from '../../src/protocol/ws.js';
import { Server } from '../../src/server/server.js';
import type { Behaviour } from './fake-engine.js';

export const fakeEngine = packagePath('dist', 'test', 'server', 'fake-engine.js');

export interface Rigged {
  server: Server;
  origin: string;
  state: string;
  /** The profile file. */
  file: string;
  authority: string | undefined;
  profile: Profile;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A server on a free loopback port, with the fake engine; https and tokens unless `settings` say otherwise. */
export async function rigged(settings: string[] = [], behaviour: Behaviour = {}, start = true): Promise<Rigged> {
  setLogLevel('error');
  const state = await mkdtemp(join(tmpdir(), 'binocle-server-'));
  const file = join(state, 'robot.yaml');
  await writeFile(file, `profiles:\n  default:\n    description: ${JSON.stringify(JSON.stringify(behaviour))}\n`);
  const set = ['server.host=127.0.0.1', 'server.port=0', `state_dir=${state}`, ...settings];
  const read = (instead?: Texts) => select({ config: [file], set }, instead);
  const selected = await read();
  const { configuration, profile: rig } = selected;
  const rigs = [{ name: 'default', files: new ProfileFiles(read, selected) }];
  const server = await Server.open({ configuration, rigs, program: fakeEngine });
  const close = async (): Promise<void> => {
    await server.close();
    await rm(state, { recursive: true, force: true });
  };
  try {
    if (start) await server.startRigs();
  } catch (error) {
    await close();
    throw error;
  }
  const authority =
    configuration.server.tls.mode === 'self-signed' ? await readFile(join(state, 'authority.pem'), 'utf8') : undefined;
  return { server, origin: server.origins[0]!, state, file, authority, profile: rig, [Symbol.asyncDispose]: close };
}

export interface Response {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  json(): unknown;
}

/** One request, its path sent as it is written; over https only the local authority is trusted. */
export async function ask(
  { origin, authority }: Pick<Rigged, 'origin' | 'authority'>,
  path: string,
  {
    method = 'GET',
    token,
    headers = {},
    body,
  }: { method?: string; token?: string | undefined; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Response> {
  const { protocol, hostname, port } = new URL(origin);
  const options: RequestOptions = {
    method,
    hostname,
    port,
    path,
    ca: authority,
    agent: false,
    headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
  };
  const request = (protocol === 'https:' ? httpsRequest : httpRequest)(options);
  request.end(body);
  const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  return { status: response.statusCode!, headers: response.headers, text, json: () => JSON.parse(text) as unknown };
}

/** Longest wait for a message, ms. */
const patienceMs = 30_000;

/** A page's WebSocket; every message is kept until it is asked for. */
export class Client {
  readonly socket: WebSocket;
  readonly #messages: ServerMessage[] = [];
  readonly #arrived = new EventEmitter();

  constructor(
    { origin, authority }: Pick<Rigged, 'origin' | 'authority'>,
    options: { origin?: string; protocol?: string | string[] } = {},
  ) {
    this.socket = new WebSocket(`${origin.replace('http', 'ws')}/ws`, options.protocol ?? 'binocle.v1', {
      ...(authority === undefined ? {} : { ca: authority }),
      ...(options.origin === undefined ? {} : { origin: options.origin }),
    });
    this.socket.on('message', (data: Buffer) => {
      this.#messages.push(JSON.parse(data.toString('utf8')) as ServerMessage);
      this.#arrived.emit('message');
    });
    this.socket.on('close', () => this.#arrived.emit('message'));
  }

  static async open(
    to: Pick<Rigged, 'origin' | 'authority'>,
    options: { origin?: string; protocol?: string | string[] } = {},
  ): Promise<Client> {
    const client = new Client(to, options);
    await once(client.socket, 'open');
    return client;
  }

  /** Says hello and waits for the first offer. */
  static async watching(to: Rigged, token = to.server.tokens?.operator): Promise<Client> {
    const client = await Client.open(to);
    client.send({ type: 'hello', ...(token === undefined ? {} : { token }) });
    await client.next('offer');
    return client;
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  /** The next message of this type; those before it are passed over. */
  async next<T extends ServerMessageType>(type: T): Promise<ServerMessageOf<T>> {
    const patience = AbortSignal.timeout(patienceMs);
    for (;;) {
      const index = this.#messages.findIndex((message) => message.type === type);
      if (index >= 0) return this.#messages.splice(0, index + 1)[index] as unknown as ServerMessageOf<T>;
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error(`closed while waiting for ${type}`);
      try {
        await once(this.#arrived, 'message', { signal: patience });
      } catch (cause) {
        throw new Error(`no ${type} came`, { cause });
      }
    }
  }

  /** Waits for the end: the close code. */
  async closed(): Promise<number> {
    const [code] = (await once(this.socket, 'close')) as [number];
    return code;
  }

  close(): void {
    this.socket.terminate();
  }
}
