import type { Page } from 'playwright-core';
import type { Eye } from '../../src/protocol/ws.js';
import { readFrameCode } from './frame-code.js';

/** Side of a block, pixels: half a cell of the marks in an eye's picture of 640x480. */
export const block = 8;
/** Blocks of one eye. */
export const [across, down] = [80, 60];

/** A frame of both eyes side by side as it left the browser's decoder. */
export interface Decoded {
  /** The page's clock, ms. */
  at: number;
  /** Mean luma of the blocks, row by row. */
  luma: Record<Eye, Uint8Array>;
  /** The scene's frame number of each camera, in whichever eye it is; null where the view has moved it away. */
  number: Record<Eye, number | null>;
}

declare global {
  interface Window {
    decodedFrames: { at: number; luma: string }[];
  }
}

/** TypeScript does not know it yet. */
declare const MediaStreamTrackProcessor: new (init: { track: MediaStreamTrack; maxBufferSize: number }) => {
  readonly readable: ReadableStream<VideoFrame>;
};

/** Writes down every frame that is decoded from now on, whether it is shown or not. */
export function watchDecoded(page: Page): Promise<void> {
  return page.evaluate(
    ({ side, columns, rows }) => {
      window.decodedFrames = [];
      const track = window.binocle.connection!.getReceivers()[0]!.track.clone();
      // A page that is a second late still gets all of them.
      const frames = new MediaStreamTrackProcessor({ track, maxBufferSize: 30 }).readable.getReader();
      const blocks = (pixels: Uint8Array, { offset, stride }: PlaneLayout): string => {
        const means = Array.from({ length: columns * rows }, (_, index) => {
          const corner = offset + Math.floor(index / columns) * side * stride + (index % columns) * side;
          let sum = 0;
          for (let y = 0; y < side; y += 2) for (let x = 0; x < side; x += 2) sum += pixels[corner + y * stride + x]!;
          return Math.round((4 * sum) / side ** 2);
        });
        return String.fromCharCode(...means);
      };
      const read = async (): Promise<void> => {
        for (let pixels = new Uint8Array(0); ;) {
          const { value: frame } = await frames.read();
          if (!frame) return;
          const at = performance.now();
          if (pixels.length !== frame.allocationSize()) pixels = new Uint8Array(frame.allocationSize());
          const [plane] = await frame.copyTo(pixels);
          frame.close();
          window.decodedFrames.push({ at, luma: blocks(pixels, plane!) });
        }
      };
      void read();
    },
    { side: block, columns: 2 * across, rows: down },
  );
}

/** What was decoded since it was taken the last time, when `count` frames have been decoded after `since` (the page's clock, ms). */
export async function takeDecoded(page: Page, count: number, since: number): Promise<Decoded[]> {
  await page.waitForFunction(
    (wanted) => window.decodedFrames.filter(({ at }) => at > wanted.since).length >= wanted.count,
    { count, since },
    { polling: 20 },
  );
  const frames = await page.evaluate(() => window.decodedFrames.splice(0));
  return frames.map(({ at, luma }) => {
    const both = Buffer.from(luma, 'latin1');
    const eyes = { left: eyeOf(both, 0), right: eyeOf(both, across) };
    return { at, luma: eyes, number: { left: null, right: null, ...numberIn(eyes.left), ...numberIn(eyes.right) } };
  });
}

function eyeOf(both: Buffer, from: number): Uint8Array {
  const rows = Array.from({ length: down }, (_, row) => both.subarray(2 * across * row + from));
  return Buffer.concat(rows.map((row) => row.subarray(0, across)));
}

/** By the camera. */
function numberIn(luma: Uint8Array): Partial<Decoded['number']> {
  const data = Uint8Array.from({ length: 4 * luma.length }, (_, index) => luma[index >> 2]!);
  const code = readFrameCode({ width: across, height: down, data });
  return code === null ? {} : { [code.eye]: code.frame };
}
