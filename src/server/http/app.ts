import { Router } from '@koa/router';
import Koa, { type Middleware } from 'koa';
import type { Logger } from '../../log.js';
import { BinocleError } from '../../protocol/errors.js';
import type { Access } from '../access.js';
import { originAllowed } from '../origin.js';
import { readJson } from './body.js';
import { securityHeaders } from './headers.js';
import { loadPage, scriptHashes, servePage } from './page.js';
import { problems } from './problem.js';
import { readIfMatch, readQuery, requireMediaType, type Answer, type Route, type Services } from './route.js';
import { routes } from './routes.js';

export interface AppOptions {
  services: Services;
  access: Access;
  origins: readonly string[];
  /** Folder of the built page. */
  page: string;
  log: Logger;
}

/** Page and API. */
export async function createApp({ services, access, origins, page, log }: AppOptions): Promise<Koa> {
  const app = new Koa();
  const router = new Router();
  const assets = await loadPage(page);
  for (const route of routes) router.register(routerPath(route), [route.method], serveRoute(route, services, access));
  app.on('error', (error: Error) => log.debug(`a response broke off: ${error.message}`));
  app.use(securityHeaders(origins, scriptHashes(assets)));
  app.use(problems(log));
  app.use(refuseForeignChanges(origins));
  app.use(router.routes());
  app.use(router.allowedMethods());
  app.use(servePage(assets));
  return app;
}

function routerPath({ path }: Route): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

function serveRoute(route: Route, services: Services, access: Access): Middleware {
  return async (ctx) => {
    if (route.role !== null) access.require(route.role, ctx.req);
    const query = readQuery(route, new URLSearchParams(ctx.querystring));
    const body = route.method === 'GET' ? undefined : await readJson(ctx.req);
    if (body !== undefined) requireMediaType(route, ctx.get('Content-Type') || undefined);
    const ifMatch = route.conditional === true ? readIfMatch(ctx.get('If-Match') || undefined) : undefined;
    const params = ctx['params'] as Record<string, string>;
    const {
      status = 200,
      type = 'application/json',
      body: answer,
      etag,
    }: Answer = await route.handle(services, { params, query, body, ...(ifMatch === undefined ? {} : { ifMatch }) });
    ctx.status = status;
    ctx.set('Cache-Control', 'no-store');
    if (etag !== undefined) {
      ctx.set('ETag', etag);
      ctx.set('Cache-Control', 'no-cache');
      if (route.method === 'GET' && ctx.fresh) {
        ctx.status = 304;
        return;
      }
    }
    if (answer === undefined) return;
    ctx.body = typeof answer === 'string' || Buffer.isBuffer(answer) ? answer : JSON.stringify(answer);
    ctx.type = type;
  };
}

/** A page of another origin may read nothing (no CORS), and change nothing either. */
function refuseForeignChanges(origins: readonly string[]): Middleware {
  return (ctx, next) => {
    const reads = ['GET', 'HEAD', 'OPTIONS'].includes(ctx.method);
    if (!reads && !originAllowed(ctx.req.headers.origin, ctx.req.headers.host, origins))
      throw new BinocleError('forbidden', 'pages of other origins may not change anything here; see server.origins');
    return next();
  };
}
