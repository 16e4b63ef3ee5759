import type { IceSettings } from '../protocol/configuration.js';
import type { IceServer } from '../protocol/ws.js';

/** The same STUN and TURN servers in the words of the browser's RTCIceServer; GStreamer writes `turn://user:password@host:port`. */
export function iceServers({ stun, turn }: IceSettings): IceServer[] {
  return [...(stun === null ? [] : [stun]), ...turn].map(toIceServer);
}

function toIceServer(address: string): IceServer {
  const match = /^(stuns?|turns?):(?:\/\/)?(?:([^:@]*):([^@]*)@)?(.+)$/.exec(address);
  if (match === null) return { urls: address };
  const [, scheme, username, credential, rest] = match;
  const urls = `${scheme!}:${rest!}`;
  return username === undefined
    ? { urls }
    : { urls, username: decodeURIComponent(username), credential: decodeURIComponent(credential!) };
}
