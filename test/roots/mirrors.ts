/** Where this host gets its Debian packages from; the root takes them from there too. */
export interface Mirrors {
  main: string;
  security: string;
}

const usual: Mirrors = { main: 'http://deb.debian.org/debian', security: 'http://deb.debian.org/debian-security' };

/** @param sources text of the host's apt sources, one-line and deb822 alike */
export function mirrorsOf(sources: string): Mirrors {
  const live = sources.replaceAll(/^\s*#.*$/gm, '');
  const urls = (live.match(/https?:\/\/[^\s\]]+/g) ?? []).map((url) => url.replace(/\/$/, ''));
  return {
    main: urls.find((url) => url.endsWith('/debian')) ?? usual.main,
    security: urls.find((url) => url.endsWith('/debian-security')) ?? usual.security,
  };
}

/** Sources of a Debian release from these mirrors. */
export function sourcesList({ main, security }: Mirrors, release: string): string {
  return [
    `deb ${main} ${release} main`,
    `deb ${main} ${release}-updates main`,
    `deb ${security} ${release}-security main`,
    '',
  ].join('\n');
}
