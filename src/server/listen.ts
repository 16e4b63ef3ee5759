import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttp, type RequestListener, type Server } from 'node:http';
import { createServer as createHttps, type Server as HttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { BinocleError } from '../protocol/errors.js';
import { separatePlain } from './first-byte.js';
import { holderOfPort, nameOfHolder } from './port-holder.js';
import { createRedirect, namesOf } from './redirect.js';
import type { Identity } from './tls.js';

/** Longest that a TLS handshake may take, ms. */
const handshakeTimeout = 30_000;

export interface Listening {
  server: Server | HttpsServer;
  port: number;
  /** Takes another certificate for the connections to come. */
  use: (identity: Identity) => void;
  /** Ends every connection, whatever it has come to. */
  drop: () => void;
}

/**
 * The port of page and API; with an identity it speaks TLS, and leads whoever comes without to https.
 * @throws BinocleError `port-in-use`, or `bad-config` where the address is not this machine's or the port not this user's.
 */
export async function listen(
  listener: RequestListener,
  { host, port }: { host: string; port: number },
  identity: Identity | null,
): Promise<Listening> {
  const secure = identity === null ? null : createSecure(listener, identity);
  const server = secure?.server ?? createHttp(listener);
  server.requestTimeout = 30_000;
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.once('close', () => sockets.delete(socket)));
  });
  server.listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw await refusal(cause as NodeJS.ErrnoException, host, port);
  }
  return {
    server,
    port: (server.address() as AddressInfo).port,
    use: (next) => secure?.use(next),
    drop: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function createSecure(listener: RequestListener, identity: Identity): Pick<Listening, 'use'> & { server: HttpsServer } {
  const { key, cert } = identity;
  let ours = namesOf(new X509Certificate(cert));
  const server = createHttps({ key, cert, handshakeTimeout }, listener);
  separatePlain(
    server,
    createRedirect((name) => ours(name)),
  );
  return {
    server,
    use: (next) => {
      server.setSecureContext({ key: next.key, cert: next.cert });
      ours = namesOf(new X509Certificate(next.cert));
    },
  };
}

async function refusal(cause: NodeJS.ErrnoException, host: string, port: number): Promise<BinocleError> {
  const at = String(port);
  switch (cause.code ?? '') {
    case 'EADDRINUSE': {
      const holder = nameOfHolder(await holderOfPort(host, port));
      const by = holder === null ? '' : ` by ${holder}`;
      return new BinocleError(
        'port-in-use',
        `port ${at} of ${host} is in use${by}: end the program that has it (\`sudo ss -ltnp 'sport = :${at}'\` shows which), or take another with --set server.port=N`,
        { path: 'server.port', cause },
      );
    }
    case 'EACCES':
      return new BinocleError('bad-config', `port ${at} needs root; take one above 1023 with --set server.port=N`, {
        path: 'server.port',
        cause,
      });
    default:
      return new BinocleError('bad-config', `cannot listen on ${host}, port ${at}: ${cause.message}`, {
        path: 'server.host',
        cause,
      });
  }
}
