import type { IncomingMessage } from 'node:http';
import { BinocleError } from '../../protocol/errors.js';

/** Largest request body that is read, bytes. */
export const maxBodyBytes = 1024 * 1024;

/**
 * The JSON of a request; undefined where it has no body.
 * @throws BinocleError `too-large`, or `bad-message` for anything but JSON.
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > maxBodyBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  // The request outlives the refusal: the answer still has to go out on its socket.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw tooLarge();
    chunks.push(chunk);
  }
  if (size === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch (cause) {
    throw new BinocleError('bad-message', `the body is not JSON: ${(cause as Error).message}`, { cause });
  }
}

function tooLarge(): BinocleError {
  return new BinocleError('too-large', `the body is larger than ${String(maxBodyBytes)} bytes`);
}
