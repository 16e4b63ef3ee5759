import { BinocleError } from '../../protocol/errors.js';
import type { Role } from '../../protocol/ws.js';
import type { Metrics } from '../../telemetry/metrics.js';
import type { Rig } from '../rig.js';
import type { Sessions } from '../ws/sessions.js';
import type { StatsReader } from './stats.js';

/** What the routes answer from. */
export interface Services {
  rigs: ReadonlyMap<string, Rig>;
  sessions: Sessions;
  metrics: Metrics;
  stats: StatsReader;
}

export interface Asked {
  params: Record<string, string>;
  query: Record<string, string>;
  /** JSON; undefined where the request has no body. */
  body: unknown;
  /** Revisions that `If-Match` names; left out where the request is not conditional. */
  ifMatch?: readonly number[];
}

export interface Answer {
  /** Left out: 200. */
  status?: number;
  /** Left out: application/json. */
  type?: string;
  /** Anything but text and buffers is sent as JSON. */
  body?: unknown;
  etag?: string;
}

/** One line of the API; the router and /openapi.json are both made from it. */
export interface Route {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Parameters as in OpenAPI: `/api/v1/rigs/{rig}`. */
  path: string;
  /** Null: for everybody. */
  role: Role | null;
  summary: string;
  /** Query parameters: what each may be; the first is the default. */
  query?: Record<string, readonly [string, ...string[]]>;
  /** Media types of the body that it takes, which it needs. Left out: none is needed. */
  accepts?: readonly string[];
  /** Takes If-Match (RFC 9110, 13.1.1): an ETag of the profile. */
  conditional?: boolean;
  /** Media types of a success. */
  answers: readonly string[];
  /** @throws BinocleError */
  handle(services: Services, asked: Asked): Answer | Promise<Answer>;
}

/** Every query parameter of the route, checked. @throws BinocleError `bad-usage`. */
export function readQuery(route: Route, given: URLSearchParams): Record<string, string> {
  return Object.fromEntries(
    Object.entries(route.query ?? {}).map(([name, allowed]) => {
      const value = given.get(name) ?? allowed[0];
      if (!allowed.includes(value))
        throw new BinocleError('bad-usage', `${name} must be one of ${allowed.join(', ')}`, { path: name });
      return [name, value];
    }),
  );
}

/** @throws BinocleError `unsupported-media` unless the body is of a type that the route takes; a type that is not given is believed. */
export function requireMediaType({ accepts }: Route, given: string | undefined): void {
  const type = given?.split(';')[0]!.trim().toLowerCase();
  if (accepts === undefined || type === undefined || accepts.includes(type)) return;
  throw new BinocleError('unsupported-media', `the body has to be ${accepts.join(' or ')}, not ${type}`);
}

/** What `If-Match` allows, as revisions; undefined for no condition. A weak or foreign tag matches none (RFC 9110, 8.8.3.2). */
export function readIfMatch(header: string | undefined): readonly number[] | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  return [...header.matchAll(/(W\/)?"([^"]*)"/g)].flatMap(([, weak, tag]) =>
    weak === undefined && /^\d+$/.test(tag!) ? [Number(tag)] : [],
  );
}

/** @throws BinocleError `not-found`. */
export function rigOf({ rigs }: Services, { params }: Asked): Rig {
  const rig = rigs.get(params['rig'] ?? '');
  if (rig === undefined)
    throw new BinocleError('not-found', `there is no rig of this name; there is ${[...rigs.keys()].join(', ')}`);
  return rig;
}
