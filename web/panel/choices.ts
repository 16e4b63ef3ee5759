import { make } from './make.js';

/** Buttons of which one is pressed. */
export class Choices<Name extends string> {
  readonly element: HTMLElement;
  readonly #buttons: Map<Name, HTMLButtonElement>;

  constructor(label: string, names: Record<Name, string>, choose: (name: Name) => void) {
    this.#buttons = new Map(
      (Object.entries(names) as [Name, string][]).map(([name, text]) => {
        const button = make('button', { type: 'button', textContent: text, data: { choice: name } });
        button.addEventListener('click', () => choose(name));
        return [name, button];
      }),
    );
    this.element = make('div', { className: 'choices', aria: { role: 'group', label } }, ...this.#buttons.values());
  }

  show(chosen: Name): void {
    for (const [name, button] of this.#buttons) button.ariaPressed = String(name === chosen);
  }
}
