import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ServerSettings } from '../protocol/configuration.js';
import { BinocleError } from '../protocol/errors.js';
import { fingerprint, localCertificates, type CertificatePair } from './certificate.js';
import type { StateFolder } from './state-folder.js';

export interface Identity extends CertificatePair {
  /** SHA-256 of the certificate, `AB:CD:…`. */
  fingerprint: string;
}

/** The server's certificate as server.tls says, or null where TLS is off. @throws BinocleError `bad-config` that names the key. */
export async function loadIdentity(tls: ServerSettings['tls'], folder: StateFolder): Promise<Identity | null> {
  switch (tls.mode) {
    case 'off':
      return null;
    case 'self-signed': {
      const { server } = await localCertificates(folder, tls.names);
      return { ...server, fingerprint: fingerprint(server.cert) };
    }
    case 'files': {
      const cert = await readPem('cert', tls.cert ?? '');
      const key = await readPem('key', tls.key ?? '');
      if (!belongTogether(key, cert))
        throw new BinocleError('bad-config', `${tls.key} is not the private key of the certificate in ${tls.cert}`, {
          path: 'server.tls.key',
        });
      return { key, cert, fingerprint: fingerprint(cert) };
    }
  }
}

async function readPem(key: 'cert' | 'key', path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new BinocleError('bad-config', `${path} cannot be read (${code})`, { path: `server.tls.${key}`, cause });
  }
}

function belongTogether(key: string, cert: string): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch (cause) {
    throw new BinocleError('bad-config', 'the files of server.tls.cert and server.tls.key do not hold PEM', {
      path: 'server.tls.cert',
      cause,
    });
  }
}
