import type { Eye, Layout } from '../../src/protocol/ws.js';

/** A part of a picture in fractions of its width and height, origin top left. */
export interface Region {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const whole: Region = { x: 0, y: 0, width: 1, height: 1 };

interface LayoutFacts {
  /** Which video shows the eye and where in it; the only video of one track counts as left. */
  eyes: Record<Eye, { video: Eye; region: Region }>;
  /** WebXR's name, where one media layer can show it (WebXR Layers, XRLayerLayout). */
  layer: 'stereo-left-right' | 'stereo-top-bottom' | 'mono' | null;
}

/** Where each eye is, for every way of sending two eyes. */
export const layoutFacts: Record<Layout, LayoutFacts> = {
  sbs: {
    eyes: {
      left: { video: 'left', region: { x: 0, y: 0, width: 0.5, height: 1 } },
      right: { video: 'left', region: { x: 0.5, y: 0, width: 0.5, height: 1 } },
    },
    layer: 'stereo-left-right',
  },
  tab: {
    eyes: {
      left: { video: 'left', region: { x: 0, y: 0, width: 1, height: 0.5 } },
      right: { video: 'left', region: { x: 0, y: 0.5, width: 1, height: 0.5 } },
    },
    layer: 'stereo-top-bottom',
  },
  twin: {
    eyes: { left: { video: 'left', region: whole }, right: { video: 'right', region: whole } },
    layer: null,
  },
  mono: {
    eyes: { left: { video: 'left', region: whole }, right: { video: 'left', region: whole } },
    layer: 'mono',
  },
};

/** Width over height of one eye's picture, of a video `width` x `height`. */
export function eyeAspect(layout: Layout, width: number, height: number): number {
  const { region } = layoutFacts[layout].eyes.left;
  return (width * region.width) / (height * region.height);
}
