/** Where things of the checkout lie. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const packageRoot = resolve(fileURLToPath(import.meta.url), '../../..');
export const inPackage = (/** @type {string[]} */ ...parts) => join(packageRoot, ...parts);
export const logFolder = inPackage('.cache', 'log');

/** What outlives a checkout because it is costly to make: the root of the libcamera rig. */
export const cacheFolder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'binocle');
