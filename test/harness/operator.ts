import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { ServerMessage, ServerMessageOf, ServerMessageType } from '../../src/protocol/ws.js';
import type { Running } from './binocle.js';

/** Longest wait for a message, ms. */
const patienceMs = 20_000;

/** A page that takes no pictures: it asks and listens. */
export class Operator {
  readonly messages: ServerMessage[] = [];
  readonly #socket: WebSocket;
  #id = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    // Many questions wait at once.
    socket.setMaxListeners(0);
    socket.on('message', (data) => this.messages.push(JSON.parse((data as Buffer).toString()) as ServerMessage));
  }

  /** `wish`: what its hello says. */
  static async enter({ origin }: Running, wish: { tracks?: number } = {}): Promise<Operator> {
    const operator = new Operator(new WebSocket(`${origin.replace('http', 'ws')}/ws`, 'binocle.v1'));
    await once(operator.#socket, 'open');
    operator.#socket.send(JSON.stringify({ type: 'hello', ...wish }));
    await operator.heard('offer');
    return operator;
  }

  /** The first message of a type that `wanted` takes, from the first ever heard on. Rejects where none comes. */
  async heard<T extends ServerMessageType>(
    type: T,
    wanted: (message: ServerMessageOf<T>) => boolean = () => true,
  ): Promise<ServerMessageOf<T>> {
    const patience = AbortSignal.timeout(patienceMs);
    for (;;) {
      const found = this.messages.find(
        (message) => message.type === type && wanted(message as unknown as ServerMessageOf<T>),
      );
      if (found !== undefined) return found as unknown as ServerMessageOf<T>;
      await this.#next(patience, `no ${type} like that`);
    }
  }

  async ask(type: 'set' | 'save' | 'rollback', rest: object = {}): Promise<ServerMessage> {
    const id = ++this.#id;
    this.#socket.send(JSON.stringify({ type, id, ...rest }));
    const patience = AbortSignal.timeout(patienceMs);
    for (;;) {
      const answer = this.messages.find((message) => 'id' in message && message.id === id);
      if (answer !== undefined) return answer;
      await this.#next(patience, `no answer to ${type}`);
    }
  }

  /** @throws what the server says against it. */
  async set(patch: object): Promise<ServerMessageOf<'applied'>> {
    const answer = await this.ask('set', { patch });
    if (answer.type !== 'applied') throw new Error(JSON.stringify(answer));
    return answer;
  }

  get offers(): number {
    return this.messages.filter(({ type }) => type === 'offer').length;
  }

  async #next(patience: AbortSignal, missing: string): Promise<void> {
    try {
      await once(this.#socket, 'message', { signal: patience });
    } catch (cause) {
      throw new Error(`${missing}; heard ${this.messages.map(({ type }) => type).join(', ')}`, { cause });
    }
  }

  leave(): void {
    this.#socket.terminate();
  }
}
