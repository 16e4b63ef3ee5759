import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { bareViewer, encodersOf, viewerThread } from './delay/bare.js';
import { rowOf, type Measure } from './measure.js';
import { processorShares, someThreads, tasksOf } from '../harness/processor-time.js';
import { testPicture, testPictures, watch, withBrowser } from './watched.js';

const extra = 3;
const rounds = 3;
const windowSeconds = 4;
/** Viewers that left are still being put away. */
const settleMs = 2000;

/**
 * What one more viewer costs the engine: payloader, encryption, sockets. The picture is encoded once for all, and its encoder's time varies by more than a
 * viewer costs; so it is the threads that came with the extra viewers, and the JS thread, whose time is taken. In turns with it the same of a bare webrtcbin: the
 * thread that has its payloader.
 */
export const viewers: Measure = {
  name: 'viewers',
  title: `Processor time of an extra viewer, ${extra} of them, ${rounds} times`,
  run: () =>
    withBrowser(testPictures, async (running, browser) => {
      await watch(browser, running.ready.url);
      const engine = await running.engine();
      const samples: number[] = [];
      const least: number[] = [];
      const [encoder] = await encodersOf(testPictures);
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
        least.push(100 * (await bareShare(browser, encoder!)));
      }
      return [
        rowOf('an extra viewer', '% of a core', samples, { limit: 1.2, note: 'pair of 640x480 at 30 fps, 4 Mbit/s' }),
        rowOf('the same of a bare webrtcbin', '% of a core', least),
        rowOf(
          'an extra viewer / bare',
          '',
          samples.map((sample, round) => sample / least[round]!),
          { limit: 1.1 },
        ),
      ];
    }),
};

async function bareShare(browser: Browser, encoder: string): Promise<number> {
  const cameras = [0, 1].map(
    (eye) => `${testPicture} ! video/x-raw,format=I420,width=640,height=480,framerate=30/1 ! pair.sink_${eye}`,
  );
  const text = `${cameras.join(' ')} stereopair name=pair layout=side-by-side ! ${encoder}`;
  const page = await browser.newPage();
  const playing = await bareViewer(page, text);
  try {
    await playing.opened;
    await pause(settleMs);
    const sender = playing.processes['sender']!;
    const threads = tasksOf(sender).flatMap((task) =>
      task.endsWith(` ${viewerThread}:src`) ? [parseInt(task, 10)] : [],
    );
    const [share] = await processorShares([sender], windowSeconds, someThreads(threads));
    return share!;
  } finally {
    await playing.stop();
    await page.close();
  }
}
