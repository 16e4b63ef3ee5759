import type { Eye } from '../../src/protocol/ws.js';
import { layoutFacts } from '../stereo/layouts.js';
import { Pairing } from '../stereo/pairing.js';
import type { Viewer } from '../viewer.js';
import type { EyeBitmaps } from './offset-worker.js';

/** Wider eyes are measured at this width, pixels. */
const widest = 640;

/** Copies what both eyes show of one instant; null where there is nothing to copy. Two tracks are paired by their timestamps. */
export async function captureEyes(viewer: Viewer, signal: AbortSignal): Promise<EyeBitmaps | null> {
  if (viewer.layout === 'mono' || viewer.state.phase !== 'playing') return null;
  if (viewer.layout === 'twin') return capturePair(viewer, signal);
  // Both copies are taken before anything else can run: of one frame.
  const [left, right] = await Promise.all([copyOf(viewer, 'left'), copyOf(viewer, 'right')]);
  return left && right && { left, right };
}

function capturePair(viewer: Viewer, signal: AbortSignal): Promise<EyeBitmaps | null> {
  return new Promise((resolve) => {
    const pairing = new Pairing<Promise<ImageBitmap | null>>(() => viewer.frameTicks);
    const taken: Promise<ImageBitmap | null>[] = [];
    const finish = async (
      pair: { left: Promise<ImageBitmap | null>; right: Promise<ImageBitmap | null> } | null,
    ): Promise<void> => {
      stop();
      signal.removeEventListener('abort', abort);
      const [left, right] = await Promise.all([pair?.left ?? null, pair?.right ?? null]);
      for (const bitmap of await Promise.all(taken)) if (bitmap !== left && bitmap !== right) bitmap?.close();
      resolve(left && right && { left, right });
    };
    const abort = (): void => void finish(null);
    const stop = viewer.on('frame', (eye, metadata) => {
      if (metadata?.rtpTimestamp === undefined) return;
      const copy = copyOf(viewer, eye);
      taken.push(copy);
      const shown = pairing.handleFrame(eye, metadata.rtpTimestamp, performance.now(), copy);
      if (shown?.kind === 'pair') void finish(shown);
    });
    signal.addEventListener('abort', abort);
  });
}

function copyOf(viewer: Viewer, eye: Eye): Promise<ImageBitmap | null> {
  const { video, region } = layoutFacts[viewer.layout].eyes[eye];
  const { element } = viewer.videos[video];
  const [width, height] = [
    Math.floor(region.width * element.videoWidth),
    Math.floor(region.height * element.videoHeight),
  ];
  if (width === 0 || height === 0) return Promise.resolve(null);
  const scale = Math.min(1, widest / width);
  return createImageBitmap(element, region.x * element.videoWidth, region.y * element.videoHeight, width, height, {
    resizeWidth: Math.round(width * scale),
    resizeHeight: Math.round(height * scale),
    resizeQuality: 'medium',
  }).catch(() => null);
}
