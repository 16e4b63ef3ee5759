import type { Element } from './gst.js';
import { makeElement } from './gst.js';
import { setProperty } from './property.js';

/** One RTP header extension, by the name of its element. */
export interface HeaderExtension {
  factory: string;
  id: number;
  properties: Record<string, number>;
}

/** Adds it to a payloader; before the payloader has caps. Throws `missing-software`. */
export function addHeaderExtension(payloader: Element, { factory, id, properties }: HeaderExtension): void {
  const extension = makeElement(factory);
  for (const [name, value] of Object.entries(properties)) setProperty(extension, name, value);
  (extension as unknown as { setId(id: number): void }).setId(id);
  (payloader as unknown as { emit(signal: string, extension: Element): void }).emit('add-extension', extension);
}
