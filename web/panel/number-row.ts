import { nudged, written, type NumberControl } from '../settings/controls.js';
import { onStep } from '../settings/scale.js';
import { make } from './make.js';
import { Row, type RowActions, type Shown } from './row.js';
import { unitWords } from './words.js';

/** Steps of a coarse nudge. */
const coarseSteps = 10;
/** Nudges that follow each other so quickly are one change to undo; and a held button's first and later waits. Milliseconds. */
const times = { oneRun: 1000, hold: 400, again: 70 } as const;
const nudgeKeys: Record<string, number> = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -coarseSteps,
  PageUp: coarseSteps,
};

let gestures = 0;

/** A slider, fine about its usual value, with buttons to nudge and a field for the number; a double click goes back to the usual value. */
export class NumberRow extends Row<NumberControl> {
  readonly #slider: HTMLInputElement;
  readonly #field: HTMLInputElement;
  readonly #buttons: HTMLButtonElement[];
  #shown: Shown | null = null;
  #dragging = false;
  #gesture = '';
  #nudgedAt = -Infinity;

  constructor(control: NumberControl, actions: RowActions) {
    const { label, scale, unit } = control;
    const id = `field-${control.id}`;
    const words = unitWords[unit] ?? unit;
    super(control, actions, make('label', { htmlFor: id, textContent: label }));
    this.#slider = make('input', {
      type: 'range',
      min: String(scale.least),
      max: String(scale.most),
      step: 'any',
      title: `${control.description} Arrow keys nudge, a double click goes back to the usual value.`.trim(),
      aria: { label },
    });
    this.#field = make('input', {
      type: 'number',
      step: 'any',
      id,
      inputMode: 'decimal',
      aria: { label: `${label}, number` },
    });
    this.#buttons = [this.#nudger('−', `${label}: less`, -1), this.#nudger('+', `${label}: more`, 1)];
    this.finish(
      make(
        'div',
        { className: 'number' },
        this.#buttons[0]!,
        this.#slider,
        this.#buttons[1]!,
        make(
          'span',
          { className: `field ${words === '' ? '' : words.length < 3 ? 'short' : 'long'}` },
          this.#field,
          make('span', { className: 'unit', textContent: words }),
        ),
      ),
    );
    this.#listen();
  }

  protected override update(shown: Shown): void {
    this.#shown = shown;
    const { control } = this;
    const value = control.read(shown.profile);
    for (const input of [this.#slider, this.#field, ...this.#buttons]) input.disabled = !shown.open || value === null;
    if (value === null) {
      this.#field.value = '';
      this.hint();
      return;
    }
    const text = written(control, value);
    this.hint(control.also?.(shown.profile, value) ?? '');
    if (!this.#dragging) this.#slider.value = String(control.scale.toPosition(value));
    this.#slider.setAttribute('aria-valuetext', `${text} ${control.unit}`.trim());
    if (document.activeElement !== this.#field || !this.#field.dataset['typed']) this.#field.value = text;
  }

  #listen(): void {
    const { control } = this;
    const slider = this.#slider;
    slider.addEventListener('pointerdown', () => this.#begin());
    slider.addEventListener('input', () => {
      if (!this.#dragging) this.#begin();
      this.clearFault();
      // What costs more than a frame waits until the hand is off.
      if (control.cost === 'hot') this.#send(this.#atSlider());
      else this.#field.value = written(control, this.#atSlider());
    });
    slider.addEventListener('change', () => {
      this.#dragging = false;
      this.#send(this.#atSlider());
    });
    // A pointer that went down and up without moving changes nothing.
    for (const end of ['pointerup', 'pointercancel', 'blur'] as const)
      slider.addEventListener(end, () => (this.#dragging = false));
    for (const target of [slider, this.element.querySelector('label')!])
      target.addEventListener('dblclick', () => this.#reset());
    for (const input of [slider, this.#field])
      input.addEventListener('keydown', (event) => {
        const steps = nudgeKeys[event.key];
        if (steps !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey) {
          event.preventDefault();
          this.#nudge(Math.abs(steps) === 1 ? steps * this.#stride(event.shiftKey) : steps);
        } else if (input === slider && (event.key === 'Delete' || event.key === 'Backspace')) this.#reset();
      });
    this.#field.addEventListener('input', () => (this.#field.dataset['typed'] = 'yes'));
    this.#field.addEventListener('blur', () => this.#take());
    this.#field.addEventListener('change', () => this.#take());
  }

  #begin(): void {
    this.#dragging = true;
    this.#gesture = `${this.control.id} ${String((gestures += 1))}`;
  }

  #atSlider(): number {
    return onStep(this.control.scale.toValue(Number(this.#slider.value)), this.control.step);
  }

  /** A typed number is sent as it is: what is wrong with it the server says best. */
  #take(): void {
    if (!this.#field.dataset['typed']) return;
    delete this.#field.dataset['typed'];
    const value = this.#field.valueAsNumber;
    if (Number.isNaN(value)) {
      if (this.#shown) this.update(this.#shown);
      return;
    }
    this.#begin();
    this.#dragging = false;
    this.#send(value);
  }

  #nudge(steps: number): void {
    const profile = this.actions.profile();
    const value = profile && this.control.read(profile);
    if (value === null) return;
    const now = performance.now();
    if (now - this.#nudgedAt > times.oneRun) this.#begin();
    this.#dragging = false;
    this.#nudgedAt = now;
    delete this.#field.dataset['typed'];
    this.#send(nudged(this.control, value, steps));
  }

  #reset(): void {
    const usual = this.#shown && this.control.usual(this.#shown.first);
    if (usual === null) return;
    this.#begin();
    this.#dragging = false;
    this.#send(usual);
  }

  #send(value: number): void {
    const profile = this.actions.profile();
    if (!profile || value === this.control.read(profile)) return;
    this.clearFault();
    this.actions.change(this.control.patch(profile, value), this.#gesture);
  }

  /** The shift key gives the other of fine and coarse. */
  #stride(shift: boolean): number {
    return this.actions.coarse() === shift ? 1 : coarseSteps;
  }

  #nudger(sign: string, name: string, way: number): HTMLButtonElement {
    const button = make('button', { type: 'button', className: 'nudge', textContent: sign, aria: { label: name } });
    let timer = 0;
    let held = false;
    const go = (shift: boolean): void => this.#nudge(way * this.#stride(shift));
    const stop = (): void => clearTimeout(timer);
    button.addEventListener('pointerdown', ({ shiftKey }) => {
      held = false;
      const again = (): void => {
        held = true;
        go(shiftKey);
        timer = window.setTimeout(again, times.again);
      };
      timer = window.setTimeout(again, times.hold);
    });
    for (const end of ['pointerup', 'pointerleave', 'pointercancel'] as const) button.addEventListener(end, stop);
    button.addEventListener('click', ({ shiftKey }) => {
      stop();
      if (!held) go(shiftKey);
      held = false;
    });
    return button;
  }
}
