import type { ChosenSource } from './choose-sources.js';
import type { Template } from './template.js';

/** Formats whose planes `planepack` takes (gstplanes.h). */
export const planesFormats: readonly string[] = ['I420', 'NV12', 'YV12', 'NV21'];

/** The pixel formats that an encoder takes or a source delivers, the best one first. */
export function formatsOf({ header }: Template): readonly string[] {
  const { format = [] } = header;
  return typeof format === 'string' ? [format] : format;
}

/**
 * The one format of every picture that goes to the encoder: that which most of the sources deliver already, and of equals the one that the encoder likes
 * best.
 */
export function commonFormat(encoder: Template, sources: readonly Pick<ChosenSource, 'format'>[]): string {
  const taken = formatsOf(encoder);
  const delivered = (format: string) => sources.filter((source) => source.format === format).length;
  return [...taken].toSorted((one, other) => delivered(other) - delivered(one))[0] ?? 'I420';
}
