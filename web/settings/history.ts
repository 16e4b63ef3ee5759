import type { Mapping } from '../../src/protocol/merge-patch.js';
import { composed } from './patches.js';

/** A change that was applied: the patch, and the one that takes it back. */
export interface Step {
  forward: Mapping;
  back: Mapping;
  /** Changes of one gesture (a drag, a run of nudges) are one step. */
  gesture: string;
}

/** Steps kept; each is a few numbers. */
const depth = 500;

/** One's own changes, to be taken back and done again. */
export class History {
  #done: Step[] = [];
  #undone: Step[] = [];

  get canUndo(): boolean {
    return this.#done.length > 0;
  }

  get canRedo(): boolean {
    return this.#undone.length > 0;
  }

  /** A new change: what was taken back before it cannot be done again. */
  add(step: Step): void {
    this.#undone = [];
    const last = this.#done.at(-1);
    const joined = last?.gesture === step.gesture ? join(last, step) : null;
    if (joined) this.#done[this.#done.length - 1] = joined;
    else this.#done.push(step);
    if (this.#done.length > depth) this.#done.shift();
  }

  takeUndo(): Step | null {
    return this.#done.pop() ?? null;
  }

  takeRedo(): Step | null {
    return this.#undone.pop() ?? null;
  }

  handleUndone(step: Step): void {
    this.#undone.push(step);
  }

  handleRedone(step: Step): void {
    this.#done.push(step);
  }
}

function join(first: Step, second: Step): Step | null {
  const forward = composed(first.forward, second.forward);
  const back = composed(second.back, first.back);
  return forward && back && { forward, back, gesture: first.gesture };
}
