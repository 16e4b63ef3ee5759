import type { ErrorObject } from 'ajv';
import { BinocleError } from '../../protocol/errors.js';
import { clientMessages, type ClientMessage, type ClientMessageType } from '../../protocol/ws.js';
import validators from '../../validators/messages.js';

export type Parsed = { message: ClientMessage } | { error: BinocleError; id?: string | number };

/** What a page sent, checked; or what is wrong with it, with the id of the request where it has one. Never throws. */
export function parseMessage(data: Buffer, isBinary: boolean): Parsed {
  if (isBinary) return refused('messages are JSON texts, not binary');
  let value: unknown;
  try {
    value = JSON.parse(data.toString('utf8'));
  } catch {
    return refused('not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refused('a message is a JSON object with a "type"');
  const { type, id } = value as { type?: unknown; id?: unknown };
  const requestId = typeof id === 'number' || (typeof id === 'string' && id.length <= 256) ? { id } : {};
  const validate = typeof type === 'string' && Object.hasOwn(validators, type) ? validators[type] : undefined;
  if (validate === undefined)
    return { ...refused(`"type" must be one of ${Object.keys(clientMessages).join(', ')}`, 'type'), ...requestId };
  if (!validate(value)) {
    const [fault] = validate.errors ?? [];
    return { ...refused(`${type as ClientMessageType}: ${sentence(fault)}`, pathOf(fault)), ...requestId };
  }
  return { message: value as ClientMessage };
}

function refused(message: string, path?: string): { error: BinocleError } {
  return { error: new BinocleError('bad-message', message, path === undefined ? {} : { path }) };
}

function sentence(fault: ErrorObject | undefined): string {
  if (fault === undefined) return 'not valid';
  const where = fault.instancePath === '' ? '' : `${fault.instancePath.slice(1).replaceAll('/', '.')} `;
  const which = fault.keyword === 'additionalProperties' ? ` ("${String(fault.params['additionalProperty'])}")` : '';
  return `${where}${fault.message ?? 'is not valid'}${which}`;
}

function pathOf(fault: ErrorObject | undefined): string | undefined {
  const parent = fault?.instancePath.slice(1).replaceAll('/', '.') ?? '';
  const key = fault?.params['missingProperty'] ?? fault?.params['additionalProperty'];
  const path = [parent, ...(typeof key === 'string' ? [key.slice(0, 64)] : [])].filter((part) => part !== '').join('.');
  return path === '' ? undefined : path;
}
