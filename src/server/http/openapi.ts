import { readFileSync } from 'node:fs';
import { packagePath } from '../../paths.js';
import { reasonNames } from '../../protocol/errors.js';
import type { Route } from './route.js';

export const version = (JSON.parse(readFileSync(packagePath('package.json'), 'utf8')) as { version: string }).version;

const problem = {
  type: 'object',
  description: 'RFC 9457',
  required: ['type', 'title', 'status', 'detail', 'reason'],
  properties: {
    type: { const: 'about:blank' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'A sentence that says what is wrong and what to do.' },
    reason: { enum: reasonNames },
    path: { type: 'string', description: 'The setting or parameter that it is about.' },
  },
} as const;

/** OpenAPI 3.1 of a table of routes. */
export function openApi(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(route);
  return {
    openapi: '3.1.0',
    info: { title: 'Binocle', version, description: 'Two cameras into a WebXR headset.', license: { name: 'MIT' } },
    paths,
    components: {
      schemas: { Problem: problem },
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  };
}

function operation({ path, summary, role, query, accepts, conditional, answers }: Route): object {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const inQuery = Object.entries(query ?? {}).map(([name, allowed]) => ({
    name,
    in: 'query',
    schema: { enum: allowed, default: allowed[0] },
  }));
  const inHeader = {
    name: 'If-Match',
    in: 'header',
    description: 'ETag of the profile; refused with 412 where it has another revision by now.',
    schema: { type: 'string' },
  };
  const schema = { $ref: '/schemas/configuration.json#/properties/profiles/additionalProperties' };
  const success =
    answers.length === 0
      ? { '204': { description: 'Done' } }
      : { '200': { description: summary, content: Object.fromEntries(answers.map((type) => [type, {}])) } };
  const refusal = {
    description: 'Refused or failed',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  return {
    summary,
    ...(role === null ? { security: [] } : { security: [{ token: [] }], 'x-role': role }),
    parameters: [...inPath, ...inQuery, ...(conditional === true ? [inHeader] : [])],
    ...(accepts === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            description: 'Any of the keys of a profile; null brings the default of a key back.',
            content: Object.fromEntries(accepts.map((type) => [type, { schema }])),
          },
        }),
    responses: { ...success, default: refusal },
  };
}
