import { configurationSchema } from '../../protocol/configuration.js';
import { clientMessages } from '../../protocol/ws.js';

/** What `/schemas/…` serves, by file name: the schemas by which the server itself checks. */
export const schemas: ReadonlyMap<string, object> = new Map<string, object>([
  ['configuration.json', configurationSchema],
  [
    'messages.json',
    {
      $schema: 'http://json-schema.org/draft-07/schema#',
      title: 'Messages from a page on /ws',
      oneOf: Object.values(clientMessages),
    },
  ],
]);
