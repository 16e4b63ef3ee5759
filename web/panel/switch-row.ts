import type { SwitchControl } from '../settings/controls.js';
import { make } from './make.js';
import { Row, type RowActions, type Shown } from './row.js';

let gestures = 0;

/** A button that stays pressed while what it does is in force. */
export class SwitchRow extends Row<SwitchControl> {
  readonly #button: HTMLButtonElement;
  #cost: string;

  constructor(control: SwitchControl, actions: RowActions) {
    const id = `field-${control.id}`;
    super(control, actions, make('label', { htmlFor: id, textContent: control.label }));
    this.element.classList.add('switch');
    this.#cost = control.cost;
    this.#button = make('button', { type: 'button', id, textContent: control.verb, title: control.description });
    this.finish(this.#button);
    this.#button.addEventListener('click', () => {
      const profile = this.actions.profile();
      if (!profile) return;
      this.clearFault();
      this.actions.change(control.patch(profile, !control.read(profile)), `switch ${String((gestures += 1))}`);
    });
  }

  protected override cost(): string {
    return this.#cost;
  }

  protected override update({ profile, open }: Shown): void {
    const on = this.control.read(profile);
    this.#button.ariaPressed = String(on);
    this.#button.disabled = !open;
    this.#cost = this.control.costIn(profile);
    this.hint(this.control.states[on ? 'on' : 'off']);
  }
}
