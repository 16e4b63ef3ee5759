import type { IncomingHttpHeaders, IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Logger } from '../../log.js';
import { BinocleError } from '../../protocol/errors.js';
import { clientMessages, helloProtocol, maxMessageBytes, subprotocol, type ClientMessage } from '../../protocol/ws.js';
import { bearerToken, type Access } from '../access.js';
import { originAllowed } from '../origin.js';
import type { Rig } from '../rig.js';
import { Connection } from './connection.js';
import { Session, type SessionSettings } from './session.js';
import type { Sessions } from './sessions.js';

const helloWithinMs = 10_000;
const maxSockets = 256;
const reportNames = Object.keys(clientMessages.report.properties).filter((name) => name !== 'type');

export interface EndpointOptions {
  rigs: ReadonlyMap<string, Rig>;
  sessions: Sessions;
  access: Access;
  origins: readonly string[];
  settings: SessionSettings;
  log: Logger;
}

/** `/ws`: checks who may open it, reads `hello`, which may come with the handshake, and hands every later message to the session. Owns the WebSockets. */
export class Endpoint {
  readonly #options: EndpointOptions;
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  });

  #closing = false;

  constructor(options: EndpointOptions) {
    this.#options = options;
  }

  attach(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy());
      const refusal = this.#refusal(request);
      if (refusal !== null) {
        socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
        return;
      }
      this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#accept(webSocket, request));
    });
  }

  /** Tells everyone that the server goes away (1001); no one new is let in. */
  close(): void {
    this.#closing = true;
    for (const socket of this.#server.clients) socket.close(1001, 'binocle ends');
  }

  /** Drops who has not left yet. */
  terminate(): void {
    for (const socket of this.#server.clients) socket.terminate();
  }

  #refusal({ url, headers }: IncomingMessage): string | null {
    if ((url ?? '').split('?')[0] !== '/ws') return '404 Not Found';
    if (!originAllowed(headers.origin, headers.host, this.#options.origins)) return '403 Forbidden';
    if (!protocolsOf(headers).includes(subprotocol)) return '400 Bad Request';
    if (this.#server.clients.size >= maxSockets || this.#closing) return '503 Service Unavailable';
    return null;
  }

  #accept(socket: WebSocket, request: IncomingMessage): void {
    const { sessions } = this.#options;
    let session: Session | null = null;
    const connection = new Connection(socket, {
      message: (message, received) => {
        if (session !== null) return dispatch(session, message, received);
        session = this.#greet(message, request, connection);
        sessions.add(session);
        clearTimeout(overdue);
      },
      closed: () => {
        clearTimeout(overdue);
        if (session !== null) sessions.remove(session);
      },
    });
    const overdue = setTimeout(() => {
      connection.refuse(new BinocleError('timeout', 'no valid hello came'));
      connection.close(1008, 'no valid hello came');
    }, helloWithinMs);
    const hello = protocolsOf(request.headers).find((name) => name.startsWith(helloProtocol));
    if (hello !== undefined) connection.receive(Buffer.from(hello.slice(helloProtocol.length), 'base64url'));
  }

  #greet(message: ClientMessage, request: IncomingMessage, connection: Connection): Session {
    const { access, rigs, settings, log } = this.#options;
    if (message.type !== 'hello') throw new BinocleError('bad-message', 'the first message is hello', { path: 'type' });
    const role = access.role(message.token ?? bearerToken(request));
    const rig = message.rig === undefined ? [...rigs.values()][0] : rigs.get(message.rig);
    if (rig === undefined)
      throw new BinocleError('not-found', `there is no rig of this name; there is ${[...rigs.keys()].join(', ')}`, {
        path: 'rig',
      });
    const { client = null, tracks = 1 } = message;
    const identity = { role, rig, client, tracks, address: request.socket.remoteAddress ?? '' };
    return new Session(identity, connection, settings, log);
  }
}

function protocolsOf(headers: IncomingHttpHeaders): string[] {
  return (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
}

function dispatch(session: Session, message: ClientMessage, received: number): void | Promise<void> {
  switch (message.type) {
    case 'hello':
      throw new BinocleError('bad-message', 'hello was said already', { path: 'type' });
    case 'answer':
      return session.answer(message);
    case 'candidate':
      return session.addCandidate(message);
    case 'set':
      return session.set(message);
    case 'save':
      return session.save(message);
    case 'rollback':
      return session.rollback(message);
    case 'keyframe':
      return session.keyframe(message);
    case 'ping':
      return session.ping(message, received);
    case 'report':
      return session.report(message, reportNames);
  }
}
