import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../harness/chromium.js';
import { eyeColours, presentedRates, untilPlaying, type Colour } from '../harness/page.js';
import type { Ready } from '../harness/binocle.js';
import { withCameras } from './rig.js';

const program = ['node', 'dist/src/cli/main.js'];

/** Runs `binocle ARGS` on Debian 13, with the virtual cameras; killing it leaves nothing. */
function onDebian13(...args: string[]): ChildProcess {
  const [command, ...rest] = withCameras([...program, ...args]);
  return spawn(command!, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
}

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
    let child: ChildProcess;
    let browser: Browser;
    let page: Page;
    let errors = '';

    before(async () => {
      const set = {
        'server.host': '127.0.0.1',
        'server.port': '0',
        'server.tls.mode': 'off',
        'server.auth.mode': 'none',
        'profile.cameras.left.source': 'libcamera',
        'profile.cameras.left.device': 'Virtual0',
        'profile.cameras.right.source': 'libcamera',
        'profile.cameras.right.device': 'Virtual1',
        'profile.layout': layout,
        // Something to rectify, so that the shader is in the graph.
        'profile.view.left.zoom': '1.1',
        'profile.view.right.zoom': '1.1',
      };
      child = onDebian13(
        'run',
        '--json',
        ...Object.entries(set).flatMap(([key, value]) => ['--set', `${key}=${value}`]),
      );
      child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
        errors += chunk;
      });
      const [line] = (await Promise.race([
        once(createInterface({ input: child.stdout! }), 'line'),
        once(child, 'close').then(() => {
          throw new Error(`ended before it was ready:\n${errors}`);
        }),
      ])) as [string];
      const ready = JSON.parse(line) as Ready;
      assert.match(JSON.stringify(ready.rigs), /libcamera/);
      browser = await launchChromium();
      page = await browser.newPage();
      await page.goto(ready.url);
      await untilPlaying(page);
    });

    after(async () => {
      await browser?.close();
      if (child?.exitCode === null) {
        child.kill('SIGKILL');
        await once(child, 'close');
      }
    });

    test('left shows the left camera, right the right one', async () => {
      const { left, right } = await eyeColours(page);
      assert.ok(isRed(left), `left is ${left.join()}`);
      assert.ok(isRed([right[2], right[1], right[0]]), `right is ${right.join()}`);
    });

    test('both advance at the cameras’ rate', async () => {
      for (const rate of await presentedRates(page, 4))
        assert.ok(rate >= 25, `${rate.toFixed(1)} frames a second\n${errors}`);
    });

    test('another graph gets the cameras from the one before, and the page shows it on the connection that it has', async () => {
      const other = others[layout];
      const connection = await page.evaluateHandle(() => window.binocle.connection);
      await page.evaluate((wanted) => window.binocle.set({ layout: wanted }), other);
      await page.waitForFunction((wanted) => window.binocle.layout === wanted, other, { timeout: 20_000 });
      await untilPlaying(page);
      assert.ok(await page.evaluate((old) => window.binocle.connection === old, connection), errors);
      const { left, right } = await eyeColours(page);
      assert.ok(isRed(left) && isRed([right[2], right[1], right[0]]), `left is ${left.join()}, right ${right.join()}`);
      for (const rate of await presentedRates(page, 3))
        assert.ok(rate >= 25, `${rate.toFixed(1)} frames a second\n${errors}`);
    });
  });

/** The left camera's pictures are red with a white ball. */
function isRed([red, green, blue]: Colour): boolean {
  return red > 120 && red - blue > 60 && red - green > 60;
}
