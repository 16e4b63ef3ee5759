import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { rowOf, type Measure } from './measure.js';
import { watch, withBrowser } from './watched.js';

const crowds = [1, 5] as const;
/** By what it costs: there and back. */
const changes = {
  encoder: [{ encode: { preset: 'superfast' } }, { encode: { preset: null } }],
  graph: [{ layout: 'tab' }, { layout: 'sbs' }],
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
      const samples = { encoder: [] as number[], graph: [] as number[] };
      for (let round = 0; round < rounds; round += 1)
        for (const cost of ['encoder', 'graph'] as const)
          for (const patch of changes[cost]) {
            await pause(lookingMs);
            samples[cost].push(await pictureAfter(pages, patch));
          }
      return (['encoder', 'graph'] as const).map((cost) =>
        rowOf(`change of ${cost} to the picture, ${String(count)} watching`, 's', samples[cost], {
          limit: limits[cost],
          note: 'the last page of each time',
        }),
      );
    }),
}));

async function crowd(browser: Browser, url: string, count: number): Promise<Page[]> {
  const pages: Page[] = [];
  while (pages.length < count) pages.push(await watch(browser, url));
  return pages;
}

/** Seconds until the last page shows a frame that was encoded after the change, on the connection that it kept or on another one. */
async function pictureAfter(pages: readonly Page[], patch: object): Promise<number> {
  const before = await Promise.all(pages.map((page) => page.evaluateHandle(() => window.binocle.connection)));
  const { asked, cost } = await pages[0]!.evaluate(async (wanted) => {
    const at = Date.now();
    return { asked: at, cost: (await window.binocle.set(wanted)).cost };
  }, patch);
  const seen = pages.map((page, i) => page.evaluate(nextPicture, { old: before[i]!, anew: cost === 'graph' }));
  return (Math.max(...(await Promise.all(seen))) - asked) / 1000;
}

/** In the page: when the next frame is presented, of another connection than `old` where it is made anew; ms since the epoch. */
function nextPicture({ old, anew }: { old: RTCPeerConnection | null; anew: boolean }): Promise<number> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (anew && window.binocle.connection === old) return;
      clearInterval(timer);
      window.binocle.eyes.left.requestVideoFrameCallback((now) => resolve(performance.timeOrigin + now));
    }, 5);
  });
}
