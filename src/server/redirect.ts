import type { X509Certificate } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIP } from 'node:net';

/** What came without TLS, and the address and port that it came to. */
export interface PlainRequest {
  /** The Host header as it was sent. */
  host: string | undefined;
  /** The request target as it was sent. */
  target: string;
  address: string;
  port: number;
}

const hostHeader = /^(\[[\da-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/i;
const lastPort = 65_535;

/**
 * The same page over https. Host and port are those of the Host header where the server's certificate is good for that name; whatever else the header
 * says, they are the address and port that were reached, so that nobody can be sent elsewhere. Never with a token.
 * @param ours whether a host name or an IP address is this server's
 */
export function secureUrl({ host, target, address, port }: PlainRequest, ours: (name: string) => boolean): string {
  const [, name, said = String(port)] = hostHeader.exec(host ?? '') ?? [];
  const trusted = name !== undefined && Number(said) <= lastPort && ours(name.replace(/^\[|\]$/g, ''));
  const authority = trusted ? `${name.toLowerCase()}:${said}` : `${bracketed(address)}:${String(port)}`;
  return `https://${authority}${pathOf(target)}`;
}

/** @param certificate of this server */
export function namesOf(certificate: X509Certificate): (name: string) => boolean {
  return (name) => (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined;
}

function bracketed(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(plain) === 6 ? `[${plain}]` : plain;
}

/** Path and query, escaped; without a token, which belongs behind `#`, where it never reaches a server. */
function pathOf(target: string): string {
  if (!target.startsWith('/')) return '/';
  const [path = '/', query] = target.split(/\?(.*)/s, 2);
  const kept = (query ?? '').split('&').filter((pair) => pair !== '' && !/^token(=|$)/i.test(pair));
  const whole = kept.length === 0 ? path : `${path}?${kept.join('&')}`;
  // Node gives the bytes of a request as Latin-1.
  return whole.replaceAll(/[^\u0021-\u007e]/g, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** An HTTP server for injected connections that answers every request with the way to https, and then closes. */
export function createRedirect(ours: (name: string) => boolean): Server {
  const redirect = ({ headers, url = '/', socket }: IncomingMessage, response: ServerResponse): void => {
    const { localAddress: address, localPort: port } = socket;
    if (address === undefined || port === undefined) {
      socket.destroy();
      return;
    }
    const location = secureUrl({ host: headers.host, target: url, address, port }, ours);
    response.writeHead(308, {
      Location: location,
      // The answer holds while this port speaks TLS, and no longer.
      'Cache-Control': 'no-store',
      'Content-Type': 'text/plain; charset=utf-8',
      Connection: 'close',
    });
    response.end(`This port speaks https: ${location}\n`);
  };
  // Who leaves the Host header out is led to the address that was reached.
  return createServer({ requireHostHeader: false }, redirect).on('checkContinue', redirect);
}
