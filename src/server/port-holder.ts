import { once } from 'node:events';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIPv6 } from 'node:net';
import { json } from 'node:stream/consumers';

/** Who listens on a port of this machine. */
export interface PortHolder {
  /** Null where the system does not tell this user. */
  pid: number | null;
  command: string | null;
  /** Numeric id of its user. */
  user: number | null;
  /** It says that it is Binocle. */
  binocle: boolean;
}

/** Longest wait for its answer, ms; on loopback. */
const answerWithinMs = 1000;
/** State of a socket that listens, in /proc/net/tcp (proc_net_tcp.txt of the kernel). */
const listening = '0A';

/** @param host address that was to be listened on */
export async function holderOfPort(host: string, port: number): Promise<PortHolder> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'utf8').catch(() => '')),
  );
  const sockets = tables.flatMap((table) => listeners(table, port));
  const [found, binocle] = await Promise.all([
    ownerOf(new Set(sockets.map(({ inode }) => `socket:[${inode}]`))),
    saysBinocle(host, port),
  ]);
  return { pid: null, command: null, ...found, user: sockets[0]?.user ?? null, binocle };
}

/** E.g. "Binocle itself (process 812)"; null where nothing is known. */
export function nameOfHolder({ pid, command, user, binocle }: PortHolder): string | null {
  const name = binocle ? 'Binocle itself' : command;
  if (pid !== null) return `${name ?? 'another program'} (process ${pid})`;
  if (user === null) return name;
  return `${name ?? 'a program'} of ${user === 0 ? 'root' : `user ${user}`}`;
}

/** @param table text of /proc/net/tcp or tcp6 */
export function listeners(table: string, port: number): { user: number; inode: string }[] {
  const rows = table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
  return rows
    .filter(([, local = '', , state]) => state === listening && Number.parseInt(local.split(':')[1] ?? '', 16) === port)
    .map((row) => ({ user: Number(row[7]), inode: row[9] ?? '' }));
}

/** Of other users' processes only root sees the sockets. */
async function ownerOf(sockets: ReadonlySet<string>): Promise<Pick<PortHolder, 'pid' | 'command'> | null> {
  const processes = sockets.size === 0 ? [] : (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of processes) {
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
    const targets = await Promise.all(descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
    if (!targets.some((target) => sockets.has(target))) continue;
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ').trim();
    return { pid: Number(pid), command: command === '' ? null : command };
  }
  return null;
}

async function saysBinocle(host: string, port: number): Promise<boolean> {
  const address = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  const name = isIPv6(address) ? `[${address}]` : address;
  for (const scheme of ['https', 'http'] as const) {
    const title = await apiTitle(new URL(`${scheme}://${name}:${String(port)}/openapi.json`)).catch(() => null);
    if (title !== null) return title === 'Binocle';
  }
  return false;
}

/** @throws where nobody answers with JSON */
async function apiTitle(url: URL): Promise<string | null> {
  const options = { agent: false, rejectUnauthorized: false, signal: AbortSignal.timeout(answerWithinMs) };
  const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options);
  // What comes after the response's head is told by its body.
  request.on('error', () => undefined).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const { info } = (await json(response)) as { info?: { title?: string } };
  return info?.title ?? null;
}
