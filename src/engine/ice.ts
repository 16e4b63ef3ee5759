import { lookup } from 'node:dns/promises';
import type { IceSettings } from '../protocol/configuration.js';
import type { Element } from './gst/gst.js';
import { setProperty } from './gst/property.js';
import { addTurnServer, configureAgent } from './gst/webrtc.js';
import { readCandidate } from './sdp.js';

/** The profile’s ICE settings on a webrtcbin; before its offer. */
export function configureIce(webrtc: Element, ice: IceSettings, warn: (message: string) => void): void {
  configureAgent(webrtc, { min: ice.port_min, max: ice.port_max }, ice.tcp);
  if (ice.stun !== null) setProperty(webrtc, 'stun-server', ice.stun);
  for (const [index, url] of ice.turn.entries()) {
    // The address holds a password: it is named by its place.
    if (!addTurnServer(webrtc, url))
      warn(`TURN server ${index} is not of the form turn://user:password@host:port [path:server.ice.turn.${index}]`);
  }
}

/** Lookups under way; each takes one of libuv’s four threads for as long as the system’s resolver likes. */
let lookups = 0;
const mostLookups = 2;

/**
 * A viewer’s candidate as webrtcbin takes it; a promise of it where its address is a name, null where there is nothing to add. Browsers hide their
 * addresses behind mDNS names (draft-ietf-mmusic-mdns-ice-candidates). webrtcbin 1.22 leaks what it resolves itself. A name that does not resolve
 * does no harm: our candidates reach the browser, and its address is learnt from its checks (RFC 8445, peer-reflexive). Throws `bad-message`.
 */
export function resolveCandidate(text: string): string | null | Promise<string | null> {
  const candidate = readCandidate(text);
  if (candidate === null) return null;
  if (!/\.[a-z]+$/i.test(candidate.address)) return candidate.withAddress(candidate.address);
  if (lookups >= mostLookups) return null;
  lookups += 1;
  return lookup(candidate.address)
    .then(({ address }) => candidate.withAddress(address))
    .catch(() => null)
    .finally(() => {
      lookups -= 1;
    });
}
