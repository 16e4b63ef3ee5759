import type { Settings } from '../settings/settings.js';
import { make } from './make.js';
import { capital, changedBy, unsavedWords } from './words.js';

/** The end of the panel: undo and redo, save and take back, how much is unsaved, and what came of it. */
export class Closing {
  readonly element: HTMLElement;
  readonly #settings: Settings;
  readonly #undo: HTMLButtonElement;
  readonly #redo: HTMLButtonElement;
  readonly #save: HTMLButtonElement;
  readonly #back: HTMLButtonElement;
  readonly #unsaved = make('span', { className: 'unsaved-count' });
  readonly #said = make('p', { className: 'said', aria: { role: 'status' } });

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#undo = this.#button('undo', 'Undo', 'Take my last change back (Ctrl+Z)', () => this.undo());
    this.#redo = this.#button('redo', 'Redo', 'Make it again (Ctrl+Shift+Z)', () => this.redo());
    this.#back = this.#button('rollback', 'Take back', 'Back to what the file says', () => this.rollback());
    this.#save = this.#button('save', 'Save', 'Write what is not saved into the file (Ctrl+S)', () => this.save());
    this.#save.classList.add('primary');
    this.element = make(
      'footer',
      {},
      make('div', { className: 'history' }, this.#undo, this.#redo, this.#unsaved),
      make('div', { className: 'keep' }, this.#back, this.#save),
      this.#said,
    );
    document.addEventListener('keydown', (event) => this.#handleKey(event));
    settings.on('elsewhere', (by) => this.say(changedBy(by)));
  }

  show(): void {
    const { open, unsaved, canUndo, canRedo } = this.#settings;
    this.#undo.disabled = !open || !canUndo;
    this.#redo.disabled = !open || !canRedo;
    this.#save.disabled = this.#back.disabled = !open || unsaved.length === 0;
    const words = unsavedWords(unsaved.length);
    if (this.#unsaved.textContent !== words) this.#unsaved.textContent = words;
    this.#unsaved.title = unsaved.join('\n');
  }

  say(message: string, bad = false): void {
    this.#said.textContent = this.#said.title = capital(message);
    this.#said.classList.toggle('bad', bad);
  }

  undo(): void {
    this.#tell(this.#settings.undo().then(() => ''));
  }

  redo(): void {
    this.#tell(this.#settings.redo().then(() => ''));
  }

  save(): void {
    this.#tell(
      this.#settings.save().then(({ file, held }) => {
        const kept = held.length === 0 ? '' : ` Decided on the command line, not written: ${held.join(', ')}.`;
        return file === null ? `Nothing to write.${kept}` : `Saved to ${file}.${kept}`;
      }),
    );
  }

  rollback(): void {
    this.#tell(this.#settings.rollback().then(() => 'Back to what the file says.'));
  }

  /** Ctrl or ⌘ with Z, Shift+Z or Y, S; a text that is being typed keeps its own. */
  #handleKey(event: KeyboardEvent): void {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    const typing = event.target instanceof HTMLInputElement && event.target.dataset['typed'] !== undefined;
    if (!this.#settings.open || !['z', 'y', 's'].includes(key) || (typing && key !== 's')) return;
    event.preventDefault();
    if (key === 's') this.save();
    else if (key === 'y' || event.shiftKey) this.redo();
    else this.undo();
  }

  #tell(outcome: Promise<string>): void {
    outcome.then(
      (message) => this.say(message),
      (error: Error) => this.say(error.message, true),
    );
  }

  #button(part: string, text: string, title: string, act: () => void): HTMLButtonElement {
    const button = make('button', { type: 'button', textContent: text, title, data: { part } });
    button.addEventListener('click', act);
    return button;
  }
}
