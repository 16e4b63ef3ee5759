import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Eye } from '../../src/protocol/ws.js';
import { anaglyphMatrices } from '../../web/gl/painter.js';
import type { View } from '../../web/view/views.js';
import { Running } from '../harness/binocle.js';
import { launchChromium } from '../harness/chromium.js';
import { presentedRates, untilPlaying } from '../harness/page.js';
import { screenSeen, wearHeadset, type Placed } from './headset.js';
import { readEyeLabel, readFrameCode, type Pixels } from '../scene/frame-code.js';
import { labelColour, seen, type Rgb } from './seen.js';

let browser: Browser;
before(async () => {
  browser = await launchChromium();
});
after(() => browser.close());

for (const layout of ['sbs', 'tab', 'twin'] as const)
  test(`${layout}: both eyes in every view of the page and in the headset`, async (t) => {
    const running = await Running.start(['--set', `profile.layout=${layout}`]);
    try {
      const page = await open(running, false);
      assert.equal(await page.evaluate(() => window.binocle.layout), layout);
      await t.test('plays at the rate of the cameras', async () => {
        // Other tests may be using the machine: one quiet stretch in five is asked for.
        let slowest = 0;
        for (let i = 0; i < 5 && slowest < 27; i++)
          slowest = Math.max(slowest, Math.min(...(await presentedRates(page, 2))));
        assert.ok(slowest >= 27, `${slowest.toFixed(1)} of 30 fps`);
      });
      await t.test('side by side, left, right', () => flatViews(page));
      await t.test('by the earliest way there is', async () => {
        const path = (): Promise<string> => page.evaluate(() => window.binocle.displayPath);
        await choose(page, 'right');
        assert.equal(await path(), 'video');
        await choose(page, 'side-by-side');
        assert.equal(await path(), { sbs: 'video', tab: 'canvas', twin: 'joined' }[layout]);
        if (layout === 'twin') await told(page);
      });
      await t.test('anaglyph: least squares for red and cyan; difference: twice what the eyes differ', () =>
        mixed(page),
      );
      await t.test('blink: the eyes in turns, in place', () => blink(page));
      let places: Record<Eye, Placed> | null = null;
      await t.test('headset by WebGL', async () => {
        await enter(page, 'webgl');
        places = await screenSeen(page, 70, 4 / 3);
        await inHeadset(page, places, layout === 'twin');
      });
      await page.close();

      const other = await open(running, true);
      await t.test('headset by media layer, where one video holds both eyes', async () => {
        await enter(other, layout === 'twin' ? 'webgl' : 'layer');
        // The polyfill has room for one frame callback, the page’s; but the same headset sees the same screen.
        await inHeadset(other, places!, layout === 'twin');
        if (layout === 'twin') return;
        const shown = await other.evaluate(async () => {
          const { renderState } = await window.binocle.enterVr();
          return renderState.layers!.map((layer) => (layer as XRQuadLayer).layout);
        });
        // The line of figures has a layer of its own.
        assert.deepEqual(shown, ['mono', layout === 'sbs' ? 'stereo-left-right' : 'stereo-top-bottom']);
      });
      await t.test('leaving VR brings the flat picture back', async () => {
        await other.evaluate(async () => (await window.binocle.enterVr()).end());
        await other.waitForFunction(() => window.binocle.vrPath === null);
        await flatViews(other);
      });
      await other.close();
    } finally {
      assert.deepEqual((await running.stop()).leftBehind, []);
    }
  });

test('two tracks in a browser that hands no decoded frames to the page: painted from the videos', async () => {
  const running = await Running.start(['--set', 'profile.layout=twin']);
  try {
    const page = await open(running, false, () => {
      Object.defineProperty(globalThis, 'MediaStreamTrackProcessor', { value: undefined });
      Object.defineProperty(globalThis, 'MediaStreamTrackGenerator', { value: undefined });
    });
    assert.equal(await page.evaluate(() => window.binocle.displayPath), 'canvas');
    await flatViews(page);
    await enter(page, 'webgl');
    await inHeadset(page, await screenSeen(page, 70, 4 / 3), false);
    assert.equal(await page.evaluate(() => window.binocle.displayPath), 'webgl');
    await page.close();
  } finally {
    assert.deepEqual((await running.stop()).leftBehind, []);
  }
});

test('mono: the one picture there is, for both eyes', async () => {
  const running = await Running.start(['--set', 'profile.layout=mono']);
  try {
    const page = await open(running, false);
    await shows(page, async (pixels) => void isEye('left', pixels, await frame(page)));
    assert.equal(await page.locator('[data-part=views]').isVisible(), false);
    await page.evaluate(async () => void (await window.binocle.enterVr()));
    const { left, right } = await screenSeen(page, 70, 4 / 3);
    await shows(page, (pixels) => {
      isEye('left', pixels, left);
      isEye('left', pixels, right);
    });
    await page.close();
  } finally {
    assert.deepEqual((await running.stop()).leftBehind, []);
  }
});

async function open(running: Running, layers: boolean, prepare?: () => void): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 960, height: 540 } });
  if (prepare) await page.addInitScript(prepare);
  await wearHeadset(page, layers);
  await page.goto(running.ready.url);
  await untilPlaying(page);
  return page;
}

/** What is shown is measured as it is shown: pairs, and the delay with its stages. How many are pairs on a quiet machine is for the bench to say. */
async function told(page: Page): Promise<void> {
  await page.waitForFunction(() => (window.binocle.skew()?.frames ?? 0) >= 30 && window.binocle.skew()!.paired > 0);
  await page.waitForFunction(() => (window.binocle.latency()?.stages.receive ?? 0) > 0);
  const latency = (await page.evaluate(() => window.binocle.latency()))!;
  assert.ok(
    latency.p50 > latency.stages.receive!,
    `${latency.p50} ms in all, ${latency.stages.receive} ms to the page`,
  );
}

async function frame(page: Page): Promise<Placed> {
  const { x, y, width, height } = (await page.locator('.frame').boundingBox())!;
  return { left: x, top: y, width, height };
}

/** Asks what is seen until `check` is content, since a view that was just chosen is painted with its next frame; the last complaint is thrown. */
async function shows(page: Page, check: (pixels: Pixels) => void | Promise<void>): Promise<void> {
  const until = performance.now() + 60_000;
  for (;;) {
    try {
      await check(await seen(page));
      return;
    } catch (error) {
      if (performance.now() > until) throw error;
    }
  }
}

async function choose(page: Page, view: View): Promise<void> {
  await page.locator(`[data-view=${view}]`).click();
  assert.equal(await page.locator(`[data-view=${view}]`).getAttribute('aria-pressed'), 'true');
}

/** That the place holds this eye's picture, by its label and by the code under it. Returns the frame's number. */
function isEye(eye: Eye, pixels: Pixels, place: Placed): number {
  assert.equal(readEyeLabel(pixels, place), eye, 'label');
  const code = readFrameCode(pixels, place);
  assert.equal(code?.eye, eye, 'code');
  return code.frame;
}

async function flatViews(page: Page): Promise<void> {
  await choose(page, 'side-by-side');
  await shows(page, async (pixels) => {
    const whole = await frame(page);
    const half = { ...whole, width: whole.width / 2 };
    isEye('left', pixels, half);
    isEye('right', pixels, { ...half, left: half.left + half.width });
  });
  for (const eye of ['left', 'right'] as const) {
    await choose(page, eye);
    await shows(page, async (pixels) => {
      const place = await frame(page);
      assert.ok(Math.abs(place.width / place.height - 4 / 3) < 0.01);
      isEye(eye, pixels, place);
    });
  }
}

/** The labels are red on the left and cyan on the right: what is made of the two is told from every wrong way. */
async function mixed(page: Page): Promise<void> {
  const tags: Partial<Record<Eye, Rgb>> = {};
  for (const eye of ['left', 'right'] as const) {
    await choose(page, eye);
    await shows(page, async (pixels) => {
      const place = await frame(page);
      isEye(eye, pixels, place);
      tags[eye] = labelColour(pixels, place);
    });
  }
  const { left, right } = tags as Record<Eye, Rgb>;
  const anaglyph = [0, 1, 2].map((row) =>
    [0, 1, 2].reduce(
      (total, column) =>
        total +
        anaglyphMatrices.left[3 * row + column]! * left[column]! +
        anaglyphMatrices.right[3 * row + column]! * right[column]!,
      0,
    ),
  );
  const wanted = { anaglyph, difference: left.map((level, c) => 2 * Math.abs(level - right[c]!)) };
  for (const view of ['anaglyph', 'difference'] as const) {
    await choose(page, view);
    await shows(page, async (pixels) => {
      const colour = labelColour(pixels, await frame(page));
      for (const c of [0, 1, 2] as const) {
        const level = Math.min(255, Math.max(0, wanted[view][c]!));
        // The browser's own video and a texture of it differ by a few steps where it converts from YUV; a difference doubles them.
        const off = Math.abs(colour[c] - level);
        assert.ok(
          off < (view === 'anaglyph' ? 16 : 32),
          `${view}: ${colour.map(Math.round).join()} for ${wanted[view].map(Math.round).join()}`,
        );
      }
    });
  }
}

async function blink(page: Page): Promise<void> {
  await choose(page, 'blink');
  for (const eye of ['left', 'right', 'left'] as const)
    await shows(page, async (pixels) => void isEye(eye, pixels, await frame(page)));
  await choose(page, 'side-by-side');
}

async function enter(page: Page, path: 'layer' | 'webgl'): Promise<void> {
  assert.equal(await page.locator('[data-part=vr]').textContent(), 'Enter VR');
  await page.locator('[data-part=vr]').click();
  await page.waitForFunction(() => window.binocle.vrPath !== null);
  assert.equal(await page.evaluate(() => window.binocle.vrPath), path);
  assert.equal(await page.evaluate(async () => (await window.binocle.enterVr()).frameRate), 120, 'a multiple of 30');
}

async function inHeadset(page: Page, places: Record<Eye, Placed>, paired: boolean): Promise<void> {
  await shows(page, (pixels) => {
    const apart = isEye('left', pixels, places.left) - isEye('right', pixels, places.right);
    // Two simulated cameras count apart by a frame at most where the instant is the same.
    if (paired) assert.ok(Math.abs(apart) <= 1, `the eyes are ${String(apart)} frames apart`);
  });
}
