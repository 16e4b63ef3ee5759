import type { IncomingMessage } from 'node:http';
import { BinocleError } from '../protocol/errors.js';
import type { Role } from '../protocol/ws.js';
import { allows, roleOf, type Tokens } from './tokens.js';

/** Who may do what; `tokens` is null with `auth.mode: none`, where everybody is operator. */
export class Access {
  readonly #tokens: Tokens | null;

  constructor(tokens: Tokens | null) {
    this.#tokens = tokens;
  }

  /** The role of who shows `token`. @throws BinocleError `unauthorized`. */
  role(token: string | undefined): Role {
    if (this.#tokens === null) return 'operator';
    if (token === undefined || token === '')
      throw new BinocleError(
        'unauthorized',
        'a token is needed: open the address that binocle printed when it started',
      );
    const role = roleOf(this.#tokens, token);
    if (role === null)
      throw new BinocleError(
        'unauthorized',
        'this token is not (or no longer) valid; use the address that was printed',
      );
    return role;
  }

  /** @throws BinocleError `unauthorized` or `forbidden`. */
  require(needed: Role, request: IncomingMessage): void {
    const role = this.role(bearerToken(request));
    if (!allows(role, needed)) throw new BinocleError('forbidden', 'this needs the operator’s token');
  }
}

/** RFC 6750, 2.1. */
export function bearerToken(request: IncomingMessage): string | undefined {
  return /^Bearer +([^ ]+) *$/i.exec(request.headers.authorization ?? '')?.[1];
}
