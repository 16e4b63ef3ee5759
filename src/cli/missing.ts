import { BinocleError } from '../protocol/errors.js';

const codes = ['ERR_DLOPEN_FAILED', 'ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'];

/** A module that cannot be loaded is software that is missing (node-gtk is compiled on the machine), and no defect; anything else stays what it is. */
export function asMissingSoftware(thrown: unknown): unknown {
  const { code, message } = (thrown ?? {}) as { code?: unknown; message?: unknown };
  if (!codes.some((known) => known === code)) return thrown;
  const [what] = String(message).split('\n');
  return new BinocleError('missing-software', `${what}. npm run setup installs what is missing.`, { cause: thrown });
}
