import type { Place, Size } from './placement.js';

/** One way of bringing the picture before the eyes of an immersive session. */
export interface Presenter {
  readonly path: 'layer' | 'webgl';
  /** Where the picture stands in the session's space, and how large it is. */
  place(place: Place, size: Size): void;
  /** The line of figures under the picture. */
  write(text: string): void;
  /** Once a frame of the display. */
  draw(frame: XRFrame, pose: XRViewerPose): void;
  close(): void;
}
