import { X509Certificate, createPrivateKey } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { GenerateResult } from 'selfsigned';
import { localAddresses, localNames } from './addresses.js';
import type { StateFolder } from './state-folder.js';

/** A private key and its certificate, both PEM, in one text. */
export interface CertificatePair {
  key: string;
  cert: string;
}

export interface LocalCertificates {
  authority: CertificatePair;
  server: CertificatePair;
  /** Whether the server's certificate was made just now. */
  renewed: boolean;
}

const day = 24 * 3600 * 1000;
const authorityDays = 3650;
/** Browsers refuse certificates that are valid for longer than 398 days. */
const serverDays = 397;
const renewBeforeDays = 30;
const files = { authority: 'authority.pem', server: 'server.pem' } as const;

/**
 * The local certificate authority and the server's certificate, made where they are missing, expire soon, or do not cover the names and
 * addresses that this machine has now. The authority outlives the server's certificate, so that a headset that trusts it goes on doing so.
 */
export async function localCertificates(
  folder: StateFolder,
  moreNames: readonly string[],
  options: { renew?: boolean; now?: number } = {},
): Promise<LocalCertificates> {
  const now = options.now ?? Date.now();
  const names = [...new Set([...localNames(), ...localAddresses(), ...moreNames])];
  const keptAuthority = parsePair(await folder.read(files.authority));
  const authority = keptAuthority !== null && isFresh(keptAuthority, now) ? keptAuthority : await makeAuthority(now);
  if (authority !== keptAuthority) await folder.write(files.authority, join(authority));

  const kept = parsePair(await folder.read(files.server));
  if (options.renew !== true && kept !== null && isGood(kept, authority, names, now))
    return { authority, server: kept, renewed: false };
  const server = await makeServer(names, authority, now);
  await folder.write(files.server, join(server));
  return { authority, server, renewed: true };
}

/** SHA-256 of the certificate as browsers show it: `AB:CD:…`. */
export function fingerprint(pem: string): string {
  return new X509Certificate(pem).fingerprint256;
}

function isGood(server: CertificatePair, authority: CertificatePair, names: string[], now: number): boolean {
  const certificate = new X509Certificate(server.cert);
  return (
    isFresh(server, now) &&
    certificate.verify(new X509Certificate(authority.cert).publicKey) &&
    names.every((name) => (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined)
  );
}

function isFresh({ cert }: CertificatePair, now: number): boolean {
  return Date.parse(new X509Certificate(cert).validTo) - now > renewBeforeDays * day;
}

async function makeAuthority(now: number): Promise<CertificatePair> {
  const made = await generate(`Binocle of ${hostname()}`, now, authorityDays, {
    extensions: [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return pairOf(made);
}

async function makeServer(names: string[], authority: CertificatePair, now: number): Promise<CertificatePair> {
  const made = await generate(names[0]!, now, serverDays, {
    ca: authority,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map((name) => (isIP(name) ? { type: 7, ip: name } : { type: 2, value: name })),
      },
    ],
  });
  return pairOf(made);
}

type Options = NonNullable<Parameters<typeof import('selfsigned').generate>[1]>;

async function generate(commonName: string, now: number, days: number, options: Options): Promise<GenerateResult> {
  // Only needed when something is made: it takes a while to load.
  const { generate: make } = await import('selfsigned');
  return make([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    // Headsets' clocks are not always right: valid since yesterday.
    notBeforeDate: new Date(now - day),
    notAfterDate: new Date(now + (days - 1) * day),
    ...options,
  });
}

/** As PEM is written everywhere: with a newline at its end. */
function pairOf(made: GenerateResult): CertificatePair {
  return { key: `${made.private.trim()}\n`, cert: `${made.cert.trim()}\n` };
}

function join({ key, cert }: CertificatePair): string {
  return `${key}${cert}`;
}

/** Null where the file is missing or spoilt: then a new one is made. */
function parsePair(text: string | null): CertificatePair | null {
  if (text === null) return null;
  const key = /-----BEGIN PRIVATE KEY-----[^]+?-----END PRIVATE KEY-----\n?/.exec(text)?.[0];
  const cert = /-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----\n?/.exec(text)?.[0];
  if (key === undefined || cert === undefined) return null;
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)) ? { key, cert } : null;
  } catch {
    return null;
  }
}
