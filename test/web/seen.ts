import type { Page } from 'playwright-core';
import { simMarks } from '../../src/pipeline/sim.js';
import type { Pixels } from '../scene/frame-code.js';
import type { Placed } from './headset.js';

export type Rgb = [red: number, green: number, blue: number];

/** What the page shows now, as a person sees it: a screenshot, unpacked by the page's own browser. */
export async function seen(page: Page): Promise<Pixels> {
  const png = await page.screenshot();
  const { width, height, base64 } = await page.evaluate(async (encoded) => {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    let text = '';
    for (let i = 0; i < data.length; i += 32_768) text += String.fromCharCode(...data.subarray(i, i + 32_768));
    return { width: bitmap.width, height: bitmap.height, base64: btoa(text) };
  }, png.toString('base64'));
  return { width, height, data: Buffer.from(base64, 'base64') };
}

/** Mean colour of a few pixels of the ground of the simulated scene's label, beside its letter. */
export function labelColour({ width, data }: Pixels, place: Placed): Rgb {
  const cell = place.width / simMarks.columns;
  const [x, y] = [
    Math.round(place.left + (simMarks.tag.left + 0.5) * cell),
    Math.round(place.top + (simMarks.tag.top + 0.5) * cell),
  ];
  const sum: Rgb = [0, 0, 0];
  for (let dy = -1; dy <= 1; dy++)
    for (let dx = -1; dx <= 1; dx++)
      for (const c of [0, 1, 2] as const) sum[c] += data[4 * ((y + dy) * width + x + dx) + c]! / 9;
  return sum;
}
