import { keepToken, readWish, signallingAddress, withoutToken } from './address.js';
import { handleFor } from './handle.js';
import { Signalling } from './signalling/client.js';
import { hello } from './signalling/hello.js';
import { explanation, figures } from './ui/figures.js';
import { GuideLayer } from './overlay/guide-layer.js';
import { guideNames } from './overlay/guides.js';
import { guidesPage } from './overlay/guides-page.js';
import { OffsetMeter } from './overlay/offset-meter.js';
import { Overlays } from './overlay/overlays.js';
import { offsetWords } from './overlay/words.js';
import { make } from './panel/make.js';
import { Panel } from './panel/panel.js';
import { Settings } from './settings/settings.js';
import { onSwap, swapEyes } from './settings/swap.js';
import type { State } from './state.js';
import { Notice } from './ui/notice.js';
import { restWhenIdle } from './ui/quiet.js';
import { Toolbar } from './ui/toolbar.js';
import { Stage } from './view/stage.js';
import { comparisons, isView, type View } from './view/views.js';
import { Viewer } from './viewer.js';
import { controllersOf } from './xr/controllers.js';
import { findHeadset, type Headset } from './xr/headset.js';
import { Immersion } from './xr/immersion.js';
import { Tuning } from './xr/tuning.js';

const part = (name: string): HTMLElement => document.getElementById(name)!;
const wish = readWish(new URL(location.href), sessionStorage);
history.replaceState(null, '', withoutToken(new URL(location.href)));

const first = window.binocleFirst;
const signalling = new Signalling(signallingAddress(new URL(location.href)), () => hello(wish), {
  open: (address, protocols) => first?.takeSocket() ?? new WebSocket(address, protocols),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
});
const settings = new Settings({ send: (message) => signalling.send(message), soon: nextFrame });
signalling.on('message', (message) => settings.handleMessage(message));
for (const lost of ['away', 'refused'] as const) signalling.on(lost, () => settings.handleAway());
const viewer = new Viewer(signalling, settings);
// The offer is on its way while the page is drawn.
viewer.start(first?.peer);
const stage = new Stage(part('stage'), viewer, wish.view ?? 'side-by-side');
const overlays = new Overlays();
const guideLayer = new GuideLayer(overlays, () => ({ layout: viewer.layout, view: stage.view }));
const offsetLabel = make('output', { className: 'offset', hidden: true, aria: { live: 'off' } });
stage.cover(guideLayer.element);
stage.cover(offsetLabel);
const meter = new OffsetMeter(viewer, (reading) => overlays.handleReading(reading));
/** Made when it is first opened: most pages are only looked at. */
let panel: Panel | null = null;
let headset: Headset = 'no-webxr';
let immersion: Immersion | null = null;
let figureLine = '';

const notice = new Notice(part('notice'), {
  token(token) {
    keepToken(token, sessionStorage);
    wish.token = token;
    // The one before may be on its way to be refused.
    signalling.restart();
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
  panel: () => openPanel(panel?.open !== true),
  guides: () => (overlays.guides = after(guideNames, overlays.guides)),
  measure: () => (overlays.measuring = !overlays.measuring),
  swap: () => swapEyes(settings),
});

function openPanel(open: boolean): void {
  panel ??= new Panel(part('panel'), settings, guidesPage(overlays, settings), () => openPanel(false));
  panel.open = open;
  toolbar.showPanel(open);
}

function show(view: View): void {
  if (!isView(view)) throw new RangeError(`No such view: ${String(view)}`);
  if (!immersion) stage.show(view);
  toolbar.showView(view);
  guideLayer.draw();
}

async function enterVr(): Promise<XRSession> {
  if (immersion) return immersion.session;
  overlays.comparison = comparisons.find((name) => name === stage.view) ?? null;
  const entered = await Immersion.enter(viewer, overlays, wish.vr !== 'webgl');
  immersion = entered;
  const tuning = new Tuning(settings, overlays);
  entered.on('frame', (now) => {
    tuning.advance(now, controllersOf(entered.session.inputSources));
    entered.write([figureLine, ...tuning.lines(now)].join('\n'));
  });
  stage.hide();
  document.body.classList.add('immersed');
  toolbar.showHeadset(headset, true);
  entered.on('ended', () => {
    immersion = null;
    tuning.close();
    overlays.comparison = null;
    document.body.classList.remove('immersed');
    stage.show(stage.view);
    toolbar.showHeadset(headset, false);
  });
  return entered.session;
}

function showState(state: State): void {
  notice.show(state);
  document.body.dataset['phase'] = state.phase;
  if (state.phase !== 'playing') part('figures').textContent = '';
}

async function lookForHeadset(): Promise<void> {
  headset = await findHeadset(isSecureContext, navigator.xr);
  toolbar.showHeadset(headset, immersion !== null);
}

viewer.on('state', showState);
viewer.on('tracks', (layout) => {
  toolbar.showLayout(layout);
  guideLayer.draw();
});
overlays.on('offset', () => {
  if (overlays.measuring) meter.start();
  else meter.stop();
  offsetLabel.hidden = !overlays.measuring;
  offsetLabel.textContent = offsetWords(overlays.offset);
});
onSwap(settings, () => {
  overlays.forgetReading();
  meter.again();
});
viewer.on('readings', (readings) => {
  if (viewer.state.phase !== 'playing') return;
  const line = figures(readings);
  part('figures').textContent = figureLine = line;
  part('figures').title = explanation(readings);
});
window.addEventListener('online', () => signalling.connect());
navigator.xr?.addEventListener('devicechange', () => void lookForHeadset());
restWhenIdle(() => viewer.state.condition.kind === 'playing' && panel?.open !== true);

window.binocle = handleFor(viewer, settings, {
  enterVr,
  vrPath: () => immersion?.path ?? null,
  displayPath: () => stage.path,
  view: () => stage.view,
  show,
});
toolbar.showView(stage.view);
showState(viewer.state);
void lookForHeadset();

/** The page's next frame, or soon after where it gets none: in an immersive session, in a tab that nobody sees. */
function nextFrame(callback: () => void): void {
  let done = false;
  const once = (): void => {
    if (!done) callback();
    done = true;
  };
  requestAnimationFrame(once);
  setTimeout(once, 50);
}

/** The next in the list, round and round. */
function after<T>(list: readonly T[], one: T): T {
  return list[(list.indexOf(one) + 1) % list.length]!;
}
