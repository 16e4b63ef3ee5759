import { STATUS_CODES } from 'node:http';
import type { Context, Middleware } from 'koa';
import type { Logger } from '../../log.js';
import { BinocleError, reasons, type Reason } from '../../protocol/errors.js';

/** RFC 9457; `reason` is of the same closed set as the WebSocket's error codes. */
export interface Problem {
  type: 'about:blank';
  title: string;
  status: number;
  detail: string;
  reason: Reason;
  path?: string;
}

/** Every refusal and failure as application/problem+json; anything unexpected is logged and shown as `internal` without its details. */
export function problems(log: Logger): Middleware {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.status >= 400 && ctx.body == null) refuse(ctx, ctx.status, unanswered(ctx));
    } catch (thrown) {
      const error = fromThrown(thrown);
      if (error.reason === 'internal') {
        log.error(`${ctx.method} ${ctx.path}: ${error.message}`, { stack: (thrown as Error | undefined)?.stack });
        refuse(ctx, 500, new BinocleError('internal', 'this is a defect of binocle; its log says more'));
      } else {
        refuse(ctx, reasons[error.reason].http, error);
      }
    }
  };
}

function refuse(ctx: Context, status: number, error: BinocleError): void {
  const problem: Problem = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: error.message,
    reason: error.reason,
    ...(error.path === undefined ? {} : { path: error.path }),
  };
  ctx.status = status;
  if (status === 401) ctx.set('WWW-Authenticate', 'Bearer realm="binocle"');
  ctx.body = JSON.stringify(problem);
  ctx.type = 'application/problem+json';
}

function unanswered({ status, method, path }: Context): BinocleError {
  return status === 404
    ? new BinocleError('not-found', `there is no ${path} here`)
    : new BinocleError('bad-usage', `${method} is not possible on ${path}`);
}

function fromThrown(thrown: unknown): BinocleError {
  // koa, the router and decodeURIComponent throw errors with a 4xx status for requests that are malformed.
  const status = (thrown as { status?: unknown } | null)?.status;
  if (!(thrown instanceof BinocleError) && typeof status === 'number' && status >= 400 && status < 500)
    return new BinocleError(status === 404 ? 'not-found' : 'bad-message', (thrown as Error).message);
  return BinocleError.from(thrown);
}
