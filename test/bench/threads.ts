import { setTimeout as pause } from 'node:timers/promises';
import { rowOf, type Measure, type Row } from './measure.js';
import { mainThread, processorShares } from '../harness/processor-time.js';
import { testPictures, watch, withBrowser } from './watched.js';

const windows = 3;
const windowSeconds = 3;
const limitPercent = 2;

/** How busy the JS threads are while somebody watches: the kernel's account of each process's main thread. */
export const threads: Measure = {
  name: 'threads',
  title: 'Share of the JS threads in use, a viewer at 60 fps',
  run: () =>
    withBrowser([...testPictures, '--set', 'profile.capture.fps=60'], async (running, browser) => {
      await watch(browser, running.ready.url);
      await pause(1000);
      const pids = [await running.engine(), running.child.pid!];
      const shares: number[][] = [];
      for (let window = 0; window < windows; window += 1)
        shares.push(await processorShares(pids, windowSeconds, mainThread));
      const row = (what: string, index: number): Row =>
        rowOf(
          what,
          '%',
          shares.map((window) => window[index]! * 100),
          { limit: limitPercent },
        );
      return [row('JS thread of the engine', 0), row('JS thread of the server', 1)];
    }),
};
