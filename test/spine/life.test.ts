import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { descendants, program, Running } from '../harness/binocle.js';
import { launchChromium } from '../harness/chromium.js';
import { presentedRates, untilPlaying } from '../harness/page.js';

let browser: Browser;
before(async () => {
  browser = await launchChromium({ display: 'software' });
});
after(() => browser.close());

test('the shipped profile ends in a ready line and a picture at its rate, over https with the printed token', async () => {
  const running = await Running.start([], { secure: true });
  try {
    assert.match(running.ready.url, /^https:\/\/.+#token=.+/);
    assert.equal(running.ready.rigs.length, 1);
    assert.equal(running.ready.rigs[0]!.layout, 'sbs');
    assert.match(running.ready.fingerprint ?? '', /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/i);
    const page = await browser.newPage({ ignoreHTTPSErrors: true });
    await page.goto(running.ready.url);
    await untilPlaying(page);
    const rates = await presentedRates(page, 3);
    for (const rate of rates) assert.ok(rate >= 27, `presented ${rate.toFixed(1)} of 30 frames a second`);
    await page.close();
  } finally {
    const end = await running.stop();
    assert.equal(end.status, 0);
    assert.ok(end.ms < 2000, `took ${end.ms.toFixed(0)} ms to end`);
    assert.deepEqual(end.leftBehind, []);
  }
});

test('every page plays again by itself within 3 s of the engine’s SIGKILL', async () => {
  const running = await Running.start([]);
  try {
    const pages = await Promise.all([browser.newPage(), browser.newPage()]);
    await Promise.all(pages.map((page) => page.goto(running.ready.url)));
    await Promise.all(pages.map((page) => untilPlaying(page)));
    await running.spare();
    const connections = await Promise.all(pages.map((page) => page.evaluateHandle(() => window.binocle.connection)));
    const engine = await running.engine();
    process.kill(engine, 'SIGKILL');
    const killed = performance.now();
    await Promise.all(
      pages.map((page, i) =>
        page.waitForFunction(
          (old) => {
            const { phase, connection, eyes } = window.binocle;
            return phase === 'playing' && connection !== old && eyes.left.videoWidth > 0 && eyes.left.currentTime > 0;
          },
          connections[i]!,
          { timeout: 10_000, polling: 20 },
        ),
      ),
    );
    const ms = performance.now() - killed;
    assert.ok(ms < 3000, `took ${ms.toFixed(0)} ms`);
    for (const page of pages) {
      const [rate] = await presentedRates(page, 1);
      assert.ok(rate! > 15, `frames advance again: ${rate!.toFixed(1)}`);
    }
    assert.notEqual(await running.engine(), engine);
  } finally {
    assert.deepEqual((await running.stop()).leftBehind, []);
  }
});

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  test(`${signal} during start-up ends it too, and leaves nothing behind`, async () => {
    const child = spawn(process.execPath, [program, 'run', '--set', 'server.port=0', '--set', 'server.tls.mode=off'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const closed = once(child, 'close');
    while (!(await descendants(child.pid!)).some(({ command }) => command.includes('engine/main.js')))
      await new Promise((resolve) => setImmediate(resolve));
    const family = await descendants(child.pid!);
    const asked = performance.now();
    child.kill(signal);
    child.stderr.resume();
    await closed;
    assert.ok(performance.now() - asked < 2000);
    const alive = await Promise.all(
      family.map(({ pid }) =>
        access(`/proc/${String(pid)}`).then(
          () => pid,
          () => null,
        ),
      ),
    );
    assert.deepEqual(
      alive.filter((pid) => pid !== null),
      [],
    );
  });
