import type { Page } from 'playwright-core';
import { rowOf, type Measure } from './measure.js';
import { processorShares } from './processor-time.js';
import { testPictures, watch, withBrowser } from './watched.js';

const extra = 3;
const rounds = 3;
const windowSeconds = 4;

/** What one more viewer costs the engine: payloader, encryption, sockets. The picture is encoded once for all. */
export const viewers: Measure = {
  name: 'viewers',
  title: `Processor time of an extra viewer, one and ${1 + extra} viewers in turns`,
  run: () =>
    withBrowser(testPictures, async (running, browser) => {
      await watch(browser, running.ready.url);
      const engines = await running.engines();
      const samples: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const [one] = await processorShares(engines, windowSeconds);
        const pages: Page[] = [];
        for (let viewer = 0; viewer < extra; viewer += 1) pages.push(await watch(browser, running.ready.url));
        const [more] = await processorShares(engines, windowSeconds);
        samples.push(((more! - one!) / extra) * 100);
        for (const page of pages) await page.close();
      }
      return [rowOf('an extra viewer', '% of a core', samples, { limit: 5, note: 'pair of 640x480 at 30 fps' })];
    }),
};
