import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { binocle, Running } from '../harness/binocle.js';
import { launchChromium } from '../harness/chromium.js';
import { presentedRates, untilPlaying } from '../harness/page.js';

let browser: Browser;
let running: Running;
let page: Page;
before(async () => {
  browser = await launchChromium({ display: 'software' });
  running = await Running.start([], { secure: true });
  page = await browser.newPage({ ignoreHTTPSErrors: true });
});
after(async () => {
  await browser.close();
  const { status, ms, leftBehind } = await running.stop();
  assert.equal(status, 0);
  assert.ok(ms < 2000, `took ${ms.toFixed(0)} ms to end`);
  assert.deepEqual(leftBehind, []);
});

test('an address typed with http:// plays over https, with its token', async () => {
  const response = await page.goto(running.ready.url.replace('https:', 'http:'));
  const redirect = await response!.request().redirectedFrom()!.response();
  assert.equal(redirect!.status(), 308);
  assert.ok(!redirect!.headers()['location']!.includes('token'));
  assert.equal(new URL(page.url()).protocol, 'https:');
  await untilPlaying(page);
});

test('doctor, plan and cameras beside it work, and the page plays on', async () => {
  const connection = await page.evaluateHandle(() => window.binocle.connection);
  const engine = await running.engine();
  const { port } = new URL(running.ready.url);
  const settings = ['--set', 'server.host=127.0.0.1', '--set', `server.port=${port}`];
  const doctor = await binocle('doctor', ...settings);
  const plan = await binocle('plan', ...settings);
  const cameras = await binocle('cameras');
  assert.match(
    doctor.stdout,
    new RegExp(`^OK +Port +${port} is in use by Binocle itself \\(process ${running.child.pid!}\\)$`, 'm'),
  );
  assert.deepEqual([doctor.status, plan.status, cameras.status], [0, 0, 0], doctor.stdout);
  assert.match(plan.stdout, /source left: /);
  assert.equal(await running.engine(), engine);
  assert.ok(await page.evaluate((first) => first === window.binocle.connection, connection), running.stderr);
  assert.equal(await page.evaluate(() => window.binocle.reconnects), 0);
  for (const rate of await presentedRates(page, 1)) assert.ok(rate > 0, 'frames are presented');
});
