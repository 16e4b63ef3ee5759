import type { Comparison } from '../view/views.js';
import type { Place, Size } from './placement.js';

/** One way of bringing the picture before the eyes of an immersive session. */
export interface Presenter {
  readonly path: 'layer' | 'webgl';
  /** Where the picture stands in the session's space, and how large it is. */
  place(place: Place, size: Size): void;
  /** What is laid over the picture: the guides’ canvas or null, and how both eyes are compared or null. */
  cover(guides: HTMLCanvasElement | null, comparison: Comparison | null): void;
  /** The lines of figures under the picture. */
  write(text: string): void;
  /** Once a frame of the display. */
  draw(frame: XRFrame, pose: XRViewerPose): void;
  close(): void;
}
