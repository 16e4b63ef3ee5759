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
  method: 'GET' | 'POST' | 'DELETE';
  /** Parameters as in OpenAPI: `/api/v1/rigs/{rig}`. */
  path: string;
  /** Null: for everybody. */
  role: Role | null;
  summary: string;
  /** Query parameters: what each may be; the first is the default. */
  query?: Record<string, readonly [string, ...string[]]>;
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

/** @throws BinocleError `not-found`. */
export function rigOf({ rigs }: Services, { params }: Asked): Rig {
  const rig = rigs.get(params['rig'] ?? '');
  if (rig === undefined)
    throw new BinocleError('not-found', `there is no rig of this name; there is ${[...rigs.keys()].join(', ')}`);
  return rig;
}
