import { layouts, type Layout } from '../src/protocol/ws.js';
import { isView, type View } from './view/views.js';

/** What the page's address and this tab say about what to watch. */
export interface Wish {
  token: string | null;
  rig: string | null;
  layout: Layout | 'auto';
  view: View | null;
  /** How to show it in a headset; `webgl` where a browser’s media layers misbehave. */
  vr: 'auto' | 'webgl';
}

/** The part of `Storage` that is used; sessionStorage, so that a token ends with its tab. */
export interface TokenStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const tokenKey = 'binocle.token';

/** Reads `#token=`, `?rig=`, `?layout=`, `?view=` and `?vr=`; a token from the address replaces the one kept. */
export function readWish(address: URL, store: TokenStore): Wish {
  const given = new URLSearchParams(address.hash.slice(1)).get('token');
  if (given) keepToken(given, store);
  const query = address.searchParams;
  const layout = query.get('layout');
  const view = query.get('view');
  return {
    token: given || store.getItem(tokenKey),
    rig: query.get('rig'),
    layout: layouts.find((name) => name === layout) ?? 'auto',
    view: view !== null && isView(view) ? view : null,
    vr: query.get('vr') === 'webgl' ? 'webgl' : 'auto',
  };
}

export function keepToken(token: string, store: TokenStore): void {
  store.setItem(tokenKey, token);
}

/** The address without its token, for the address bar: screenshots and shared links should not give it away. */
export function withoutToken(address: URL): string {
  const fragment = new URLSearchParams(address.hash.slice(1));
  fragment.delete('token');
  const rest = fragment.toString();
  return address.pathname + address.search + (rest === '' ? '' : `#${rest}`);
}

/** `/ws` of the same origin. */
export function signallingAddress(address: URL): string {
  const url = new URL('ws', address);
  url.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  [url.search, url.hash] = ['', ''];
  return url.href;
}
