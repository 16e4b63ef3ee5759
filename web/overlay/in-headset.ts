import { views, type Comparison } from '../view/views.js';
import { guides, type GuideName } from './guides.js';
import type { Overlays } from './overlays.js';

/** What a button of the headset's controller goes through. Lines come with the measure of the vertical offset. */
const round: readonly { guides: GuideName; comparison: Comparison | null; measuring: boolean }[] = [
  { guides: 'none', comparison: null, measuring: false },
  { guides: 'lines', comparison: null, measuring: true },
  { guides: 'grid', comparison: null, measuring: false },
  { guides: 'cross', comparison: null, measuring: false },
  { guides: 'none', comparison: 'difference', measuring: false },
  { guides: 'none', comparison: 'blink', measuring: false },
  { guides: 'none', comparison: 'anaglyph', measuring: false },
];

export function nextInHeadset(overlays: Overlays): void {
  const at = round.findIndex((one) => one.guides === overlays.guides && one.comparison === overlays.comparison);
  Object.assign(overlays, round[(at + 1) % round.length]);
}

/** The name of what lies over the picture, '' for nothing. */
export function overlayWords({ guides: name, comparison }: Pick<Overlays, 'guides' | 'comparison'>): string {
  if (comparison) return views[comparison].label;
  return name === 'none' ? '' : guides[name].label;
}
