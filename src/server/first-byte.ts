import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';

/** Content type of a TLS handshake record (RFC 8446, 5.1): no HTTP method begins with it. */
const handshakeRecord = 0x16;
/** Longest wait for a connection's first byte, and for a whole exchange without TLS, ms. */
const withinMs = 10_000;

/**
 * Lets a TLS server's port understand HTTP as well: a connection whose first byte begins a TLS handshake goes to `secure` as if nothing had been, any other
 * to `plain`, which needs not listen. After its first byte a TLS connection costs what it always does.
 */
export function separatePlain(secure: HttpsServer, plain: HttpServer, limitMs = withinMs): void {
  const own = secure.listeners('connection') as ((this: HttpsServer, socket: Socket) => void)[];
  secure.removeAllListeners('connection');
  secure.on('connection', (socket: Socket) => {
    const overdue = setTimeout(() => socket.destroy(), limitMs);
    // Until one of the servers has it, nobody else listens.
    socket.on('error', () => socket.destroy());
    socket.once('close', () => clearTimeout(overdue));
    socket.once('readable', () => {
      const first = socket.read() as Buffer | null;
      if (first === null) {
        socket.destroy();
        return;
      }
      socket.unshift(first);
      if (first[0] !== handshakeRecord) {
        plain.emit('connection', socket);
        return;
      }
      clearTimeout(overdue);
      for (const listener of own) listener.call(secure, socket);
    });
  });
}
