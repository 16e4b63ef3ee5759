import type { Mapping } from '../src/protocol/merge-patch.js';
import type { Applied, Layout } from '../src/protocol/ws.js';
import type { Settings } from './settings/settings.js';
import type { Phase } from './state.js';
import type { Skew } from './stereo/skew.js';
import type { Latency } from './time/latency.js';
import type { DisplayPath, View } from './view/views.js';
import type { Viewer } from './viewer.js';

/** `window.binocle`: for the console, for tests, for whoever embeds the page. */
export interface BinocleHandle {
  readonly phase: Phase;
  /** What is said instead of the picture, by name; `playing` when nothing is. */
  readonly condition: string;
  readonly layout: Layout;
  /** With `sbs`, `tab` and `mono`, `right` is null and `left` shows all there is. */
  readonly eyes: { left: HTMLVideoElement; right: HTMLVideoElement | null };
  readonly connection: RTCPeerConnection | null;
  /** Milliseconds; null until the clocks have been compared and a frame has come. */
  latency(): Latency | null;
  /** Between the eyes as shown, milliseconds; null with one track. */
  skew(): Skew | null;
  /** How often the picture was lost and sought again. */
  readonly reconnects: number;
  /** Changes the profile (JSON Merge Patch): resolves when the change is in force, rejects with the server's message where it is refused. */
  set(patch: object): Promise<Applied>;
  /** Resolves with the immersive session; rejects where there is no headset or no click. */
  enterVr(): Promise<XRSession>;
  /** `layer`, `webgl`, or null outside a session. */
  readonly vrPath: 'layer' | 'webgl' | null;
  /**
   * How the picture gets to the eyes now. `video`: the browser's own video, with no turn of the page's; `joined`: the same, of two tracks joined by the page;
   * `canvas`: painted with WebGL; `layer`, `webgl`: as `vrPath` says.
   */
  readonly displayPath: DisplayPath | 'layer' | 'webgl';
  view: View;
}

declare global {
  interface Window {
    binocle: BinocleHandle;
  }
}

interface Parts {
  enterVr(): Promise<XRSession>;
  vrPath(): 'layer' | 'webgl' | null;
  displayPath(): DisplayPath;
  view(): View;
  show(view: View): void;
}

export function handleFor(viewer: Viewer, settings: Settings, parts: Parts): BinocleHandle {
  return {
    get phase() {
      return viewer.state.phase;
    },
    get condition() {
      return viewer.state.condition.kind;
    },
    get layout() {
      return viewer.layout;
    },
    get eyes() {
      const { left, right } = viewer.videos;
      return { left: left.element, right: viewer.layout === 'twin' ? right.element : null };
    },
    get connection() {
      return viewer.connection;
    },
    latency: () => viewer.latency,
    skew: () => viewer.skew,
    get reconnects() {
      return viewer.state.reconnects;
    },
    set: (patch) => settings.set(patch as Mapping),
    enterVr: () => parts.enterVr(),
    get vrPath() {
      return parts.vrPath();
    },
    get displayPath() {
      return parts.vrPath() ?? parts.displayPath();
    },
    get view() {
      return parts.view();
    },
    set view(view) {
      parts.show(view);
    },
  };
}
