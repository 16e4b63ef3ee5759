import type { ChosenSource } from './choose-sources.js';
import type { Parameters, Template } from './template.js';

/** Formats whose planes `planepack` takes (gstplanes.h). */
export const planesFormats: readonly string[] = ['I420', 'NV12', 'YV12', 'NV21'];

/** The pixel formats that an encoder takes or a source can deliver, the best one first. */
export function formatsOf({ header }: Template): readonly string[] {
  const { format = [] } = header;
  return typeof format === 'string' ? [format] : format;
}

/**
 * The one format of every picture that goes to the encoder: that which most of the sources can deliver, and of equals the one that the encoder likes
 * best.
 */
export function commonFormat(encoder: Template, sources: readonly Pick<ChosenSource, 'formats'>[]): string {
  const taken = formatsOf(encoder);
  const delivered = (format: string) => sources.filter(({ formats }) => formats.includes(format)).length;
  return [...taken].toSorted((one, other) => delivered(other) - delivered(one))[0] ?? 'I420';
}

/** What a source is asked for where `wanted` goes to the encoder; undefined where nobody knows what it has. */
export function formatFrom({ formats }: Pick<ChosenSource, 'formats'>, wanted: string): string | undefined {
  return formats.includes(wanted) ? wanted : formats[0];
}

/** The parameters of a source's template that say a format. */
export function formatParameters(format: string | undefined): Parameters {
  return { format, format_caps: format === undefined ? '' : `,format=${format}` };
}
