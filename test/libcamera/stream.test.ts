import assert from 'node:assert/strict';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../harness/chromium.js';
import { eyeColours, presentedRates, untilPlaying, type Colour } from '../harness/page.js';
import { onDebian13, Streaming } from './program.js';

test('binocle cameras lists both', async () => {
  const child = onDebian13('cameras', '--json');
  const [output, errors] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
  assert.equal(child.exitCode ?? (await once(child, 'close'))[0], 0, errors);
  for (const name of ['Virtual0', 'Virtual1']) assert.match(output, new RegExp(`"${name}"`), errors);
});

/** As many pictures, and fewer. */
const others = { sbs: 'tab', twin: 'sbs' } as const;

for (const layout of ['sbs', 'twin'] as const)
  describe(`two libcamerasrc, ${layout}, in Chromium`, () => {
    let streaming: Streaming;
    let browser: Browser;
    let page: Page;

    before(async () => {
      streaming = await Streaming.start({
        'profile.layout': layout,
        // Something to rectify, so that the shader is in the graph.
        'profile.view.left.zoom': '1.1',
        'profile.view.right.zoom': '1.1',
      });
      assert.match(JSON.stringify(streaming.ready.rigs), /libcamera/);
      browser = await launchChromium();
      page = await browser.newPage();
      await page.goto(streaming.ready.url);
      await untilPlaying(page);
    });

    after(async () => {
      await browser?.close();
      await streaming?.close();
    });

    test('left shows the left camera, right the right one', async () => {
      const { left, right } = await eyeColours(page);
      assert.ok(isRed(left), `left is ${left.join()}`);
      assert.ok(isRed([right[2], right[1], right[0]]), `right is ${right.join()}`);
    });

    test('both advance at the cameras’ rate', async () => {
      for (const rate of await presentedRates(page, 4))
        assert.ok(rate >= 25, `${rate.toFixed(1)} frames a second\n${streaming.errors}`);
    });

    test('another graph gets the cameras from the one before, and the page shows it on the connection that it has', async () => {
      const other = others[layout];
      const connection = await page.evaluateHandle(() => window.binocle.connection);
      await page.evaluate((wanted) => window.binocle.set({ layout: wanted }), other);
      await page.waitForFunction((wanted) => window.binocle.layout === wanted, other, { timeout: 20_000 });
      await untilPlaying(page);
      assert.ok(await page.evaluate((old) => window.binocle.connection === old, connection), streaming.errors);
      const { left, right } = await eyeColours(page);
      assert.ok(isRed(left) && isRed([right[2], right[1], right[0]]), `left is ${left.join()}, right ${right.join()}`);
      for (const rate of await presentedRates(page, 3))
        assert.ok(rate >= 25, `${rate.toFixed(1)} frames a second\n${streaming.errors}`);
    });
  });

/** The left camera's pictures are red with a white ball. */
function isRed([red, green, blue]: Colour): boolean {
  return red > 120 && red - blue > 60 && red - green > 60;
}
