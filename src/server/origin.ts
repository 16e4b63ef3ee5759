/**
 * Whether a page of `origin` may change things or open the WebSocket: the page that this server serves (RFC 6455, 10.2), or one that
 * `server.origins` names. Programs that are not browsers send no Origin; their token is what counts.
 */
export function originAllowed(origin: string | undefined, host: string | undefined, more: readonly string[]): boolean {
  if (origin === undefined) return true;
  if (more.some((allowed) => allowed.toLowerCase().replace(/\/$/, '') === origin.toLowerCase())) return true;
  try {
    return host !== undefined && new URL(origin).host === new URL(`${new URL(origin).protocol}//${host}`).host;
  } catch {
    return false;
  }
}
