import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { rowOf, type Measure } from './measure.js';
import { watch, withBrowser } from './watched.js';

const crowds = [1, 5] as const;
/** By what it costs: there and back, with the size of the left eye's picture that comes, or of both. */
const changes = {
  encoder: [
    { patch: { encode: { preset: 'superfast' } }, width: 1280, height: 480 },
    { patch: { encode: { preset: null } }, width: 1280, height: 480 },
  ],
  graph: [
    { patch: { layout: 'tab' }, width: 640, height: 960 },
    { patch: { layout: 'twin' }, width: 640, height: 480 },
    { patch: { layout: 'sbs' }, width: 1280, height: 480 },
  ],
} as const;
const rounds = 2;
/** Seconds. */
const limits = { encoder: 1, graph: 1.5 } as const;
/** Somebody who tunes looks between two changes; and pages that have just come have other things to do, ms. */
const lookingMs = 3_000;

/** From the change of a setting to the new picture in every page that watches, without anybody's help. */
export const liveChanges: readonly Measure[] = crowds.map((count) => ({
  name: `changes-${String(count)}`,
  title: `From a change to the picture, ${String(count)} ${count === 1 ? 'page' : 'pages'}`,
  run: () =>
    withBrowser([], async (running, browser) => {
      const pages = await crowd(browser, running.ready.url, count);
      const samples = { encoder: [] as Change[], graph: [] as Change[] };
      for (let round = 0; round < rounds; round += 1)
        for (const cost of ['encoder', 'graph'] as const)
          for (const change of changes[cost]) {
            await pause(lookingMs);
            samples[cost].push(await pictureAfter(pages, change));
          }
      return (['encoder', 'graph'] as const).flatMap((cost) => [
        rowOf(`change of ${cost} to the picture, ${String(count)} watching`, 's', read('taken', samples[cost]), {
          limit: limits[cost],
          note: 'the last page of each time',
        }),
        rowOf(`longest time without a frame at it, ${String(count)} watching`, 's', read('pause', samples[cost]), {
          limit: limits[cost],
          note: 'of any page',
        }),
      ]);
    }),
}));

async function crowd(browser: Browser, url: string, count: number): Promise<Page[]> {
  const pages: Page[] = [];
  while (pages.length < count) pages.push(await watch(browser, url));
  return pages;
}

/** Seconds. */
interface Change {
  /** Until the last page shows a frame that was encoded after the change. */
  taken: number;
  /** The longest that any page was without a new frame meanwhile. */
  pause: number;
}

function read(what: keyof Change, made: readonly Change[]): number[] {
  return made.map((change) => change[what]);
}

async function pictureAfter(
  pages: readonly Page[],
  { patch, ...size }: { patch: object; width: number; height: number },
): Promise<Change> {
  const asked = await pages[0]!.evaluate(async (wanted) => {
    const at = Date.now();
    await window.binocle.set(wanted);
    return at;
  }, patch);
  const seen = pages.map((page) => page.evaluate(nextPicture, size));
  const shown = Math.max(...(await Promise.all(seen)));
  const pauses = await Promise.all(pages.map((page) => page.evaluate(longestPause, { asked, shown })));
  return { taken: (shown - asked) / 1000, pause: Math.max(...pauses) / 1000 };
}

/** In the page: the longest time between two frames from the last one before `asked` to the first one after `shown`, ms. */
function longestPause({ asked, shown }: { asked: number; shown: number }): number {
  const times = window.presentedAt;
  const first = times.findLastIndex((at) => at <= asked);
  const last = times.findIndex((at) => at >= shown);
  const within = times.slice(Math.max(0, first), last < 0 ? undefined : last + 1);
  return Math.max(0, ...within.slice(1).map((at, i) => at - within[i]!));
}

/** In the page: when the next frame of this size is presented, ms since the epoch. */
function nextPicture({ width, height }: { width: number; height: number }): Promise<number> {
  return new Promise((resolve) => {
    const { left } = window.binocle.eyes;
    const wait = (): void => {
      left.requestVideoFrameCallback((now, metadata) => {
        if (metadata.width === width && metadata.height === height) resolve(performance.timeOrigin + now);
        else wait();
      });
    };
    wait();
  });
}
