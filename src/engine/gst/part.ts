import { BinocleError } from '../../protocol/errors.js';
import type { Element, Pipeline } from './gst.js';
import { toNull } from './pipeline.js';

/** The elements from one to another in the order of flow, neither of them included. Throws `bad-graph` where they are not one chain. */
export function elementsBetween(first: Element, last: Element): Element[] {
  const found: Element[] = [];
  for (let at = upstream(last); at !== null && found.length < 32; at = upstream(at)) {
    if (at.getName() === first.getName()) return found.toReversed();
    found.push(at);
  }
  throw new BinocleError(
    'bad-graph',
    `what stands between "${first.getName() ?? ''}" and "${last.getName() ?? ''}" is not one chain of elements`,
  );
}

function upstream(element: Element): Element | null {
  return element.getStaticPad('sink')?.getPeer()?.getParentElement() ?? null;
}

/** Nothing comes from the tee into the element any more; the tee goes on. */
export function unplug(tee: Element, element: Element): void {
  const entrance = element.getStaticPad('sink')!;
  const teePad = entrance.getPeer();
  if (teePad === null) return;
  teePad.unlink(entrance);
  tee.releaseRequestPad(teePad);
}

/** What comes to the tee goes into the element, too. */
export function plug(tee: Element, element: Element): void {
  if (!tee.link(element)) throw unlinked(tee, element);
}

/** Stops elements of a pipeline and takes them out of it, unlinked. They can be put in again. */
export function takeOut(pipeline: Pipeline, elements: readonly Element[]): void {
  for (const element of elements.toReversed()) toNull(element);
  for (const element of elements) pipeline.remove(element);
}

/** Puts elements as one chain between two of a pipeline, and has them follow its state, the last first. Throws `bad-graph`. */
export function putIn(pipeline: Pipeline, first: Element, elements: readonly Element[], last: Element): void {
  for (const element of elements) pipeline.add(element);
  const chain = [first, ...elements, last];
  for (const [index, element] of chain.slice(1).entries())
    if (!chain[index]!.link(element)) throw unlinked(chain[index]!, element);
  for (const element of elements.toReversed()) element.syncStateWithParent();
}

function unlinked(from: Element, to: Element): BinocleError {
  return new BinocleError('bad-graph', `"${from.getName() ?? ''}" does not link to "${to.getName() ?? ''}"`);
}
