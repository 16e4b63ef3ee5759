/** Which Node is new enough, and the command that installs one on this system. */
import { thisSystem } from './debian.mjs';

/** Node 20.19 is the oldest that Debian 13 ships and that the tools run on. */
export const oldestNode = [20, 19];

/** Releases of Debian and Raspberry Pi OS from this one on have a Node that is new enough. */
const firstDebianWithNode = 13;

/** Debian's own; without what it recommends, which is most of it. */
const fromDebian = 'sudo apt-get update && sudo apt-get install --no-install-recommends git nodejs npm';
/** As https://github.com/nodesource/distributions documents it; npm is in that package of Node. */
const fromNodesource =
  'sudo apt-get update && sudo apt-get install --no-install-recommends git curl && curl -fsSL https://deb.nodesource.com/setup_24.x | sudo -E bash - && sudo apt-get install --no-install-recommends nodejs';

/** @param {Pick<ReturnType<typeof thisSystem>, 'id' | 'debian' | 'version'>} system @returns {string | null} null: no Debian */
export function installNode({ id, debian, version }) {
  if (!debian) return null;
  const own = id === 'debian' || id === 'raspbian';
  return own && (version ?? 0) >= firstDebianWithNode ? fromDebian : fromNodesource;
}

/** @param {string} version e.g. v20.19.2 @param {Parameters<typeof installNode>[0]} system @returns {string | null} what to say to whoever runs an older one */
export function tooOld(version, system = thisSystem()) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const [oldestMajor, oldestMinor] = oldestNode;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return null;
  const needs = `Binocle needs Node ${oldestNode.join('.')} or newer; this is ${version}.`;
  const command = installNode(system);
  return command === null
    ? `${needs} https://nodejs.org has newer ones.`
    : `${needs} Run this line, then again what you ran:\n${command}`;
}
