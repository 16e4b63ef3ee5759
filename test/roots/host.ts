import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { mirrorsOf, sourcesList, type Mirrors } from './mirrors.js';

/** Where this host gets its Debian packages from. */
export function hostMirrors(): Mirrors {
  const folder = '/etc/apt/sources.list.d';
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => /\.(list|sources)$/.test(name)) : [];
  const paths = ['/etc/apt/sources.list', ...files.map((name) => join(folder, name))];
  return mirrorsOf(paths.map((path) => (existsSync(path) ? readFileSync(path, 'utf8') : '')).join('\n'));
}

/** Variables by which programs reach the network here; in a root they begin with none. */
export function hostNetwork(): Record<string, string> {
  const named = Object.entries(process.env).filter(([name]) =>
    /^(https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS|CI)$/i.test(name),
  );
  return Object.fromEntries(named) as Record<string, string>;
}

/** Name resolution, certificates, proxies, registries: the root, and a user in it, reach what the host and its user reach. */
export function copyHostSettings(root: string, release: string, home: string): void {
  writeFileSync(join(root, 'etc/apt/sources.list'), sourcesList(hostMirrors(), release));
  for (const path of ['/etc/resolv.conf', '/etc/hosts', '/etc/ssl/certs/ca-certificates.crt'])
    if (existsSync(path)) cpSync(path, join(root, path), { dereference: true });
  for (const folder of ['/etc/apt/apt.conf.d', '/etc/apt/auth.conf.d'])
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      const text = readFileSync(join(folder, name), 'utf8');
      // Hooks call programs of the host; what matters here is how the archive is reached.
      if (!/Pre-Install|Post-Invoke|Pre-Invoke/.test(text)) writeFileSync(join(root, folder, name), text);
    }
  const npmSettings = join(homedir(), '.npmrc');
  if (existsSync(npmSettings)) cpSync(npmSettings, join(root, home, '.npmrc'));
}
