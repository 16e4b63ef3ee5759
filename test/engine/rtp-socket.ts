import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** What the tests read of an RTP packet (RFC 3550, RFC 8285 with one-byte headers). */
export interface RtpPacket {
  sequence: number;
  timestamp: number;
  source: number;
  marker: boolean;
  /** Content of each header extension by its id. */
  extensions: Map<number, Buffer>;
  payload: Buffer;
  /** Unix time of its arrival, ms. */
  arrived: number;
}

/** Receives RTP on a free port of the loopback. */
export class RtpSocket {
  readonly packets: RtpPacket[] = [];
  readonly #socket: Socket;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (bytes) => {
      this.packets.push(rtpPacket(bytes));
      this.#wake();
    });
  }

  static async open(): Promise<RtpSocket> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new RtpSocket(socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** The first packet from number `from` on that pleases. */
  async next(pleases: (packet: RtpPacket) => boolean, from = 0): Promise<RtpPacket> {
    let found: RtpPacket | undefined;
    await this.#until(() => (found = this.packets.slice(from).find(pleases)) !== undefined);
    return found!;
  }

  /** The packets of `count` whole frames, from number `from` on. */
  async frames(count: number, from = 0): Promise<RtpPacket[]> {
    const ends = () => this.packets.flatMap(({ marker }, i) => (marker && i >= from ? [i + 1] : []));
    await this.#until(() => ends().length >= count);
    return this.packets.slice(from, ends()[count - 1]);
  }

  async #until(seen: () => boolean): Promise<void> {
    const overdue = performance.now() + 20_000;
    while (!seen()) {
      const left = overdue - performance.now();
      if (left <= 0) throw new Error(`not seen among ${this.packets.length} packets`);
      await new Promise<void>((resolve) => {
        const limit = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(limit);
          resolve();
        };
      });
    }
  }

  close(): void {
    this.#socket.close();
  }
}

function rtpPacket(bytes: Buffer): RtpPacket {
  const extensions = new Map<number, Buffer>();
  const start = 12 + 4 * (bytes[0]! & 0x0f);
  let end = start;
  if ((bytes[0]! & 0x10) !== 0) {
    if (bytes.readUInt16BE(start) !== 0xbede) throw new Error('a header extension without one-byte headers');
    end = start + 4 + 4 * bytes.readUInt16BE(start + 2);
    for (let at = start + 4; at < end;) {
      const [id, size] = [bytes[at]! >> 4, (bytes[at]! & 0x0f) + 1];
      if (id === 0) at += 1;
      else {
        extensions.set(id, bytes.subarray(at + 1, at + 1 + size));
        at += 1 + size;
      }
    }
  }
  return {
    sequence: bytes.readUInt16BE(2),
    timestamp: bytes.readUInt32BE(4),
    source: bytes.readUInt32BE(8),
    marker: (bytes[1]! & 0x80) !== 0,
    extensions,
    payload: bytes.subarray(end),
    arrived: Date.now(),
  };
}
