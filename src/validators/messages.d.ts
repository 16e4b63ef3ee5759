import type { ValidateFunction } from 'ajv';

/** By the type of the message. */
declare const messages: Partial<Record<string, ValidateFunction>>;
export default messages;
