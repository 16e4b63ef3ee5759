import type { Output, Plan } from './plan.js';
import type { Template } from './template.js';

/**
 * What each stage is expected to add to a frame's delay, from the templates' headers: most are estimates, and say so. Stages of both eyes run side by
 * side and count once.
 */
export function expectedDelay(
  used: readonly Template[],
  outputs: readonly Output[],
  { width, height, fps }: Plan['capture'],
): Plan['delay'] {
  const encoded = Math.max(...outputs.map((output) => output.width * output.height)) / 1e6;
  return [...new Set(used)].flatMap(({ name, header }) => {
    if (header.delay === undefined) return [];
    const { ms = 0, ms_per_megapixel: perMegapixel = 0, frames = 0, basis } = header.delay;
    const megapixels = header.stage === 'encode' ? encoded : (width * height) / 1e6;
    const total = ms + perMegapixel * megapixels + (frames * 1000) / fps;
    return [{ stage: `${header.stage} ${name}`, ms: Math.round(total * 10) / 10, basis }];
  });
}
