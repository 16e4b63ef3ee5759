import type { Page } from 'playwright-core';

/** `window.binocle`, declared as the page makes it. */
export type { BinocleHandle } from '../../web/handle.js';

/** Resolves when the page plays, and every eye's video has a frame that can be drawn. */
export async function untilPlaying(page: Page, timeout = 30_000): Promise<void> {
  await page.waitForFunction(
    () =>
      window.binocle?.phase === 'playing' &&
      [window.binocle.eyes.left, window.binocle.eyes.right].every(
        (video) => video === null || (video.videoWidth > 0 && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA),
      ),
    undefined,
    { timeout, polling: 20 },
  );
}

/** Frames a second that each eye's video presents, counted over `seconds` by requestVideoFrameCallback. */
export function presentedRates(page: Page, seconds: number): Promise<number[]> {
  return page.evaluate(async (duration) => {
    const videos = [window.binocle.eyes.left, window.binocle.eyes.right].filter((video) => video !== null);
    return Promise.all(
      videos.map(
        (video) =>
          new Promise<number>((resolve) => {
            let first: { at: number; frames: number } | null = null;
            const frame = (now: number, metadata: VideoFrameCallbackMetadata): void => {
              first ??= { at: now, frames: metadata.presentedFrames };
              const elapsed = (now - first.at) / 1000;
              if (elapsed >= duration) resolve((metadata.presentedFrames - first.frames) / elapsed);
              else video.requestVideoFrameCallback(frame);
            };
            video.requestVideoFrameCallback(frame);
          }),
      ),
    );
  }, seconds);
}

export type Colour = [red: number, green: number, blue: number];

/** Mean colour, 0..255, of the middle of what each eye is sent. */
export function eyeColours(page: Page): Promise<{ left: Colour; right: Colour }> {
  return page.evaluate(() => {
    const { eyes, layout } = window.binocle;
    // oxlint-disable-next-line unicorn/consistent-function-scoping -- it travels into the page with its caller
    const mean = (
      video: HTMLVideoElement,
      x: number,
      y: number,
      width: number,
      height: number,
    ): [number, number, number] => {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [16, 16];
      const context = canvas.getContext('2d', { willReadFrequently: true })!;
      const [w, h] = [video.videoWidth, video.videoHeight];
      context.drawImage(
        video,
        (x + width / 4) * w,
        (y + height / 4) * h,
        (width / 2) * w,
        (height / 2) * h,
        0,
        0,
        16,
        16,
      );
      const { data } = context.getImageData(0, 0, 16, 16);
      const sum: [number, number, number] = [0, 0, 0];
      for (let i = 0; i < data.length; i += 4) for (const c of [0, 1, 2] as const) sum[c] += data[i + c]! / 256;
      return sum;
    };
    switch (layout) {
      case 'sbs':
        return { left: mean(eyes.left, 0, 0, 0.5, 1), right: mean(eyes.left, 0.5, 0, 0.5, 1) };
      case 'tab':
        return { left: mean(eyes.left, 0, 0, 1, 0.5), right: mean(eyes.left, 0, 0.5, 1, 0.5) };
      case 'twin':
        return { left: mean(eyes.left, 0, 0, 1, 1), right: mean(eyes.right!, 0, 0, 1, 1) };
      case 'mono':
        return { left: mean(eyes.left, 0, 0, 1, 1), right: mean(eyes.left, 0, 0, 1, 1) };
    }
  });
}
