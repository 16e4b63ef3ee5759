import type { Layout } from '../../src/protocol/ws.js';
import { viewNames, views, type View } from '../view/views.js';
import type { Headset } from '../xr/headset.js';
import { headsetWords } from './words.js';

interface ToolbarActions {
  view(view: View): void;
  vr(): void;
  fullscreen(): void;
  figures(): void;
  panel(): void;
  guides(): void;
  measure(): void;
  swap(): void;
}

/** The buttons, and the keys that do the same: 1–6 views, V the headset, F full screen, H the line of figures, P the panel, G guides, M measure, X the other eye for each camera. */
export class Toolbar {
  readonly #buttons: Record<View, HTMLButtonElement>;
  readonly #choice: HTMLElement;
  readonly #vr: HTMLButtonElement;
  readonly #why: HTMLElement;
  readonly #adjust: HTMLButtonElement;

  constructor(bar: HTMLElement, actions: ToolbarActions) {
    this.#choice = bar.querySelector<HTMLElement>('[data-part=views]')!;
    this.#vr = bar.querySelector<HTMLButtonElement>('[data-part=vr]')!;
    this.#why = bar.querySelector<HTMLElement>('[data-part=why]')!;
    this.#buttons = Object.fromEntries(
      viewNames.map((view, i) => {
        const button = document.createElement('button');
        button.type = 'button';
        button.textContent = views[view].label;
        button.title = `${views[view].title} (${String(i + 1)})`;
        button.dataset['view'] = view;
        button.addEventListener('click', () => actions.view(view));
        return [view, button];
      }),
    ) as Record<View, HTMLButtonElement>;
    this.#choice.append(...Object.values(this.#buttons));
    this.#vr.addEventListener('click', () => actions.vr());
    this.#adjust = bar.querySelector<HTMLButtonElement>('[data-part=adjust]')!;
    this.#adjust.addEventListener('click', () => actions.panel());
    const fullscreen = bar.querySelector<HTMLButtonElement>('[data-part=fullscreen]')!;
    fullscreen.hidden = !document.fullscreenEnabled;
    fullscreen.addEventListener('click', () => actions.fullscreen());
    document.addEventListener('keydown', ({ key, target, ctrlKey, metaKey, altKey }) => {
      if (writes(target) || ctrlKey || metaKey || altKey) return;
      const view = viewNames[Number(key) - 1];
      if (view) actions.view(view);
      if (key === 'f') actions.fullscreen();
      if (key === 'h') actions.figures();
      if (key === 'p') actions.panel();
      if (key === 'g') actions.guides();
      if (key === 'm') actions.measure();
      if (key === 'x') actions.swap();
      if (key === 'v' && !this.#vr.disabled) actions.vr();
    });
  }

  showView(view: View): void {
    for (const [name, button] of Object.entries(this.#buttons)) button.ariaPressed = String(name === view);
  }

  /** One eye leaves nothing to choose. */
  showLayout(layout: Layout): void {
    this.#choice.hidden = layout === 'mono';
  }

  showPanel(open: boolean): void {
    this.#adjust.ariaExpanded = String(open);
  }

  showHeadset(headset: Headset, inside: boolean): void {
    this.#vr.disabled = headset !== 'ready';
    this.#vr.textContent = inside ? 'Leave VR' : 'Enter VR';
    const { why, title } = headsetWords[headset];
    this.#vr.title = this.#why.title = title;
    this.#why.textContent = why;
  }

  /** Entering failed; in the browser's words. */
  showFailure(message: string): void {
    this.#why.title = message;
    this.#why.textContent = `VR did not start: ${message}`;
  }
}

/** Whether keys are for the element they go to: text and numbers, lists that are searched by letter. */
export function writes(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && target.type !== 'range' && target.type !== 'checkbox')
  );
}
