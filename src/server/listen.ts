import { once } from 'node:events';
import { createServer as createHttp, type RequestListener, type Server } from 'node:http';
import { createServer as createHttps, type Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { BinocleError } from '../protocol/errors.js';
import type { Identity } from './tls.js';

export interface Listening {
  server: Server | HttpsServer;
  port: number;
  /** Takes another certificate for the connections to come. */
  use(identity: Identity): void;
}

/** @throws BinocleError `port-in-use`, or `bad-config` where the address is not this machine's or the port not this user's. */
export async function listen(
  listener: RequestListener,
  { host, port }: { host: string; port: number },
  identity: Identity | null,
): Promise<Listening> {
  const secure = identity === null ? null : createHttps({ key: identity.key, cert: identity.cert }, listener);
  const server = secure ?? createHttp(listener);
  server.requestTimeout = 30_000;
  server.listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw refusal(cause as NodeJS.ErrnoException, host, port);
  }
  return {
    server,
    port: (server.address() as AddressInfo).port,
    use: ({ key, cert }) => secure?.setSecureContext({ key, cert }),
  };
}

function refusal(cause: NodeJS.ErrnoException, host: string, port: number): BinocleError {
  const at = String(port);
  switch (cause.code ?? '') {
    case 'EADDRINUSE':
      return new BinocleError(
        'port-in-use',
        `port ${at} of ${host} is in use: end the program that has it (\`ss -ltnp 'sport = :${at}'\` shows which), or take another with --set server.port=N`,
        { path: 'server.port', cause },
      );
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
