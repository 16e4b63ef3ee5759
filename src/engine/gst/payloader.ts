import type { Element } from './gst.js';
import { makeElement } from './gst.js';
import { setProperty } from './property.js';

/** One RTP header extension, by the name of its element. */
export interface HeaderExtension {
  factory: string;
  id: number;
  properties: Record<string, number | boolean>;
}

/** Adds it to a payloader, before the payloader has caps, and returns it: its properties are live. Throws `missing-software`. */
export function addHeaderExtension(payloader: Element, { factory, id, properties }: HeaderExtension): Element {
  const extension = makeElement(factory);
  for (const [name, value] of Object.entries(properties)) setProperty(extension, name, value);
  (extension as unknown as { setId(id: number): void }).setId(id);
  (payloader as unknown as { emit(signal: string, extension: Element): void }).emit('add-extension', extension);
  return extension;
}

/** The URI by which SDP names it. */
export function extensionUri(extension: Element): string {
  return (extension as unknown as { getUri(): string | null }).getUri() ?? '';
}
