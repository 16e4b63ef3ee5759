import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { load } from 'js-yaml';
import type { Browser, Locator, Page } from 'playwright-core';
import type { Profile } from '../../src/protocol/configuration.js';
import { lineColours } from '../../web/overlay/guides.js';
import { Running } from '../harness/binocle.js';
import { launchChromium } from '../harness/chromium.js';
import { untilPlaying } from '../harness/page.js';
import type { Eye } from '../../src/protocol/ws.js';
import { readEyeLabel, type Pixels } from '../scene/frame-code.js';
import { screenSeen, wearHeadset, type Placed } from './headset.js';
import { seen } from './seen.js';

let browser: Browser;
let running: Running;
let folder: string;
let file: string;

before(async () => {
  browser = await launchChromium();
  folder = await mkdtemp(join(tmpdir(), 'binocle-panel-'));
  file = join(folder, 'robot.yaml');
  await writeFile(file, '# my robot\nprofiles:\n  default:\n    sim: { motion: 0 } # stands still\n');
  running = await Running.start(['-c', file]);
});
after(async () => {
  await browser.close();
  assert.deepEqual((await running.stop()).leftBehind, []);
  await rm(folder, { recursive: true, force: true });
});

/** What a test changed is no concern of the next one. */
beforeEach(async () => {
  const answer = await fetch(`${running.origin}/api/v1/rigs/default/profile/rollback`, { method: 'POST' });
  assert.ok(answer.ok, await answer.text());
});

async function open(url = running.ready.url): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  await page.goto(url);
  await untilPlaying(page);
  await page.keyboard.press('p');
  await page.locator('#panel').waitFor();
  return page;
}

async function profile(): Promise<Profile> {
  const answer = await fetch(`${running.origin}/api/v1/rigs/default/profile`);
  const body = (await answer.json()) as Profile | { profile: Profile };
  return 'profile' in body ? body.profile : body;
}

/** Asks again until `check` is content, or throws its last complaint. */
async function until(check: () => void | Promise<void>, ms = 60_000): Promise<void> {
  for (const end = performance.now() + ms; ;) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function row(page: Page, key: string): Locator {
  return page.locator(`.row[data-key="${key}"]`);
}

async function left(page: Page): Promise<void> {
  await page.locator('#page-align [data-choice=left]').click();
}

/** Takes the slider from where it is to this part of its way, 0..1, as a mouse does. */
async function drag(page: Page, key: string, to: number): Promise<void> {
  const slider = row(page, key).locator('input[type=range]');
  const { x, y, width, height } = (await slider.boundingBox())!;
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  for (let i = 1; i <= 8; i++) await page.mouse.move(x + width * (0.5 + ((to - 0.5) * i) / 8), y + height / 2);
  await page.mouse.up();
}

async function place(page: Page): Promise<Placed> {
  const { x, y, width, height } = (await page.locator('.frame').boundingBox())!;
  return { left: x, top: y, width, height };
}

test('a slider moves the picture, the profile on the server and the other page’s slider; undo and redo', async () => {
  const [page, other] = [await open(), await open()];
  await left(page);
  await left(other);
  await page.locator('[data-view=left]').click();
  await drag(page, 'view.left.shift_x', 0.75);
  const field = row(page, 'view.left.shift_x').locator('input[type=number]');
  const shift = Number(await field.inputValue());
  assert.ok(shift > 0.05 && shift < 0.3, String(shift));
  await until(async () => assert.equal((await profile()).view.left.shift_x, shift));
  await until(async () => {
    const whole = await place(page);
    const pixels: Pixels = await seen(page);
    assert.equal(readEyeLabel(pixels, whole), null, 'the label has left its place');
    assert.equal(readEyeLabel(pixels, { ...whole, left: whole.left + shift * whole.width }), 'left');
  });
  const theirs = row(other, 'view.left.shift_x');
  await until(async () => assert.equal(Number(await theirs.locator('input[type=number]').inputValue()), shift));
  const position = Number(await theirs.locator('input[type=range]').inputValue());
  assert.ok(Math.abs(position ** 3 - shift) < 0.001, `${String(position)} for ${String(shift)}`);
  await until(async () => assert.match((await other.locator('.said').textContent())!, /Another page/));
  await page.locator('.row.unsaved[data-key="view.left.shift_x"]').waitFor();

  await page.keyboard.press('Control+z');
  await until(async () => assert.equal((await profile()).view.left.shift_x, 0));
  await until(async () => assert.equal(await page.locator('.unsaved-count').textContent(), 'All saved'));
  await page.keyboard.press('Control+Shift+z');
  await until(async () => assert.equal((await profile()).view.left.shift_x, shift));
  assert.equal(await other.locator('[data-part=undo]').isDisabled(), true, 'another’s change is not mine to undo');
  await page.close();
  await other.close();
});

test('nudges by keys and buttons, fine and coarse; a double click goes back to the usual value', async () => {
  const page = await open();
  const convergence = row(page, 'convergence');
  const value = async (): Promise<number> => Number(await convergence.locator('input[type=number]').inputValue());
  const slider = convergence.locator('input[type=range]');
  await slider.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowUp');
  await until(async () => assert.equal(await value(), 0.006));
  await convergence.getByRole('button', { name: 'Convergence: less' }).click();
  await page.locator('[data-choice=coarse]').click();
  await convergence.getByRole('button', { name: 'Convergence: more' }).click();
  await until(async () => assert.equal(await value(), 0.0105));
  await until(async () => {
    const { view } = await profile();
    assert.deepEqual([view.left.shift_x, view.right.shift_x], [0.0105, -0.0105]);
  });
  await slider.dblclick({ position: { x: 3, y: 8 } });
  await until(async () => assert.equal((await profile()).view.left.shift_x, 0));
  await page.close();
});

test('200 quick moves end in the last value, by few messages', async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  let sets = 0;
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      if (String(payload).includes('"type":"set"')) sets += 1;
    }),
  );
  await page.goto(running.ready.url);
  await untilPlaying(page);
  await page.keyboard.press('p');
  const slider = row(page, 'vertical').locator('input[type=range]');
  await slider.evaluate(async (element: HTMLInputElement) => {
    element.dispatchEvent(new PointerEvent('pointerdown'));
    for (let i = 1; i <= 200; i++) {
      element.value = String(i / 400);
      element.dispatchEvent(new Event('input'));
      if (i % 20 === 0) await new Promise(requestAnimationFrame);
    }
    element.dispatchEvent(new Event('change'));
  });
  await until(async () => {
    const { view } = await profile();
    assert.deepEqual([view.left.shift_y, view.right.shift_y], [0.125, -0.125]);
  });
  assert.ok(sets >= 1 && sets <= 14, `${String(sets)} messages`);
  await page.close();
});

test('save writes the file and says so; take back goes to what it says', async () => {
  const page = await open();
  await page.evaluate(() => window.binocle.set({ view: { right: { roll_deg: 1.5 } } }));
  await until(async () => assert.match((await page.locator('.unsaved-count').textContent())!, /^1 change not saved/));
  await page.keyboard.press('Control+s');
  await until(async () => assert.match((await page.locator('.said').textContent())!, /^Saved to .*robot\.yaml/));
  const text = await readFile(file, 'utf8');
  const saved = load(text) as { profiles: { default: Profile } };
  assert.equal(saved.profiles.default.view.right.roll_deg, 1.5);
  assert.match(text, /# stands still/);
  await page.evaluate(() => window.binocle.set({ view: { right: { roll_deg: -3 } } }));
  await page.locator('[data-part=rollback]').click();
  await until(async () => assert.equal((await profile()).view.right.roll_deg, 1.5));
  await until(async () => assert.match((await page.locator('.said').textContent())!, /what the file says/));
  await page.evaluate(() => window.binocle.set({ view: { right: { roll_deg: 0 } } }));
  await page.locator('[data-part=save]').click();
  await until(async () => assert.equal(await page.locator('.unsaved-count').textContent(), 'All saved'));
  await page.close();
});

/** Whose camera each half of the picture is of. */
async function halves(page: Page): Promise<(Eye | null)[]> {
  const [pixels, whole] = [await seen(page), await place(page)];
  const half = { ...whole, width: whole.width / 2 };
  return [half, { ...half, left: half.left + half.width }].map((part) => readEyeLabel(pixels, part));
}

test('one button swaps the eyes, and so does a key; undone, saved and taken back like the rest', async () => {
  const page = await open();
  const button = row(page, 'view.swap').locator('button');
  const swapped = async (expected: boolean): Promise<void> => {
    await until(async () =>
      assert.deepEqual(await halves(page), expected ? ['right', 'left'] : ['left', 'right'], String(expected)),
    );
    await until(async () => assert.equal(await button.getAttribute('aria-pressed'), String(expected)));
    assert.equal((await profile()).view.swap, expected);
  };
  await swapped(false);
  assert.match((await row(page, 'view.swap').textContent())!, /as plugged in · at once/);
  await button.click();
  await swapped(true);
  await page.locator('.row.unsaved[data-key="view.swap"]').waitFor();
  await left(page);
  assert.ok(await row(page, 'view.right.shift_x').isVisible(), 'the left eye’s picture is the right camera’s');
  assert.equal(await row(page, 'view.left.shift_x').isVisible(), false);
  await page.locator('#page-align [data-choice=both]').click();
  await page.keyboard.press('Control+z');
  await swapped(false);
  await page.keyboard.press('x');
  await swapped(true);
  await page.keyboard.press('Control+s');
  await until(async () => assert.match((await page.locator('.said').textContent())!, /^Saved to/));
  const saved = load(await readFile(file, 'utf8')) as { profiles: { default: Profile } };
  assert.equal(saved.profiles.default.view.swap, true);
  await page.keyboard.press('x');
  await swapped(false);
  await page.locator('[data-part=rollback]').click();
  await swapped(true);
  await page.evaluate(() => window.binocle.set({ view: { swap: false } }));
  await page.locator('[data-part=save]').click();
  await until(async () => assert.equal(await page.locator('.unsaved-count').textContent(), 'All saved'));
  await page.close();
});

test('an error is shown at the control that it is about, and set() rejects with the server’s message', async () => {
  const page = await open();
  await left(page);
  const zoom = row(page, 'view.left.zoom');
  await zoom.scrollIntoViewIfNeeded();
  const stood = (await zoom.boundingBox())!;
  assert.ok(stood.height < 80, 'name and slider in two lines');
  await zoom.locator('input[type=number]').fill('50');
  await page.keyboard.press('Enter');
  const fault = zoom.locator('.fault');
  await fault.waitFor();
  assert.match((await fault.textContent())!, /10/);
  await until(async () => assert.equal(await zoom.locator('input[type=number]').inputValue(), '1.000'));
  assert.equal(await page.locator('.fault:visible').count(), 1);
  assert.deepEqual(await zoom.boundingBox(), stood, 'nothing moved');
  await assert.rejects(
    page.evaluate(() => window.binocle.set({ encode: { bitrate_mbps: 'much' } })),
    /bitrate_mbps|number/,
  );
  const applied = await page.evaluate(() => window.binocle.set({ encode: { bitrate_mbps: 5 } }));
  assert.deepEqual([applied.cost, applied.profile.encode.bitrate_mbps], ['hot', 5]);
  await zoom.locator('input[type=range]').focus();
  await page.keyboard.press('ArrowRight');
  await fault.waitFor({ state: 'hidden' });
  await page.close();
});

test('who may only watch sees every value and can move none', async () => {
  const secure = await Running.start([], { secure: true });
  try {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 720 } });
    const page = await context.newPage();
    await page.goto(secure.ready.viewerUrls[0]!.replace(/\/\/[^/]+/, `//${new URL(secure.ready.url).host}`));
    await untilPlaying(page);
    await page.keyboard.press('p');
    await page.locator('.role').waitFor();
    assert.match((await page.locator('.role').textContent())!, /You may watch/);
    assert.equal(await row(page, 'convergence').locator('input[type=number]').inputValue(), '0.0000');
    for (const control of await page.locator('#panel .row :is(input, select, button)').all())
      if (await control.getAttribute('id').then((id) => id !== 'density'))
        assert.equal(await control.isDisabled(), true);
    await assert.rejects(
      page.evaluate(() => window.binocle.set({ layout: 'mono' })),
      /operator/,
    );
    assert.equal(await page.evaluate(() => window.binocle.phase), 'playing');
    await context.close();
  } finally {
    assert.deepEqual((await secure.stop()).leftBehind, []);
  }
});

test('guides are drawn at the same rows of both eyes', async () => {
  const page = await open();
  await page.locator('[data-tab=guides]').click();
  await page.locator('[data-choice=lines]').click();
  await until(async () => {
    const pixels = await seen(page);
    const whole = await place(page);
    for (const [i, colour] of lineColours.entries())
      for (const x of [0.3, 0.8]) {
        const at = { x: Math.round(whole.left + x * whole.width), y: whole.top + ((i + 0.5) / 12) * whole.height };
        assert.ok(near(pixels, at, colour), `line ${String(i)} at ${String(x)}`);
      }
  });
  await page.locator('[data-choice=none]').click();
  assert.equal(await page.locator('canvas.guides').isVisible(), false);
  await page.close();
});

/** Whether a pixel of about this colour is within two pixels above or below. */
function near({ width, data }: Pixels, at: { x: number; y: number }, colour: string): boolean {
  const wanted = [1, 3, 5].map((i) => Number.parseInt(colour.slice(i, i + 2), 16));
  return [-2, -1, 0, 1, 2].some((dy) =>
    wanted.every((level, c) => Math.abs(data[4 * ((Math.round(at.y) + dy) * width + at.x) + c]! - level) < 40),
  );
}

test('the vertical offset is read out as it is, and levelled', async () => {
  const page = await open();
  await page.evaluate(() => window.binocle.set({ view: { right: { shift_y: 0.02 } } }));
  await page.locator('[data-tab=guides]').click();
  await page.locator('#measure').check();
  const offset = page.locator('output.offset');
  const read = async (): Promise<number> => {
    const said = /Right eye ([\d.]+) px (lower|higher)|(Eyes level)/.exec((await offset.textContent())!);
    assert.ok(said, (await offset.textContent())!);
    return said[3] ? 0 : Number(said[1]) * (said[2] === 'lower' ? 1 : -1);
  };
  await until(async () => assert.ok(Math.abs((await read()) - 9.6) < 0.3, (await offset.textContent())!));
  // What was read before is the wrong way round for what is seen from now on.
  const readings = await page.evaluateHandle(() => {
    const said: string[] = [];
    const output = document.querySelector('output.offset')!;
    new MutationObserver(() => said.push(output.textContent)).observe(output, { childList: true });
    return said;
  });
  await page.keyboard.press('x');
  await until(async () => assert.ok(Math.abs((await read()) + 9.6) < 0.3, (await offset.textContent())!));
  const [first, ...others] = await readings.jsonValue();
  assert.match(first!, /^Measuring/);
  assert.ok(!others.some((words) => words.includes('lower')), others.join('; '));
  await page.locator('[data-part=level]').click();
  await until(async () => assert.ok(Math.abs(await read()) < 0.3, (await offset.textContent())!));
  const { view } = await profile();
  assert.ok(Math.abs(view.left.shift_y - view.right.shift_y) < 0.0007, JSON.stringify(view));
  await page.close();
});

test('in the headset a stick converges the eyes on the server, and a button takes it back; a stick pressed swaps them', async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  await wearHeadset(page, false);
  await page.goto(running.ready.url);
  await untilPlaying(page);
  await page.locator('[data-part=vr]').click();
  await page.waitForFunction(() => window.binocle.vrPath !== null);
  await page.evaluate(() => globalThis.worn.controllers.left.updateAxis('thumbstick', 'x-axis', 1));
  await until(async () => {
    const { view } = await profile();
    assert.ok(view.left.shift_x > 0.02, String(view.left.shift_x));
    assert.equal(view.right.shift_x, -view.left.shift_x);
  });
  await page.evaluate(() => globalThis.worn.controllers.left.updateAxis('thumbstick', 'x-axis', 0));
  await page.evaluate(() => globalThis.worn.controllers.right.updateButtonValue('b-button', 1));
  await until(async () => assert.equal((await profile()).view.left.shift_x, 0));

  const places = await screenSeen(page, 70, 4 / 3);
  const shows = async (): Promise<(Eye | null)[]> => {
    const pixels = await seen(page);
    return [readEyeLabel(pixels, places.left), readEyeLabel(pixels, places.right)];
  };
  await until(async () => assert.deepEqual(await shows(), ['left', 'right']));
  await page.evaluate(() => globalThis.worn.controllers.right.updateButtonValue('thumbstick', 1));
  await until(async () => assert.deepEqual(await shows(), ['right', 'left']));
  assert.equal((await profile()).view.swap, true);
  await page.evaluate(() => globalThis.worn.controllers.right.updateButtonValue('thumbstick', 0));
  await page.evaluate(() => globalThis.worn.controllers.left.updateButtonValue('y-button', 1));
  await until(async () => assert.deepEqual(await shows(), ['left', 'right'], 'Y takes it back'));
  await page.close();
});
