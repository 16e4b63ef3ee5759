import { X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { BinocleError } from '../protocol/errors.js';
import { localCertificates } from '../server/certificate.js';
import { StateFolder } from '../server/state-folder.js';
import { loadIdentity } from '../server/tls.js';
import type { Command, CommandContext } from './command.js';

interface Shown {
  subject: string;
  names: string[];
  validFrom: string;
  validTo: string;
  fingerprint: string;
}

export const command: Command = {
  name: 'cert',
  summary: 'show, renew or export the local certificates',
  help: `A headset or browser that trusts the exported authority asks no more questions about this machine's certificate.`,
  options: {
    show: { type: 'boolean', describe: 'what the certificates say (the default)' },
    renew: {
      type: 'boolean',
      describe: "make the server's certificate anew; a running binocle takes it within minutes",
    },
    'export-ca': {
      type: 'string',
      value: 'PATH',
      describe: "write the authority's certificate (PEM, no key) to PATH; - is stdout",
    },
  },
  run,
};

async function run(context: CommandContext): Promise<number> {
  const { configuration } = await context.select();
  const { tls } = configuration.server;
  const { renew = false, 'export-ca': exportTo } = context.options as { renew?: boolean; 'export-ca'?: string };
  const folder = await StateFolder.open(configuration.state_dir);
  if (tls.mode !== 'self-signed') {
    if (renew || exportTo !== undefined)
      throw new BinocleError('bad-usage', `with server.tls.mode ${tls.mode} there is no local authority`);
    const identity = await loadIdentity(tls, folder);
    return answer(context, { server: identity === null ? null : describe(identity.cert) });
  }
  const { authority, server, renewed } = await localCertificates(folder, tls.names, { renew });
  if (exportTo === '-') {
    context.print(authority.cert.trimEnd());
    return 0;
  }
  if (exportTo !== undefined) await exportAuthority(authority.cert, exportTo);
  return answer(context, {
    server: describe(server.cert),
    authority: describe(authority.cert),
    folder: folder.path,
    renewed,
    ...(exportTo === undefined ? {} : { exported: exportTo }),
  });
}

async function exportAuthority(cert: string, path: string): Promise<void> {
  try {
    await writeFile(path, cert, { mode: 0o644 });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new BinocleError('bad-usage', `${path} cannot be written (${String(code)})`, { path: 'export-ca', cause });
  }
}

function describe(pem: string): Shown {
  const { subject, subjectAltName, validFrom, validTo, fingerprint256 } = new X509Certificate(pem);
  return {
    subject,
    names: (subjectAltName ?? '')
      .split(', ')
      .filter((name) => name !== '')
      .map((name) => name.replace(/^(DNS|IP Address):/, '')),
    validFrom: new Date(validFrom).toISOString(),
    validTo: new Date(validTo).toISOString(),
    fingerprint: fingerprint256,
  };
}

interface Answer {
  server: Shown | null;
  authority?: Shown;
  folder?: string;
  renewed?: boolean;
  exported?: string;
}

function answer(context: CommandContext, told: Answer): number {
  if (context.json) {
    context.print(JSON.stringify(told));
    return 0;
  }
  if (told.server === null) context.print('TLS is off (server.tls.mode): there is no certificate.');
  else context.print(['Server', ...lines(told.server)].join('\n'));
  if (told.authority !== undefined) context.print(['Authority', ...lines(told.authority)].join('\n'));
  if (told.folder !== undefined) context.print(`In ${told.folder}${told.renewed === true ? ', made just now' : ''}`);
  if (told.exported !== undefined) context.print(`The authority's certificate is in ${told.exported}`);
  return 0;
}

function lines({ subject, names, validFrom, validTo, fingerprint }: Shown): string[] {
  return [
    `  subject      ${subject}`,
    ...(names.length === 0 ? [] : [`  names        ${names.join(', ')}`]),
    `  valid        ${validFrom.slice(0, 10)} to ${validTo.slice(0, 10)}`,
    `  fingerprint  ${fingerprint}`,
  ];
}
