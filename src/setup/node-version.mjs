/** Node 20.19 is the oldest that Debian 13 ships and that the tools run on. */
export const oldestNode = [20, 19];

/** @param {string} version e.g. v20.19.2 @returns {string | null} what to say to whoever runs an older one */
export function tooOld(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const [oldestMajor, oldestMinor] = oldestNode;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return null;
  return `Binocle needs Node ${oldestNode.join('.')} or newer; this is ${version}. Debian 13 has it (apt-get install nodejs npm); for Debian 12 take the packages of https://github.com/nodesource/distributions.`;
}
