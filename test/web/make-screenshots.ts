// Makes the pictures of the README: the page and what a headset shows to each eye, of the simulated scene. `node dist/test/web/make-screenshots.js`
import { mkdir } from 'node:fs/promises';
import { packagePath } from '../../src/paths.js';
import { Running } from '../harness/binocle.js';
import { launchChromium } from '../harness/chromium.js';
import { untilPlaying } from '../harness/page.js';
import { wearHeadset } from './headset.js';

const folder = packagePath('web', 'screenshots');
await mkdir(folder, { recursive: true });
const running = await Running.start([]);
const browser = await launchChromium();
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 632 } });
  await wearHeadset(page, false);
  await page.goto(running.ready.url);
  await untilPlaying(page);
  await page.waitForFunction(() => (window.binocle.latency()?.frames ?? 0) >= 150);
  // A hand on the mouse brings the bar to its full brightness.
  await page.mouse.move(640, 300);
  const take = (name: string): Promise<unknown> =>
    page.screenshot({ path: `${folder}/${name}.jpg`, type: 'jpeg', quality: 85, animations: 'disabled' });
  await take('page');
  await page.locator('[data-view=anaglyph]').click();
  await page.waitForFunction(() => document.querySelector('.frame canvas') !== null);
  await page.evaluate(
    () =>
      new Promise((resolve) =>
        window.binocle.eyes.left.requestVideoFrameCallback(() => requestAnimationFrame(resolve)),
      ),
  );
  await take('anaglyph');
  await page.locator('[data-view=side-by-side]').click();
  await page.locator('[data-part=adjust]').click();
  await page.evaluate(() =>
    window.binocle.set({
      view: { left: { shift_x: 0.012, shift_y: -0.006 }, right: { shift_x: -0.012, shift_y: 0.006 } },
    }),
  );
  await page.keyboard.press('g');
  await page.keyboard.press('m');
  await page
    .locator('output.offset')
    .filter({ hasText: /Right eye/ })
    .waitFor();
  await take('panel');
  await page.keyboard.press('p');
  await page.locator('[data-part=vr]').click();
  await page.waitForFunction(() => window.binocle.vrPath !== null);
  // The line of figures is written once a second.
  const before = await page.evaluate(() => window.binocle.eyes.left.getVideoPlaybackQuality().totalVideoFrames);
  await page.waitForFunction(
    (frames) => window.binocle.eyes.left.getVideoPlaybackQuality().totalVideoFrames > frames + 60,
    before,
  );
  await take('headset');
} finally {
  await browser.close();
  await running.stop();
}
