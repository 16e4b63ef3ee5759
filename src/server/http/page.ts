import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Middleware } from 'koa';
import { BinocleError } from '../../protocol/errors.js';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
};

interface Asset {
  content: Buffer;
  type: string;
  etag: string;
}

/** The built page, read once: a request chooses among the files that were there and can reach no other. */
export async function loadPage(folder: string): Promise<ReadonlyMap<string, Asset>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const assets = await Promise.all(
    files.map(async (file): Promise<[string, Asset]> => {
      const content = await readFile(file);
      const type = types[extname(file)] ?? 'application/octet-stream';
      const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
      return [file.slice(folder.length), { content, type, etag }];
    }),
  );
  return new Map(assets);
}

/** The hash-source (Content Security Policy, level 3) of every script that stands in the page. */
export function scriptHashes(assets: ReadonlyMap<string, Asset>): string[] {
  const html = assets.get('/index.html')?.content.toString('utf8') ?? '';
  return [...html.matchAll(/<script[^>]*>([^]*?)<\/script>/g)].map(
    ([, script]) => `'sha256-${createHash('sha256').update(script!).digest('base64')}'`,
  );
}

export function servePage(assets: ReadonlyMap<string, Asset>): Middleware {
  return (ctx, next) => {
    const path = ctx.path === '/' ? '/index.html' : ctx.path;
    const asset = assets.get(path);
    if (asset === undefined) {
      if (ctx.path !== '/') return next();
      throw new BinocleError('not-found', 'the page is not built; `npm run build` builds it');
    }
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') {
      ctx.status = 405;
      ctx.set('Allow', 'GET, HEAD');
      return undefined;
    }
    ctx.status = 200;
    ctx.type = asset.type;
    ctx.set('ETag', asset.etag);
    ctx.set('Cache-Control', 'no-cache');
    if (ctx.fresh) ctx.status = 304;
    else ctx.body = asset.content;
    return undefined;
  };
}
