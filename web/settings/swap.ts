import type { Settings } from './settings.js';
import { swap } from './tables.js';

let gestures = 0;

/** Exchanges the eyes, or takes that back; returns whether they are exchanged then, and null where nothing may be changed. */
export function swapEyes(settings: Settings): boolean | null {
  const { shown, open } = settings;
  if (!shown || !open) return null;
  const swapped = !swap.read(shown);
  settings.change(swap.patch(shown, swapped), `swap ${String((gestures += 1))}`);
  return swapped;
}

/** Calls back when the eyes are asked to be exchanged, and again when they are: what was seen before is true no more. */
export function onSwap(settings: Settings, changed: () => void): void {
  const read = (): string => JSON.stringify([settings.shown?.view.swap, settings.profile?.view.swap]);
  let before = read();
  settings.on('changed', () => {
    const now = read();
    if (now === before) return;
    before = now;
    changed();
  });
}
