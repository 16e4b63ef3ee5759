import { X509Certificate } from 'node:crypto';
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, isIP } from 'node:net';
import { join } from 'node:path';
import { holderOfPort, nameOfHolder, type PortHolder } from '../../server/port-holder.js';
import { stateFolderMend } from '../../server/state-folder.js';
import { failure, ok, warning, type Check, type Finding, type Patient } from './check.js';

/** Ports of one viewer: one for all tracks, and some for those whose sockets linger. */
const comfortablePorts = 20;
const soonDays = 30;
const dayMs = 86_400_000;

/** @param days from now to the end; negative when it has passed */
export function judgeCertificate(subject: string, days: number, mend: string): Finding {
  if (days < 0) return failure(`${subject} ended ${Math.ceil(-days)} days ago`, mend);
  if (days < soonDays) return warning(`${subject} ends in ${Math.floor(days)} days`, mend);
  return ok(`${subject} is good for ${Math.floor(days)} days`);
}

/** @param mode permission bits @param owner uid, and that of this process */
export function judgeStateFolder(path: string, mode: number, owner: number, self: number): Finding {
  if (owner !== self)
    return failure(`${path} belongs to ${owner === 0 ? 'root' : `user ${owner}`}`, `sudo chown -R "$USER": ${path}`);
  if ((mode & 0o077) !== 0)
    return warning(`${path} can be read by others (${(mode & 0o777).toString(8)})`, `chmod 700 ${path}`);
  return ok(path);
}

/** @param from first UDP port for media, 0 for any @param to last */
export function judgePortRange(from: number, to: number): Finding {
  if (from === 0 && to === 0) return ok('any; behind a firewall set server.ice.port_min and port_max');
  const count = to - from + 1;
  if (count < 1) return failure(`${from} to ${to} is no range`, 'set server.ice.port_min below port_max');
  if (count < comfortablePorts)
    return warning(
      `${from} to ${to}: enough for few viewers at a time`,
      `widen the range to ${comfortablePorts} or more`,
    );
  return ok(`${from} to ${to}`);
}

/** A port that another socket listens on. */
export function judgeHolder(port: number, holder: PortHolder): Finding {
  const name = nameOfHolder(holder);
  if (holder.binocle) return ok(`${port} is in use by ${name}`);
  const mend = `end that program (\`sudo ss -ltnp 'sport = :${port}'\` shows it), or take another port: --set server.port=0`;
  return failure(`${port} is in use${name === null ? '' : ` by ${name}`}`, mend);
}

export const rimChecks: Check[] = [
  { id: 'port', what: 'Port', examine: examinePort },
  {
    id: 'udp',
    what: 'UDP ports for media',
    examine: ({ selected }) => {
      const { port_min: from, port_max: to } = selected.configuration.server.ice;
      return judgePortRange(from, to);
    },
  },
  { id: 'certificate', what: 'Certificate', examine: examineCertificate },
  { id: 'state', what: 'State folder', examine: examineState },
];

async function examinePort({ selected }: Patient): Promise<Finding> {
  const { host, port } = selected.configuration.server;
  if (port === 0) return ok('any free one');
  const server = createServer();
  const code = await new Promise<string | undefined>((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
  if (code === undefined) return ok(`${port} is free`);
  if (code === 'EADDRINUSE') return judgeHolder(port, await holderOfPort(host, port));
  return failure(
    `${host}:${port} cannot be opened: ${code}`,
    'set server.host and server.port to what this machine has',
  );
}

function examineCertificate({ selected }: Patient): Finding {
  const { tls, host } = selected.configuration.server;
  if (tls.mode === 'off') {
    if (isLoopback(host)) return ok('off, on this machine alone');
    return warning('off: browsers allow WebXR only over https', 'set server.tls.mode to self-signed');
  }
  if (tls.mode === 'files') {
    if (tls.cert === undefined || tls.key === undefined)
      return failure('server.tls.cert or key is not set', 'name both files');
    return examineFile(tls.cert, 'put a renewed certificate there');
  }
  const made = join(selected.configuration.state_dir, certificateFile);
  return existsSync(made) ? examineFile(made, 'binocle cert --renew') : ok('is made at the first start');
}

function examineFile(path: string, mend: string): Finding {
  try {
    const certificate = new X509Certificate(readFileSync(path));
    return judgeCertificate(path, (Date.parse(certificate.validTo) - Date.now()) / dayMs, mend);
  } catch (error) {
    return failure(`${path} cannot be read: ${(error as Error).message}`, mend);
  }
}

/** The certificate that the server shows, and its key (src/server/certificate.ts). */
const certificateFile = 'server.pem';

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function examineState({ selected }: Patient): Finding {
  const path = selected.configuration.state_dir;
  let stat;
  try {
    stat = statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return failure(`${path} cannot be looked at (${code})`, stateFolderMend(path, code));
  }
  if (stat === undefined) return ok(`${path} is made at the first start`);
  if (!stat.isDirectory()) return failure(`${path} is not a folder`, 'remove it, or set state_dir');
  const judged = judgeStateFolder(path, stat.mode, stat.uid, process.getuid?.() ?? stat.uid);
  if (judged.verdict !== 'ok') return judged;
  try {
    accessSync(path, constants.W_OK);
  } catch {
    return failure(`${path} cannot be written`, `chmod u+rwx ${path}`);
  }
  const open = readdirSync(path).filter((name) => (statSync(join(path, name)).mode & 0o077) !== 0);
  if (open.length === 0) return judged;
  return failure(`others can read ${open.join(', ')}`, `chmod 600 ${open.map((name) => join(path, name)).join(' ')}`);
}
