import type { Page } from 'playwright-core';
import { readStamp, stampCorner, stampShape, type Stamp } from './stamp.js';

/** What one display frame showed anew: of both eyes, or of one where each has a video of its own. Times of the page's clock, ms. */
export interface Presented {
  /** The page's rendering step that the picture appeared with. */
  at: number;
  /** The last packet of the frame had arrived; null for what the page painted itself, here and below. */
  receivedAt: number | null;
  /** The decoded frame was submitted for composition. */
  submittedAt: number | null;
  rtpTimestamp: number | null;
  /** Stamped captures, ms; null where none could be read, undefined for an eye that is not in it. */
  left?: number | null;
  right?: number | null;
}

declare global {
  interface Window {
    presented: Presented[];
    readStamp(light: (x: number, y: number) => number): Stamp | null;
    stampCorner(width: number, height: number): { x: number; y: number };
  }
}

/** Before the page is opened: gives it the functions that read stamps. */
export async function installReader(page: Page): Promise<void> {
  const given = { readStamp, stampCorner };
  for (const [name, code] of Object.entries(given)) await page.addInitScript(`window.${name} = ${code.toString()}`);
}

/**
 * Starts to write down what the page really presents: each frame of the videos it shows, or, where it paints both eyes itself, each picture that was
 * painted. `sideBySide`: both eyes are in one video.
 */
export async function startReading(page: Page, sideBySide: boolean): Promise<void> {
  await page.evaluate(read, { sideBySide, ...stampShape });
}

/** What was presented since the last call. */
export function collect(page: Page): Promise<Presented[]> {
  return page.evaluate(() => window.presented.splice(0));
}

/**
 * The page's clock on CLOCK_MONOTONIC: monotonic = page + offsetMs. The shortest of many round trips bounds the error, whatever the asymmetry of the way.
 */
export async function compareClocks(page: Page): Promise<{ offsetMs: number; errorMs: number }> {
  let best = { offsetMs: NaN, errorMs: Infinity };
  const until = performance.now() + 1000;
  for (let trip = 0; trip < 200 && (trip < 10 || performance.now() < until); trip++) {
    const sent = Number(process.hrtime.bigint()) / 1e6;
    const there = await page.evaluate(() => performance.now());
    const received = Number(process.hrtime.bigint()) / 1e6;
    const errorMs = (received - sent) / 2;
    if (errorMs < best.errorMs) best = { offsetMs: (sent + received) / 2 - there, errorMs };
  }
  return best;
}

/** Runs in the page. */
function read(options: { sideBySide: boolean; cell: number; columns: number; rows: number }): void {
  const { sideBySide } = options;
  const [width, height] = [options.columns * options.cell, options.rows * options.cell];
  window.presented = [];

  /** By the luminance alone, which costs the page least. */
  const stampAt = async (frame: VideoFrame, left: number, eyeWidth: number): Promise<Stamp | null> => {
    const corner = window.stampCorner(eyeWidth, frame.visibleRect!.height);
    const rect = { x: left + corner.x, y: corner.y, width, height };
    const pixels = new Uint8Array(frame.allocationSize({ rect }));
    const [luma] = await frame.copyTo(pixels, { rect });
    return window.readStamp((x, y) => pixels[luma!.offset + y * luma!.stride + x]!);
  };

  const readFrame = async (frame: VideoFrame, eyes: ('left' | 'right')[], presented: Presented): Promise<void> => {
    const eyeWidth = frame.visibleRect!.width / eyes.length;
    const stamps = await Promise.all(eyes.map((_, index) => stampAt(frame, index * eyeWidth, eyeWidth)));
    frame.close();
    for (const [index, eye] of eyes.entries()) {
      const stamp = stamps[index];
      presented[eye] = stamp?.eye === eye ? stamp.capturedMs : null;
    }
    window.presented.push(presented);
  };

  const followVideo = (video: HTMLVideoElement, eyes: ('left' | 'right')[]): void => {
    const next = (at: number, { receiveTime, presentationTime, rtpTimestamp }: VideoFrameCallbackMetadata): void => {
      video.requestVideoFrameCallback(next);
      void readFrame(new VideoFrame(video), eyes, {
        at,
        receivedAt: receiveTime ?? null,
        submittedAt: presentationTime,
        rtpTimestamp: rtpTimestamp ?? null,
      });
    };
    video.requestVideoFrameCallback(next);
  };

  /** A canvas with both eyes side by side: its pixels as they are once all that is drawn in this turn is drawn. */
  const followCanvas = (canvas: HTMLCanvasElement): void => {
    const gl = canvas.getContext('webgl2')!;
    const draw = gl.drawArrays.bind(gl);
    let drawn = false;
    const pixels = new Uint8Array(canvas.width * canvas.height * 4);
    const readPainted = (): void => {
      drawn = false;
      const presented: Presented = { at: NaN, receivedAt: null, submittedAt: null, rtpTimestamp: null };
      const scale = canvas.width / 2 / (window.binocle.eyes.left.videoWidth || 1);
      for (const eye of ['left', 'right'] as const) {
        const corner = window.stampCorner(canvas.width / 2 / scale, canvas.height / scale);
        const [w, h] = [Math.ceil(width * scale), Math.ceil(height * scale)];
        const x = Math.round(corner.x * scale) + (eye === 'right' ? canvas.width / 2 : 0);
        // WebGL counts rows from below.
        gl.readPixels(x, canvas.height - Math.round(corner.y * scale) - h, w, h, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
        const stamp = window.readStamp(
          (px, py) => pixels[4 * ((h - 1 - Math.floor(py * scale)) * w + Math.floor(px * scale)) + 1]!,
        );
        presented[eye] = stamp?.eye === eye ? stamp.capturedMs : null;
      }
      // Painted in the video's callback it appears with this rendering step, whose animation callbacks are yet to come; painted in between, with the next.
      requestAnimationFrame((at) => window.presented.push({ ...presented, at }));
    };
    gl.drawArrays = (...how) => {
      draw(...how);
      if (!drawn) queueMicrotask(readPainted);
      drawn = true;
    };
  };

  // What is in our page is what it shows, both eyes in one; the eyes' own videos may play unseen.
  const shown = document.querySelector<HTMLVideoElement | HTMLCanvasElement>('.frame video, .frame canvas');
  if (shown instanceof HTMLCanvasElement) followCanvas(shown);
  else if (shown) followVideo(shown, ['left', 'right']);
  else if (sideBySide) followVideo(window.players[0]!, ['left', 'right']);
  else for (const [index, video] of window.players.entries()) followVideo(video, [index === 0 ? 'left' : 'right']);
}
