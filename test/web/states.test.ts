import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { Running } from '../harness/binocle.js';
import { launchChromium } from '../harness/chromium.js';
import { untilPlaying } from '../harness/page.js';

let browser: Browser;
before(async () => {
  browser = await launchChromium({ display: 'software' });
});
after(() => browser.close());

async function says(page: Page, title: RegExp): Promise<string> {
  const heading = page.locator('#notice h1').filter({ hasText: title });
  await heading.waitFor({ state: 'visible', timeout: 20_000 });
  return (await page.locator('#notice [data-part=text]').textContent()) ?? '';
}

test('a wrong token is asked for in a form, the right one plays, and the address bar shows none', async () => {
  const running = await Running.start([], { secure: true });
  try {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    await page.goto(`${running.origin}/#token=nonsense`);
    await says(page, /token/i);
    assert.equal(await page.evaluate(() => window.binocle.phase), 'failed');
    assert.equal(new URL(page.url()).hash, '');
    await page.locator('#notice input').fill('nonsense again');
    await page.locator('#notice form button').click();
    await says(page, /token/i);
    // The right one while another is on its way to be refused.
    await page.evaluate((right) => {
      const input = document.querySelector<HTMLInputElement>('#notice input')!;
      const submit = (token: string): void => {
        input.value = token;
        input.form!.requestSubmit();
      };
      const itself = WebSocket;
      window.WebSocket = class extends itself {
        constructor(address: string | URL, protocols?: string | string[]) {
          super(address, protocols);
          window.WebSocket = itself;
          this.addEventListener('open', () => submit(right));
        }
      };
      submit('nonsense once more');
    }, running.ready.url);
    await untilPlaying(page);
    await page.reload();
    await untilPlaying(page);
    const reading = await page.waitForFunction(() => window.binocle.latency());
    const latency = (await reading.jsonValue())!;
    assert.ok(latency.clockErrorMs < 20 && latency.p50 > 0, JSON.stringify(latency));
    assert.ok(Math.abs(latency.unattributed) < latency.p50);
    await context.close();
  } finally {
    assert.deepEqual((await running.stop()).leftBehind, []);
  }
});

test('when the server goes away the page says so, counts down, and plays again once it is back', async () => {
  let running = await Running.start([]);
  const page = await browser.newPage();
  try {
    await page.goto(running.ready.url);
    await untilPlaying(page);
    assert.equal(await page.evaluate(() => window.binocle.reconnects), 0);
    assert.equal(await page.locator('#notice').isVisible(), false);
    const { port } = new URL(running.ready.url);
    await running.stop();
    await says(page, /server is away/);
    assert.equal(await page.evaluate(() => window.binocle.phase), 'reconnecting');
    await page
      .locator('#notice [data-part=text]')
      .filter({ hasText: /in \d s/ })
      .waitFor({ timeout: 20_000 });
    running = await Running.start(['--set', `server.port=${port}`]);
    await untilPlaying(page);
    assert.equal(await page.evaluate(() => window.binocle.reconnects), 1);
    assert.equal(await page.locator('#notice').isVisible(), false);
  } finally {
    await page.close();
    assert.deepEqual((await running.stop()).leftBehind, []);
  }
});

test('what the browser lacks is said in words', async (t) => {
  const running = await Running.start([]);
  try {
    const open = async (script: string): Promise<Page> => {
      const page = await browser.newPage();
      await page.addInitScript({ content: script });
      await page.goto(running.ready.url);
      return page;
    };
    await t.test('the codec', async () => {
      const page = await open('RTCRtpReceiver.getCapabilities = () => ({ codecs: [{ mimeType: "video/VP9" }] })');
      await says(page, /cannot decode H264/);
      await page.close();
    });
    await t.test('WebRTC', async () => {
      const page = await open('delete globalThis.RTCPeerConnection');
      await says(page, /no WebRTC/);
      assert.equal(await page.evaluate(() => window.binocle.phase), 'failed');
      await page.close();
    });
    await t.test('a way for the picture', async () => {
      const page = await open(
        'RTCPeerConnection.prototype.addIceCandidate = async () => {}; WebSocket.prototype.send = ((send) => function (data) { if (!data.includes("candidate:")) send.call(this, data); })(WebSocket.prototype.send);',
      );
      await says(page, /picture/i);
      await page
        .locator('#notice h1')
        .filter({ hasText: /No picture arrives|cannot get through/ })
        .waitFor({ timeout: 30_000 });
      await page.close();
    });
    await t.test('a secure page, for VR', async () => {
      const page = await open('Object.defineProperty(globalThis, "isSecureContext", { value: false })');
      await untilPlaying(page);
      const why = page.locator('[data-part=why]');
      assert.match((await why.textContent())!, /https/);
      assert.match((await why.getAttribute('title'))!, /https:\/\//);
      assert.equal(await page.locator('[data-part=vr]').isDisabled(), true);
      await page.close();
    });
    await t.test('a rig of that name', async () => {
      const page = await browser.newPage();
      await page.goto(`${running.ready.url}?rig=elsewhere`);
      assert.match(await says(page, /No picture yet/), /no rig of this name/);
      await page.close();
    });
  } finally {
    assert.deepEqual((await running.stop()).leftBehind, []);
  }
});

test('two tracks play when both eyes have a picture, and one alone when the other does not come', async (t) => {
  const running = await Running.start(['--set', 'profile.layout=twin']);
  try {
    const firstPlaying = async (script: string): Promise<number> => {
      const page = await browser.newPage();
      await page.addInitScript({ content: script });
      await page.goto(running.ready.url);
      await page.waitForFunction(() => window.binocle?.phase === 'playing', undefined, { polling: 5 });
      const widths = await page.evaluate(() => window.binocle.eyes.right!.videoWidth);
      await page.close();
      return widths;
    };
    await t.test('a right eye that is late', async () => assert.ok((await firstPlaying(holdSecond(500))) > 0));
    await t.test('a right eye that never comes', async () => assert.equal(await firstPlaying(holdSecond(null)), 0));
  } finally {
    assert.deepEqual((await running.stop()).leftBehind, []);
  }
});

/** Runs in the page before it loads: the video that is given its track second gets it `ms` later, or never. */
function holdSecond(ms: number | null): string {
  return `
  const { set } = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'srcObject');
  const videos = new Set();
  Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', {
    configurable: true,
    get() { return videos.has(this) ? this.held ?? null : null; },
    set(stream) {
      if (stream === null) return set.call(this, null);
      videos.add(this);
      this.held = stream;
      if (videos.size === 1) set.call(this, stream);
      else if (${String(ms)} !== null) setTimeout(() => set.call(this, stream), ${String(ms)});
    },
  });`;
}
