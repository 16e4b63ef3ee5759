import type { Profile } from '../../src/protocol/configuration.js';
import type { Control } from '../settings/controls.js';
import { make } from './make.js';
import { capital, costWords } from './words.js';

/** What every row of the panel is shown of the settings. */
export interface Shown {
  profile: Profile;
  first: Profile;
  unsaved: readonly string[];
  open: boolean;
}

export interface RowActions {
  change(patch: object, gesture: string): void;
  /** As it is at this moment, not as it was last drawn; null while nothing may be changed. */
  profile(): Profile | null;
  /** Coarse steps are wanted. */
  coarse(): boolean;
}

/** A control with its name, its cost, a mark when it is unsaved, and the error that is about it. */
export abstract class Row<C extends Control = Control> {
  readonly element: HTMLElement;
  readonly control: C;
  protected readonly actions: RowActions;
  readonly #hint = make('span', { className: 'hint' });
  readonly #fault = make('p', { className: 'fault', hidden: true, aria: { role: 'alert' } });

  constructor(control: C, actions: RowActions, name: HTMLElement) {
    this.control = control;
    this.actions = actions;
    name.title = control.description;
    this.element = make(
      'div',
      { className: 'row', data: { key: control.id } },
      make('span', { className: 'mark', title: 'Not saved' }),
      name,
      this.#hint,
    );
  }

  protected finish(...parts: Node[]): void {
    this.element.append(...parts, this.#fault);
  }

  show(shown: Shown): void {
    const { paths } = this.control;
    this.element.classList.toggle(
      'unsaved',
      paths.some((path) => shown.unsaved.some((key) => related(key, path))),
    );
    this.update(shown);
  }

  protected abstract update(shown: Shown): void;

  /** What a change costs now. */
  protected cost(): string {
    return this.control.cost;
  }

  protected hint(...facts: string[]): void {
    const text = [...facts, costWords[this.cost()] ?? ''].filter(Boolean).join(' · ');
    if (this.#hint.textContent !== text) this.#hint.textContent = text;
  }

  /** Whether an error about these paths belongs here. */
  concerns(paths: readonly string[]): boolean {
    return paths.some((path) => this.control.paths.some((mine) => related(path, mine)));
  }

  showFault(message: string): void {
    this.#fault.textContent = capital(message);
    this.#fault.hidden = false;
  }

  clearFault(): void {
    this.#fault.hidden = true;
  }
}

/** One is the other or lies within it. */
function related(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);
}
