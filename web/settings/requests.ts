import type { Reason } from '../../src/protocol/errors.js';
import type { Mapping } from '../../src/protocol/merge-patch.js';
import type { Applied, ClientMessage, Saved, ServerMessageOf } from '../../src/protocol/ws.js';
import { composed, pathsOf } from './patches.js';

/** A request that the server refused, in its words, or that was never answered. */
export class Refused extends Error {
  readonly code: Reason | 'away';
  /** Dotted paths below the profile that it is about. */
  readonly paths: readonly string[];

  constructor(code: Reason | 'away', message: string, paths: readonly string[]) {
    super(message);
    this.name = 'Refused';
    this.code = code;
    this.paths = paths;
  }
}

export interface RequestSurroundings {
  /** Returns whether it could be sent. */
  send(message: ClientMessage): boolean;
  /** Runs the callback with the page’s next frame. */
  soon(callback: () => void): void;
}

interface Request {
  type: 'set' | 'save' | 'rollback';
  patch: Mapping;
  /** A later change of the same gesture takes the place of one that still waits; null stands alone. */
  gesture: string | null;
  done(answer: Applied | Saved): void;
  failed(reason: Refused): void;
  /** Just before it goes out. */
  leaves(patch: Mapping): void;
}

/** Requests of the page to the server: one after the other, one in flight, at most one a frame of the page. */
export class Requests {
  readonly #surroundings: RequestSurroundings;
  readonly #changed: () => void;
  #queue: Request[] = [];
  #flying: { request: Request; id: string } | null = null;
  #count = 0;
  #scheduled = false;

  /** `changed` is called when something was asked or answered. */
  constructor(surroundings: RequestSurroundings, changed: () => void) {
    this.#surroundings = surroundings;
    this.#changed = changed;
  }

  /** What was asked and not yet answered, in order. */
  get patches(): Mapping[] {
    return [...(this.#flying ? [this.#flying.request] : []), ...this.#queue].map(({ patch }) => patch);
  }

  get busy(): boolean {
    return this.#flying !== null || this.#queue.length > 0;
  }

  /** Lays a change over one of the same gesture that still waits; returns whether there was one. */
  join(patch: Mapping, gesture: string): boolean {
    const last = this.#queue.at(-1);
    const together = last?.gesture === gesture ? composed(last.patch, patch) : null;
    if (!last || !together) return false;
    last.patch = together;
    this.#changed();
    return true;
  }

  add(request: Request): void {
    this.#queue.push(request);
    this.#schedule();
    this.#changed();
  }

  handleAnswer(id: string | number, answer: Applied | Saved): void {
    this.#land(id, (request) => request.done(answer));
  }

  handleError(error: ServerMessageOf<'error'>): void {
    if (error.id !== undefined) this.#land(error.id, (request) => request.failed(refusal(error, request.patch)));
  }

  /** The server is gone: nothing that was asked will be answered. */
  handleAway(): void {
    const lost = [...(this.#flying ? [this.#flying.request] : []), ...this.#queue];
    [this.#flying, this.#queue] = [null, []];
    for (const request of lost)
      request.failed(new Refused('away', 'The server went away before it answered.', pathsOf(request.patch)));
    this.#changed();
  }

  #schedule(): void {
    if (this.#scheduled || this.#flying || this.#queue.length === 0) return;
    this.#scheduled = true;
    this.#surroundings.soon(() => {
      this.#scheduled = false;
      this.#send();
    });
  }

  #send(): void {
    const request = this.#flying ? undefined : this.#queue.shift();
    if (!request) return;
    const id = `settings-${String((this.#count += 1))}`;
    this.#flying = { request, id };
    request.leaves(request.patch);
    const { type, patch } = request;
    if (!this.#surroundings.send(type === 'set' ? { type, id, patch } : { type, id })) this.handleAway();
  }

  #land(id: string | number, settle: (request: Request) => void): void {
    const flying = this.#flying;
    if (flying?.id !== id) return;
    this.#flying = null;
    settle(flying.request);
    this.#schedule();
    this.#changed();
  }
}

/** The server names paths from the profile or from the whole configuration; here they begin below the profile. */
function refusal({ code, message, path }: ServerMessageOf<'error'>, patch: Mapping): Refused {
  const below = path?.replace(/^(profile|profiles\.[^.]+|patch)(\.|$)/, '');
  return new Refused(code, message, below ? [below] : pathsOf(patch));
}
