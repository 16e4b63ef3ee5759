import { levelling } from '../overlay/level.js';
import type { Overlays } from '../overlay/overlays.js';
import { nextInHeadset, overlayWords } from '../overlay/in-headset.js';
import { offsetWords } from '../overlay/words.js';
import { capital, roleWords, unsavedWords } from '../panel/words.js';
import type { NumberControl } from '../settings/controls.js';
import type { Settings } from '../settings/settings.js';
import { swapEyes } from '../settings/swap.js';
import { deflection, type Button, type Controller, type Hand } from './controllers.js';
import { moved, valueWords } from './stick-tuning.js';

type Held = Partial<Record<Hand, Controller>>;

/**
 * Milliseconds: the longest step that counts (a headset that was taken off does not jump); how
 * long a stick rests before it is another change; how long words stay; how often they are renewed.
 */
const times = { longestStep: 100, rest: 300, said: 4000, words: 100 } as const;
const hints = [
  'Left stick: convergence, vertical · right stick: roll, zoom · with the grip: both as one',
  'A save · B take back · Y undo · X guides · sticks pressed: left level, right swap eyes',
] as const;

/** The controllers of an immersive session: sticks tune the alignment live, buttons save, take back, undo and lay things over the picture. */
export class Tuning {
  readonly #settings: Settings;
  readonly #overlays: Overlays;
  #before: Held = {};
  #at: number | null = null;
  #gestures = 0;
  #resting = true;
  #moving: readonly NumberControl[] = [];
  #movedAt = -Infinity;
  #said = { text: '', at: -Infinity };
  #lines: readonly string[] = [];
  #linesAt = -Infinity;
  readonly #stop: () => void;

  constructor(settings: Settings, overlays: Overlays) {
    this.#settings = settings;
    this.#overlays = overlays;
    this.#stop = settings.on('refused', ({ message }) => this.#say(message));
  }

  close(): void {
    this.#stop();
  }

  /** Once a frame of the display; `now` in ms. */
  advance(now: number, held: Held): void {
    const seconds = Math.min(times.longestStep, this.#at === null ? 0 : now - this.#at) / 1000;
    this.#at = now;
    this.#press(held);
    this.#before = held;
    const { shown, open } = this.#settings;
    const change = shown && open ? moved(shown, held, seconds) : null;
    if (!change) {
      // From one rest to the next is one step to undo.
      if (now - this.#movedAt > times.rest) this.#resting = true;
      if (now - this.#movedAt > times.said) this.#moving = [];
      return;
    }
    if (this.#resting) this.#gestures += 1;
    this.#resting = false;
    [this.#moving, this.#movedAt] = [change.controls, now];
    this.#settings.change(change.patch, `sticks ${String(this.#gestures)}`);
  }

  /** What the headset says of it, two lines. */
  lines(now: number): readonly string[] {
    if (now - this.#linesAt < times.words) return this.#lines;
    this.#linesAt = now;
    const { shown, role, connected, open, unsaved } = this.#settings;
    const overlay = overlayWords(this.#overlays);
    const offset = this.#overlays.measuring ? offsetWords(this.#overlays.offset) : '';
    const about = [overlay, offset].filter(Boolean).join(' · ');
    const said = now - this.#said.at < times.said ? this.#said.text : '';
    if (!open || !shown) this.#lines = [roleWords(role, connected), about];
    else if (this.#moving.length > 0)
      this.#lines = [
        this.#moving.map((control) => valueWords(shown, control)).join(' · '),
        said || about || `${unsavedWords(unsaved.length)} · A save · B take back`,
      ];
    else this.#lines = said || about ? [said || unsavedWords(unsaved.length), about || hints[1]] : hints;
    return this.#lines;
  }

  #press(held: Held): void {
    const went = (hand: Hand, button: Button): boolean =>
      held[hand]?.pressed[button] === true && this.#before[hand]?.pressed[button] === false;
    const settings = this.#settings;
    if (went('right', 'lower'))
      this.#tell(settings.save().then(({ file }) => (file === null ? 'Nothing to save' : `Saved to ${file}`)));
    if (went('right', 'upper')) this.#tell(settings.rollback().then(() => 'Back to what the file says'));
    if (went('left', 'upper')) this.#tell(settings.undo().then(() => 'One step back'));
    if (went('left', 'lower')) nextInHeadset(this.#overlays);
    // A hand that turns or zooms presses by mistake.
    const { x, y } = deflection(held.right ?? { x: 0, y: 0 });
    if (went('right', 'stick') && x === 0 && y === 0) this.#swap();
    const { offset } = this.#overlays;
    if (went('left', 'stick') && settings.shown && settings.open && offset?.kind === 'measured') {
      settings.change(levelling(settings.shown, offset), `level ${String((this.#gestures += 1))}`);
      this.#say('Levelled by what was measured');
    }
  }

  #swap(): void {
    const swapped = swapEyes(this.#settings);
    if (swapped !== null) this.#say(swapped ? 'Eyes swapped' : 'Eyes as plugged in');
  }

  #tell(outcome: Promise<string>): void {
    outcome.then(
      (message) => this.#say(message),
      (error: Error) => this.#say(error.message),
    );
  }

  #say(text: string): void {
    this.#said = { text: capital(text), at: this.#at ?? 0 };
  }
}
