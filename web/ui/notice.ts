import type { State } from '../state.js';
import { wordsFor, type Words } from './words.js';

interface NoticeActions {
  token(value: string): void;
  play(): void;
  retry(): void;
}

/** The card in the middle that says in words what is the case, whenever the picture does not. */
export class Notice {
  readonly #card: HTMLElement;
  readonly #part: Record<'title' | 'text' | 'form' | 'play' | 'retry', HTMLElement>;
  #state: State | null = null;
  #retryAt = 0;
  #countdown = 0;

  constructor(card: HTMLElement, actions: NoticeActions) {
    this.#card = card;
    const part = (name: string): HTMLElement => card.querySelector(`[data-part=${name}]`)!;
    this.#part = {
      title: part('title'),
      text: part('text'),
      form: part('form'),
      play: part('play'),
      retry: part('retry'),
    };
    const input = card.querySelector('input')!;
    this.#part.form.addEventListener('submit', (event) => {
      event.preventDefault();
      const token = tokenIn(input.value);
      input.value = '';
      if (token !== '') actions.token(token);
    });
    this.#part.play.addEventListener('click', () => actions.play());
    this.#part.retry.addEventListener('click', () => actions.retry());
  }

  show(state: State): void {
    this.#state = state;
    clearInterval(this.#countdown);
    if (state.condition.kind === 'away') {
      this.#retryAt = performance.now() + state.condition.retryMs;
      this.#countdown = window.setInterval(() => this.#write(), 250);
    }
    this.#write();
  }

  #write(): void {
    const secondsLeft = Math.max(0, Math.ceil((this.#retryAt - performance.now()) / 1000));
    const words: Words | null = this.#state && wordsFor(this.#state.condition, secondsLeft);
    this.#card.hidden = words === null;
    if (!words) return;
    const { title, text, form, play, retry } = this.#part;
    // The region is live: untouched text is not read out again.
    if (title.textContent !== words.title) title.textContent = words.title;
    if (text.textContent !== words.text) text.textContent = words.text;
    form.hidden = words.offer !== 'token';
    play.hidden = words.offer !== 'play';
    retry.hidden = words.offer !== 'retry';
    this.#card.classList.toggle('busy', words.busy === true);
  }
}

/** People paste the token, or the whole address that carries it. */
export function tokenIn(pasted: string): string {
  return /token=([^&\s]+)/.exec(pasted)?.[1] ?? pasted.trim();
}
