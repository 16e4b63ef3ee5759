import type { Middleware } from 'koa';

/** What the page may do: run its own code, talk to its own server, play video, enter VR; and nothing else. */
function contentSecurityPolicy(origins: readonly string[], scripts: readonly string[]): string {
  return Object.entries({
    'default-src': "'none'",
    'script-src': ["'self'", ...scripts].join(' '),
    'style-src': "'self' 'unsafe-inline'",
    'img-src': "'self' data: blob:",
    'font-src': "'self'",
    'connect-src': "'self'",
    'media-src': "'self' blob: mediastream:",
    'worker-src': "'self' blob:",
    'manifest-src': "'self'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': ["'self'", ...origins].join(' '),
  })
    .map(([directive, value]) => `${directive} ${value}`)
    .join('; ');
}

/** On every response. `scripts`: the sources of those that stand in the page itself (CSP level 3, hash-source). The two Cross-Origin policies isolate the page, which gives it the browser's finest clock. */
export function securityHeaders(origins: readonly string[], scripts: readonly string[]): Middleware {
  const headers = {
    'Content-Security-Policy': contentSecurityPolicy(origins, scripts),
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy':
      'xr-spatial-tracking=(self), fullscreen=(self), autoplay=(self), camera=(), microphone=(), geolocation=()',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  };
  return (ctx, next) => {
    ctx.set(headers);
    return next();
  };
}
