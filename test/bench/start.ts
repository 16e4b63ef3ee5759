import { Running } from '../harness/binocle.js';
import { rowOf, type Measure } from './measure.js';
import { firstFrame, withBrowser } from './watched.js';

const starts = 3;
const loads = 5;

/** From the command to the first encoded frame of every eye. */
export const start: Measure = {
  name: 'start',
  title: `From start to ready, ${starts} times`,
  async run() {
    const samples: number[] = [];
    for (let run = 0; run < starts; run += 1) {
      const started = performance.now();
      const running = await Running.start([]);
      samples.push((performance.now() - started) / 1000);
      await running.stop();
    }
    return [rowOf('start to ready', 's', samples, { limit: 3 })];
  },
};

/** From the navigation to the first frame that is presented. */
export const load: Measure = {
  name: 'load',
  title: `From page load to first frame, ${loads} times`,
  run: () =>
    withBrowser([], async (running, browser) => {
      const samples: number[] = [];
      for (let run = 0; run < loads; run += 1) {
        const page = await firstFrame(browser, running.ready.url);
        samples.push(await page.evaluate(() => (window.presentedAt[0]! - performance.timeOrigin) / 1000));
        await page.close();
      }
      return [rowOf('page load to first frame', 's', samples, { limit: 1, note: 'loopback' })];
    }),
};
