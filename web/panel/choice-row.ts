import type { ChoiceControl } from '../settings/controls.js';
import { make } from './make.js';
import { Row, type RowActions, type Shown } from './row.js';

let gestures = 0;

/** A list to choose from. */
export class ChoiceRow extends Row<ChoiceControl> {
  readonly #select: HTMLSelectElement;

  constructor(control: ChoiceControl, actions: RowActions) {
    const id = `field-${control.id}`;
    super(control, actions, make('label', { htmlFor: id, textContent: control.label }));
    this.#select = make('select', { id, title: control.description });
    this.#fill(control.choices);
    this.finish(this.#select);
    this.#select.addEventListener('change', () => {
      const chosen = control.choices.find(({ value }) => String(value) === this.#select.value);
      const profile = this.actions.profile();
      if (!chosen || !profile) return;
      this.clearFault();
      this.actions.change(control.patch(profile, chosen.value), `choice ${String((gestures += 1))}`);
    });
  }

  protected override update(shown: Shown): void {
    const value = String(this.control.read(shown.profile));
    // A template of one's own is among the choices while it is in use.
    if (![...this.#select.options].some((option) => option.value === value))
      this.#fill([{ value, label: value }, ...this.control.choices]);
    this.#select.value = value;
    this.#select.disabled = !shown.open;
    this.hint();
  }

  #fill(choices: ChoiceControl['choices']): void {
    this.#select.replaceChildren(
      ...choices.map(({ value, label }) => make('option', { value: String(value), textContent: label })),
    );
  }
}
