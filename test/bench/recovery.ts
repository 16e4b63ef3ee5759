import { rowOf, type Measure } from './measure.js';
import { watch, withBrowser } from './watched.js';

const kills = 3;
/** This many frames after the death, and the stream has come back and not only been emptied. */
const frames = 30;

/** From the engine's death to the next frame in a page that is left to itself; each time another stream, since deaths in a row are answered more slowly. */
export const recovery: Measure = {
  name: 'recovery',
  title: `From a killed engine to the next frame, ${kills} times`,
  async run() {
    const samples: number[] = [];
    for (let kill = 0; kill < kills; kill += 1) samples.push(await killOnce());
    return [rowOf('SIGKILL of the engine to next frame', 's', samples, { limit: 3 })];
  },
};

function killOnce(): Promise<number> {
  return withBrowser([], async (running, browser) => {
    const page = await watch(browser, running.ready.url);
    const reconnects = await page.evaluate(() => window.binocle.reconnects);
    const engine = await running.engine();
    const killed = Date.now();
    process.kill(engine, 'SIGKILL');
    await page.waitForFunction(
      ([since, before, count]) =>
        window.binocle.reconnects > before! && window.presentedAt.filter((at) => at > since!).length > count!,
      [killed, reconnects, frames],
      { polling: 50, timeout: 20_000 },
    );
    return ((await page.evaluate(endOfLongestGap, killed)) - killed) / 1000;
  });
}

/** When frames came again: frames that were under way are still presented after the kill, and the longest pause follows them. */
function endOfLongestGap(since: number): number {
  const times = [since, ...window.presentedAt.filter((at) => at > since)];
  const gaps = times.slice(1).map((at, index) => at - times[index]!);
  return times[gaps.indexOf(Math.max(...gaps)) + 1]!;
}
