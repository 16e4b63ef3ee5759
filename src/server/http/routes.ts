import { BinocleError } from '../../protocol/errors.js';
import { graphFormats, type GraphFormat } from '../../protocol/engine.js';
import { isMapping } from '../../protocol/merge-patch.js';
import type { Applied, Content } from '../../protocol/ws.js';
import { openApi } from './openapi.js';
import { rigOf, type Answer, type Route, type Services } from './route.js';
import { schemas } from './schemas.js';

const json = 'application/json';
const graphTypes: Record<GraphFormat, string> = {
  launch: 'text/plain; charset=utf-8',
  dot: 'text/vnd.graphviz; charset=utf-8',
  json,
};

/** The HTTP API, all of it. */
export const routes: readonly Route[] = [
  {
    method: 'GET',
    path: '/healthz',
    role: null,
    summary: 'The server process is well',
    answers: [json],
    handle: () => ({ body: { status: 'ok' } }),
  },
  {
    method: 'GET',
    path: '/readyz',
    role: null,
    summary: 'Frames of every rig advance: 200, else 503',
    answers: [json],
    handle: ({ rigs }) => {
      const unready = [...rigs.values()].filter(({ ready }) => !ready).map(({ name }) => name);
      return unready.length === 0
        ? { body: { status: 'ready' } }
        : { status: 503, body: { status: 'not ready', rigs: unready } };
    },
  },
  {
    method: 'GET',
    path: '/metrics',
    role: 'viewer',
    summary: 'Readings for Prometheus',
    answers: ['text/plain'],
    handle: async ({ metrics }) => ({ type: metrics.contentType, body: await metrics.text() }),
  },
  {
    method: 'GET',
    path: '/api/v1/rigs',
    role: 'viewer',
    summary: 'Every rig: layout, source, encoder, capture, uptime, restarts, viewers',
    answers: [json],
    handle: (services) => ({
      body: [...services.rigs.values()].map((rig) => rig.state(viewersOf(services, rig.name))),
    }),
  },
  {
    method: 'GET',
    path: '/api/v1/rigs/{rig}',
    role: 'viewer',
    summary: 'One rig',
    answers: [json],
    handle: (services, asked) => {
      const rig = rigOf(services, asked);
      return { body: rig.state(viewersOf(services, rig.name)) };
    },
  },
  {
    method: 'GET',
    path: '/api/v1/rigs/{rig}/profile',
    role: 'viewer',
    summary: 'The profile that is in force; ETag is its revision',
    answers: [json],
    handle: (services, asked) => {
      const { profile, revision } = rigOf(services, asked).settings;
      return { body: profile, etag: etagOf(revision) };
    },
  },
  {
    method: 'PATCH',
    path: '/api/v1/rigs/{rig}/profile',
    role: 'operator',
    summary:
      'Change the profile by a JSON Merge Patch (RFC 7386); answers what it cost, and the profile that is in force then',
    accepts: ['application/merge-patch+json', json],
    conditional: true,
    answers: [json],
    handle: async (services, asked) => {
      const patch = asked.body;
      if (!isMapping(patch))
        throw new BinocleError('bad-message', 'the body is a JSON Merge Patch: an object with the keys that change');
      return applied(await rigOf(services, asked).settings.set(patch, 'http', asked.ifMatch));
    },
  },
  {
    method: 'POST',
    path: '/api/v1/rigs/{rig}/profile/save',
    role: 'operator',
    summary: 'Write what is unsaved to the files that decide it, and nothing else of them',
    conditional: true,
    answers: [json],
    handle: async (services, asked) => ({ body: await rigOf(services, asked).settings.save('http', asked.ifMatch) }),
  },
  {
    method: 'POST',
    path: '/api/v1/rigs/{rig}/profile/rollback',
    role: 'operator',
    summary: 'Back to what the files say now',
    conditional: true,
    answers: [json],
    handle: async (services, asked) => applied(await rigOf(services, asked).settings.rollback(asked.ifMatch)),
  },
  {
    method: 'GET',
    path: '/api/v1/rigs/{rig}/graph',
    role: 'viewer',
    summary: 'The running graph: a shell command, Graphviz, or JSON',
    query: { format: graphFormats },
    answers: ['text/plain', 'text/vnd.graphviz', json],
    handle: async (services, asked) => {
      const format = asked.query['format'] as GraphFormat;
      const { text } = await rigOf(services, asked).supervisor.request('graph', { format });
      return { type: graphTypes[format], body: text };
    },
  },
  {
    method: 'GET',
    path: '/api/v1/rigs/{rig}/stats',
    role: 'viewer',
    summary: 'The readings of /metrics as JSON, viewers one by one',
    answers: [json],
    handle: async (services, asked) => ({ body: await services.stats(rigOf(services, asked)) }),
  },
  {
    method: 'GET',
    path: '/api/v1/rigs/{rig}/snapshot',
    role: 'viewer',
    summary: 'The rectified picture as it goes to the encoder',
    query: { eye: ['both', 'left', 'right'], format: ['jpeg', 'png'] },
    answers: ['image/jpeg', 'image/png'],
    handle: async (services, asked) => {
      const eye = asked.query['eye'] as Content;
      const format = asked.query['format'] as 'jpeg' | 'png';
      const { base64 } = await rigOf(services, asked).supervisor.request('snapshot', { eye, format });
      return { type: `image/${format}`, body: Buffer.from(base64, 'base64') };
    },
  },
  {
    method: 'POST',
    path: '/api/v1/rigs/{rig}/keyframe',
    role: 'operator',
    summary: 'Ask the encoder for a keyframe',
    answers: [],
    handle: async (services, asked) => {
      await rigOf(services, asked).supervisor.request('keyframe', {});
      return { status: 204 };
    },
  },
  {
    method: 'GET',
    path: '/api/v1/sessions',
    role: 'viewer',
    summary: 'The viewers of all rigs',
    answers: [json],
    handle: ({ sessions }) => ({ body: sessions.list().map(({ state }) => state) }),
  },
  {
    method: 'DELETE',
    path: '/api/v1/sessions/{id}',
    role: 'operator',
    summary: 'End a viewer; its page does not come back by itself',
    answers: [],
    handle: ({ sessions }, { params }) => {
      const session = sessions.get(params['id'] ?? '');
      if (session === undefined) throw new BinocleError('not-found', 'there is no session of this id');
      session.end();
      return { status: 204 };
    },
  },
  {
    method: 'GET',
    path: '/openapi.json',
    role: null,
    summary: 'This contract',
    answers: [json],
    handle: () => ({ body: openApi(routes) }),
  },
  {
    method: 'GET',
    path: '/schemas/{name}',
    role: null,
    summary: 'JSON Schemas: configuration.json, messages.json',
    answers: ['application/schema+json'],
    handle: (_services, { params }) => {
      const schema = schemas.get(params['name'] ?? '');
      if (schema === undefined)
        throw new BinocleError('not-found', `there is no such schema; there is ${[...schemas.keys()].join(', ')}`);
      return { type: 'application/schema+json', body: schema };
    },
  },
];

function applied(result: Applied): Answer {
  return { body: result, etag: etagOf(result.revision) };
}

function etagOf(revision: number): string {
  return `"${String(revision)}"`;
}

function viewersOf({ sessions, rigs }: Services, name: string): number {
  return sessions.list(rigs.get(name)).length;
}
