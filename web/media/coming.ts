import type { OfferedTrack } from '../../src/protocol/ws.js';

interface Size {
  width: number;
  height: number;
}

/** What a connection's pictures are about to show, and how their first one is told: nothing but its size says that it is of another graph. */
export class Coming {
  readonly tracks: readonly OfferedTrack[];
  readonly #before: Size;

  /** `before`: the size of the pictures until then. */
  constructor(tracks: readonly OfferedTrack[], before: Size) {
    this.tracks = tracks;
    this.#before = before;
  }

  /** Whether a picture of this size is theirs: one of another size than before, or of the size that was told. */
  has({ width, height }: Size): boolean {
    const [told] = this.tracks;
    const asTold = width === told?.width && height === told.height;
    return asTold || width !== this.#before.width || height !== this.#before.height;
  }
}
