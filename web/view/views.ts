import type { Eye, Layout } from '../../src/protocol/ws.js';
import { layoutFacts, whole, type Region } from '../stereo/layouts.js';

/** Ways to look at two eyes on a flat screen, in the order of their buttons and number keys. */
export const views = {
  'side-by-side': { label: 'Both', title: 'Both eyes side by side' },
  left: { label: 'Left', title: 'The left eye alone' },
  right: { label: 'Right', title: 'The right eye alone' },
  anaglyph: { label: 'Anaglyph', title: 'For red–cyan glasses, red on the left eye' },
  difference: { label: 'Difference', title: 'How much the eyes differ, pixel by pixel: black where they agree' },
  blink: { label: 'Blink', title: 'Left and right eye in turns, in place: what jumps is not aligned' },
} as const;

export type View = keyof typeof views;
export const viewNames = Object.keys(views) as View[];

export function isView(name: string): name is View {
  return Object.hasOwn(views, name);
}

/** How a view is put on the screen: the browser’s own video, cut to a region; two tracks joined to one video; or a canvas that is painted. */
export type Surface =
  | { kind: 'video'; video: Eye; region: Region }
  | { kind: 'joined' }
  | { kind: 'canvas'; painting: 'side-by-side' | Comparison };

/** Both eyes in one picture, which a headset can show too. */
export const comparisons = ['anaglyph', 'difference', 'blink'] as const;
export type Comparison = (typeof comparisons)[number];

/** Milliseconds that each eye is seen in a blink comparison: far below the three flashes a second of WCAG 2.3.1. */
export const blinkMs = 500;

/** Whose turn it is at `now`, ms. */
export function blinkingEye(now: number): Eye {
  return Math.floor(now / blinkMs) % 2 === 0 ? 'left' : 'right';
}

/** The same, for people and scripts. */
export type DisplayPath = Surface['kind'];

/**
 * The video itself wherever one piece of one video is all there is to see: the browser shows it without a copy and a paint earlier. Never two
 * visible videos: they would mix instants, and Chromium slows the whole page to their rate. `joins`: this browser joins two tracks.
 */
export function surface(layout: Layout, view: View, joins = false): Surface {
  if (layout === 'mono') return { kind: 'video', video: 'left', region: whole };
  if (view === 'left' || view === 'right') return { kind: 'video', ...layoutFacts[layout].eyes[view] };
  if (view === 'side-by-side' && layout === 'sbs') return { kind: 'video', video: 'left', region: whole };
  if (view === 'side-by-side' && layout === 'twin' && joins) return { kind: 'joined' };
  return { kind: 'canvas', painting: view };
}

/** Width over height of what a view shows, from that of one eye. */
export function viewAspect(layout: Layout, view: View, eyeAspect: number): number {
  return view === 'side-by-side' && layout !== 'mono' ? 2 * eyeAspect : eyeAspect;
}
