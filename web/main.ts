import { keepToken, readWish, signallingAddress, withoutToken } from './address.js';
import { handleFor } from './handle.js';
import { Signalling } from './signalling/client.js';
import { explanation, figures } from './ui/figures.js';
import { Notice } from './ui/notice.js';
import { restWhenIdle } from './ui/quiet.js';
import { Toolbar } from './ui/toolbar.js';
import { Stage } from './view/stage.js';
import { isView, type View } from './view/views.js';
import { hello, Viewer } from './viewer.js';
import { findHeadset, type Headset } from './xr/headset.js';
import { Immersion } from './xr/immersion.js';

const part = (name: string): HTMLElement => document.getElementById(name)!;
const wish = readWish(new URL(location.href), sessionStorage);
history.replaceState(null, '', withoutToken(new URL(location.href)));

const signalling = new Signalling(signallingAddress(new URL(location.href)), () => hello(wish), {
  open: (address, protocol) => new WebSocket(address, protocol),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
});
const viewer = new Viewer(signalling);
const stage = new Stage(part('stage'), viewer, wish.view ?? 'side-by-side');
let headset: Headset = 'no-webxr';
let immersion: Immersion | null = null;

const notice = new Notice(part('notice'), {
  token(token) {
    keepToken(token, sessionStorage);
    wish.token = token;
    signalling.connect();
  },
  play: () => viewer.play(),
  retry: () => signalling.connect(),
});
const toolbar = new Toolbar(part('bar'), {
  view: show,
  vr() {
    if (immersion) immersion.end();
    else enterVr().catch((error: Error) => toolbar.showFailure(error.message));
  },
  fullscreen: () => void (document.fullscreenElement ? document.exitFullscreen() : document.body.requestFullscreen()),
  figures: () => part('figures').classList.toggle('off'),
});

function show(view: View): void {
  if (!isView(view)) throw new RangeError(`No such view: ${String(view)}`);
  if (!immersion) stage.show(view);
  toolbar.showView(view);
}

async function enterVr(): Promise<XRSession> {
  if (immersion) return immersion.session;
  const entered = await Immersion.enter(viewer, wish.vr !== 'webgl');
  immersion = entered;
  stage.hide();
  toolbar.showHeadset(headset, true);
  entered.on('ended', () => {
    immersion = null;
    stage.show(stage.view);
    toolbar.showHeadset(headset, false);
  });
  return entered.session;
}

async function lookForHeadset(): Promise<void> {
  headset = await findHeadset(isSecureContext, navigator.xr);
  toolbar.showHeadset(headset, immersion !== null);
}

viewer.on('state', (state) => {
  notice.show(state);
  document.body.dataset['phase'] = state.phase;
  if (state.phase !== 'playing') part('figures').textContent = '';
});
viewer.on('tracks', (layout) => toolbar.showLayout(layout));
viewer.on('readings', (readings) => {
  if (viewer.state.phase !== 'playing') return;
  const line = figures(readings);
  part('figures').textContent = line;
  part('figures').title = explanation(readings);
  immersion?.write(line);
});
window.addEventListener('online', () => signalling.connect());
navigator.xr?.addEventListener('devicechange', () => void lookForHeadset());
restWhenIdle(() => viewer.state.condition.kind === 'playing');

window.binocle = handleFor(viewer, {
  enterVr,
  vrPath: () => immersion?.path ?? null,
  view: () => stage.view,
  show,
});
toolbar.showView(stage.view);
notice.show(viewer.state);
void lookForHeadset();
viewer.start();
