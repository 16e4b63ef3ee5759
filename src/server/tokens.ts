import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { BinocleError } from '../protocol/errors.js';
import type { Role } from '../protocol/ws.js';
import type { StateFolder } from './state-folder.js';

export type Tokens = Record<Role, string>;

const fileName = 'tokens.json';

/** Made at the first start, 192 random bits each; after that they stay, so that bookmarks do. Deleting the file makes new ones. */
export async function loadTokens(folder: StateFolder): Promise<Tokens> {
  const text =
    (await folder.read(fileName)) ??
    (await folder.writeOnce(fileName, `${JSON.stringify({ viewer: make(), operator: make() }, null, 2)}\n`));
  const tokens = parse(text);
  if (tokens === null) {
    const file = folder.file(fileName);
    throw new BinocleError('bad-config', `${file} does not hold two different tokens; delete it to have new ones made`);
  }
  return tokens;
}

/** The role that a token gives, or null. Takes the same time whatever the token is. */
export function roleOf(tokens: Tokens, token: string): Role | null {
  const operator = same(tokens.operator, token);
  const viewer = same(tokens.viewer, token);
  if (operator) return 'operator';
  return viewer ? 'viewer' : null;
}

/** Whether `role` may do what `needed` may. */
export function allows(role: Role, needed: Role): boolean {
  return needed === 'viewer' || role === 'operator';
}

function make(): string {
  return randomBytes(24).toString('base64url');
}

function same(expected: string, given: string): boolean {
  return timingSafeEqual(digest(expected), digest(given));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function parse(text: string): Tokens | null {
  try {
    const { viewer, operator } = JSON.parse(text) as Partial<Tokens>;
    return isToken(viewer) && isToken(operator) && viewer !== operator ? { viewer, operator } : null;
  } catch {
    return null;
  }
}

function isToken(value: unknown): value is string {
  return typeof value === 'string' && value.length >= 16;
}
