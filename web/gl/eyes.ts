import type { Eye } from '../../src/protocol/ws.js';
import { DecodedFrames } from '../media/decoded-frames.js';
import type { Viewer } from '../viewer.js';
import { InstantEyes } from './instant-eyes.js';
import type { Cut } from './painter.js';
import { VideoEyes } from './video-eyes.js';

/**
 * The newest picture of each eye as textures of one WebGL context, renewed only when a frame came. Two tracks are held until both have the
 * same instant: `current` never mixes instants unless the tracks cannot be paired at all.
 */
export interface EyeTextures {
  /** Null until there is a picture. */
  readonly current: Record<Eye, Cut> | null;
  /** Takes what the videos show at this moment, for a first picture before the next frame comes. */
  fill(): void;
  /** What `current` gave last has been drawn; ms of performance.now(). */
  shown(presentationTime: number, expectedDisplayTime: number): void;
  close(): void;
}

/** The earliest way that this browser has. `changed` is called when there is something new to draw. */
export function eyeTextures(gl: WebGL2RenderingContext, viewer: Viewer, changed: () => void): EyeTextures {
  return DecodedFrames.possible() ? new InstantEyes(gl, viewer, changed) : new VideoEyes(gl, viewer, changed);
}
