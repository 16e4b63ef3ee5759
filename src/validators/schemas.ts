import type { Options } from 'ajv';
import { headerSchema } from '../pipeline/template-header.js';
import { configurationSchema } from '../protocol/configuration.js';
import { clientMessages } from '../protocol/ws.js';

/** Schemas that are held against the same way. */
interface Family {
  options: Options;
  /** Words of our own in them. */
  vocabulary?: string[];
  schemas: Readonly<Record<string, object>>;
}

/**
 * Everything that comes from outside and is held against a schema. The program's build writes a module for each family, as this folder declares it: a
 * process that compiled them when it starts would lose 200 ms of an amd64 core.
 */
export const families = {
  configurations: {
    options: { allErrors: true, verbose: true, strict: true, strictRequired: false, allowUnionTypes: true },
    vocabulary: ['x-cost', 'x-unit', 'x-step'],
    schemas: { configuration: configurationSchema },
  },
  templates: {
    options: { allErrors: true, strict: true, allowUnionTypes: true },
    schemas: { header: headerSchema },
  },
  messages: { options: { allErrors: false, strict: false }, schemas: clientMessages },
} as const satisfies Record<string, Family>;
