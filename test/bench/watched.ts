import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../harness/chromium.js';
import { Running } from '../harness/binocle.js';
import { untilPlaying } from '../harness/page.js';

declare global {
  interface Window {
    /** When frames were presented: milliseconds since the epoch. */
    presentedAt: number[];
  }
}

/** Runs in the page before it loads: writes down when each frame of the left eye is presented, whatever element shows it. */
function writeDownFrames(): void {
  window.presentedAt = [];
  let followed: HTMLVideoElement | null = null;
  const frame = (now: number): void => {
    if (window.presentedAt.length === 0) console.debug('first frame');
    window.presentedAt.push(performance.timeOrigin + now);
    followed?.requestVideoFrameCallback(frame);
  };
  setInterval(() => {
    const video = window.binocle?.eyes?.left ?? null;
    if (video === null || video === followed) return;
    followed = video;
    video.requestVideoFrameCallback(frame);
  }, 5);
}

/** Opens the page; resolves with it when its first frame is presented. Nothing looks into it meanwhile, which costs the page's own thread some ten ms. */
export async function firstFrame(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage();
  await page.addInitScript(writeDownFrames);
  const shown = page.waitForEvent('console', (message) => message.text() === 'first frame');
  await page.goto(url, { waitUntil: 'commit' });
  await shown;
  return page;
}

/** Opens the page and waits until it plays. */
export async function watch(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage();
  await page.addInitScript(writeDownFrames);
  await page.goto(url);
  await untilPlaying(page);
  return page;
}

/** A stream and a browser for the time of `work`. */
export async function withBrowser<T>(
  args: string[],
  work: (running: Running, browser: Browser) => Promise<T>,
): Promise<T> {
  const running = await Running.start(args);
  try {
    const browser = await launchChromium({ display: 'software' });
    try {
      return await work(running, browser);
    } finally {
      await browser.close();
    }
  } finally {
    await running.stop();
  }
}

/** A camera as noise: cheap to draw, so that what is measured is not drowned in drawing the scene, and compressed to the whole bitrate. */
export const testPicture = 'videotestsrc is-live=true pattern=snow';

export const testPictures = ['left', 'right'].flatMap((eye) => [
  '--set',
  `profile.cameras.${eye}.source=custom`,
  '--set',
  `profile.cameras.${eye}.launch=${testPicture}`,
]);
