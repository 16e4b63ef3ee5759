import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { rowOf, type Measure } from './measure.js';
import { processorShares, someThreads, tasksOf } from '../harness/processor-time.js';
import { testPictures, watch, withBrowser } from './watched.js';

const extra = 3;
const rounds = 3;
const windowSeconds = 4;
/** Viewers that left are still being put away. */
const settleMs = 2000;

/**
 * What one more viewer costs the engine: payloader, encryption, sockets. The picture is encoded once for all, and its encoder's time varies by more than a
 * viewer costs; so it is the threads that came with the extra viewers, and the JS thread, whose time is taken.
 */
export const viewers: Measure = {
  name: 'viewers',
  title: `Processor time of an extra viewer, ${extra} of them, ${rounds} times`,
  run: () =>
    withBrowser(testPictures, async (running, browser) => {
      await watch(browser, running.ready.url);
      const engine = await running.engine();
      const samples: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        await pause(settleMs);
        const before = new Set(tasksOf(engine));
        const [jsBefore] = await processorShares([engine], windowSeconds, someThreads([engine]));
        const pages: Page[] = [];
        for (let viewer = 0; viewer < extra; viewer += 1) pages.push(await watch(browser, running.ready.url));
        const came = tasksOf(engine).flatMap((task) => (before.has(task) ? [] : [parseInt(task, 10)]));
        const [share] = await processorShares([engine], windowSeconds, someThreads([engine, ...came]));
        samples.push(((share! - jsBefore!) / extra) * 100);
        for (const page of pages) await page.close();
      }
      return [
        rowOf('an extra viewer', '% of a core', samples, { limit: 1.2, note: 'pair of 640x480 at 30 fps, 4 Mbit/s' }),
      ];
    }),
};
