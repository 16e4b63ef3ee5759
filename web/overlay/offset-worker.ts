import { lumaOf, type Luma } from './luma.js';
import { verticalOffset } from './vertical-offset.js';

/** Both eyes at one instant, of one size. */
export interface EyeBitmaps {
  left: ImageBitmap;
  right: ImageBitmap;
}

addEventListener('message', ({ data: { left, right } }: MessageEvent<EyeBitmaps>) => {
  postMessage(verticalOffset(readBack(left), readBack(right)));
});

function readBack(bitmap: ImageBitmap): Luma {
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return lumaOf(context.getImageData(0, 0, width, height));
}
