/** Where things of the checkout lie. */
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const packageRoot = resolve(fileURLToPath(import.meta.url), '../../..');
export const inPackage = (/** @type {string[]} */ ...parts) => join(packageRoot, ...parts);
export const logFolder = inPackage('.cache', 'log');
