import { hostname, networkInterfaces } from 'node:os';
import { isIP, isIPv6 } from 'node:net';

/** IP addresses of this machine that others can use: no link-local ones. Loopback comes last, IPv4 before IPv6. */
export function localAddresses(): string[] {
  const all = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ address }) => !/^fe[89ab]/i.test(address));
  const order = ({ internal, family }: (typeof all)[number]): number =>
    (internal ? 2 : 0) + (family === 'IPv4' ? 0 : 1);
  return [...new Set(all.toSorted((a, b) => order(a) - order(b)).map(({ address }) => address))];
}

/** Names by which this machine is called without any set-up: its own, the mDNS one (RFC 6762), localhost. */
export function localNames(): string[] {
  const name = hostname().toLowerCase();
  const usable = /^[a-z0-9.-]+$/.test(name) ? [name, ...(name.includes('.') ? [] : [`${name}.local`])] : [];
  return [...new Set([...usable, 'localhost'])];
}

const anyAddress: Record<string, (address: string) => boolean> = {
  '0.0.0.0': (address) => !isIPv6(address),
  '::': () => true,
};

/** Origins under which a server that listens on `host` is reached, the one for others first. */
export function originsOf(scheme: 'http' | 'https', host: string, port: number): string[] {
  const matches = anyAddress[host];
  const hosts = matches === undefined ? [host] : [...localAddresses().filter(matches), 'localhost'];
  return [...new Set(hosts)].map((name) => `${scheme}://${isIP(name) === 6 ? `[${name}]` : name}:${String(port)}`);
}
