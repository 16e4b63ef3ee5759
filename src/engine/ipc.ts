import { BinocleError } from '../protocol/errors.js';
import type {
  EngineEvent,
  EngineEvents,
  EngineMethod,
  EngineMethods,
  EngineNotice,
  EngineReply,
  EngineRequest,
} from '../protocol/engine.js';

/** One function a method; what it throws becomes the reply’s error. */
export type Handlers = {
  [M in EngineMethod]: (params: EngineMethods[M]['params']) => Returned<EngineMethods[M]['result']>;
};
/** A method that answers `null` returns nothing. */
type Returned<R> = [R] extends [null] ? void : R | Promise<R>;

/** Answers the requests of the server process, in the order in which they are done. */
export function serve(handlers: Handlers): void {
  process.on('message', (message) => {
    void reply(message as EngineRequest, handlers);
  });
}

/** Says something to the server process that it did not ask for; resolves when it is written. */
export function notify<E extends EngineEvent>(event: E, data: EngineEvents[E]): Promise<void> {
  return send({ event, data } as EngineNotice);
}

async function reply(request: EngineRequest, handlers: Handlers): Promise<void> {
  const handler = handlers[request.method] as (params: unknown) => unknown;
  try {
    await send({ id: request.id, result: (await handler(request.params)) ?? null });
  } catch (error) {
    await send({ id: request.id, error: BinocleError.from(error).toShape() });
  }
}

function send(message: EngineReply | EngineNotice): Promise<void> {
  return new Promise((resolve) => {
    // Whoever is not there any more needs no answer: `disconnect` ends this process.
    if (!process.connected) resolve();
    else process.send!(message, undefined, undefined, () => resolve());
  });
}
