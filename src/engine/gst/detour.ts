import { BinocleError } from '../../protocol/errors.js';
import { shareGlDisplay } from './gl-display.js';
import type { Bin, Element, Pad, Pipeline } from './gst.js';
import { Gst } from './gst.js';
import { toNull } from './pipeline.js';
import { field, setProperty, structureProperty } from './property.js';

/** Frames that a `detour` (src/engine/native) has let out, by either way. */
export function detourFrames(detour: Element): { direct: number; around: number } {
  const stats = structureProperty(detour, 'stats');
  return { direct: field(stats, 'direct'), around: field(stats, 'around') };
}

/** A branch at a `detour` of a running pipeline. Frames take it from its first frame on. */
export class DetourBranch {
  readonly #pipeline: Pipeline;
  readonly #detour: Element;
  readonly #bin: Bin;
  readonly #pads: { out: Pad; back: Pad };

  /** Throws `bad-graph` where there is a branch already; nothing has changed then. */
  constructor(pipeline: Pipeline, detour: Element, bin: Bin) {
    const [back, out] = [detour.requestPadSimple('back'), detour.requestPadSimple('out')];
    if (back === null || out === null)
      throw new BinocleError('bad-graph', `"${detour.getName() ?? ''}" has a branch already`);
    this.#pipeline = pipeline;
    this.#detour = detour;
    this.#bin = bin;
    this.#pads = { out, back };
    shareGlDisplay(pipeline, bin);
    pipeline.add(bin);
    // From behind: it runs before data reaches it.
    const linked = bin.getStaticPad('src')!.link(back);
    bin.syncStateWithParent();
    if (linked !== Gst.PadLinkReturn.OK || out.link(bin.getStaticPad('sink')!) !== Gst.PadLinkReturn.OK) {
      this.close();
      throw new BinocleError('bad-graph', `the branch does not link to "${detour.getName() ?? ''}"`);
    }
    setProperty(detour, 'around', true);
  }

  /** Straight on from the next frame on; when that one is out, the branch may be closed without losing any. */
  leave(): void {
    setProperty(this.#detour, 'around', false);
  }

  close(): void {
    this.leave();
    const { out, back } = this.#pads;
    const [entrance, exit] = [out.getPeer(), back.getPeer()];
    if (entrance !== null) out.unlink(entrance);
    this.#detour.releaseRequestPad(out);
    toNull(this.#bin);
    if (exit !== null) exit.unlink(back);
    this.#detour.releaseRequestPad(back);
    this.#pipeline.remove(this.#bin);
  }
}
