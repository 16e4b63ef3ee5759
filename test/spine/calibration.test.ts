import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { packagePath } from '../../src/paths.js';
import { chessboardCorners, pairCorners } from '../calibration/chessboard-corners.js';
import { withFiles } from '../config/folder.js';
import { binocle, Running } from '../harness/binocle.js';
import { launchChromium } from '../harness/chromium.js';
import { untilPlaying } from '../harness/page.js';

const chessboard = packagePath('test', 'data', 'chessboard');
let browser: Browser;

before(async () => {
  browser = await launchChromium({ display: 'software' });
});
after(() => browser.close());

test('imported, streamed and decoded: a corner of the board stands on the same row of both eyes', () =>
  withFiles({}, async (folder) => {
    const count = await pairsInto(folder);
    const config = join(folder, 'my.yaml');
    await writeFile(config, configuration);
    const files = ['intrinsics.yml', 'extrinsics.yml'].map((name) => join(chessboard, name));
    const imported = await binocle('calibration', 'import', ...files, '-c', config, '--size', '640x480');
    assert.equal(imported.status, 0, imported.stderr);

    const straight = await rowsApart(['-c', config], count);
    const bent = await rowsApart(['-c', config, '--set', 'profile.calibration=null'], count);
    assert.ok(straight.corners > 40 * count, `only ${straight.corners} corners in ${count} pairs`);
    assert.ok(straight.mean < 0.5, `${straight.mean} px apart`);
    assert.ok(
      bent.mean > 10 * straight.mean,
      `${bent.mean} px apart without the calibration, ${straight.mean} px with it`,
    );
  }));

const configuration = `profiles:
  default: # the bench
    cameras:
      left: { source: files, path: left }
      right: { source: files, path: right }
    capture: { width: 640, height: 480, fps: 3 }
    layout: sbs
    encode: { bitrate_mbps: 20, gop_frames: 2 }
`;

/** The pictures of each eye in a folder of its own; how many pairs there are. */
async function pairsInto(folder: string): Promise<number> {
  const names = (await readdir(chessboard)).filter((name) => name.endsWith('.jpg'));
  for (const eye of ['left', 'right']) {
    await mkdir(join(folder, eye));
    for (const name of names.filter((one) => one.startsWith(eye)))
      await copyFile(join(chessboard, name), join(folder, eye, name));
  }
  return names.length / 2;
}

/** Mean distance of the rows on which the 9x6 corners of both eyes stand, over one round of all pairs as Chromium decodes them. */
async function rowsApart(args: string[], pairs: number): Promise<{ mean: number; corners: number }> {
  const running = await Running.start(args);
  const page = await browser.newPage();
  try {
    await page.goto(running.ready.url);
    await untilPlaying(page);
    const found = [];
    for (const data of await decodedFrames(page, pairs)) {
      const [left, right] = [0, 640].map((x) => chessboardCorners(eyeOf(data, x), 54));
      found.push(...pairCorners(left!, right!));
    }
    const apart = found.map((pair) => Math.abs(pair.left.y - pair.right.y));
    return { mean: apart.reduce((sum, distance) => sum + distance, 0) / apart.length, corners: apart.length };
  } finally {
    await page.close();
    assert.deepEqual((await running.stop()).leftBehind, []);
  }
}

/** RGBA of the next frames of both eyes side by side, each as it is presented. */
async function decodedFrames(page: Page, count: number): Promise<Buffer[]> {
  const frames = await page.evaluate(async (wanted) => {
    const video = window.binocle.eyes.left;
    const context = new OffscreenCanvas(1280, 480).getContext('2d', { willReadFrequently: true })!;
    const base64: string[] = [];
    while (base64.length < wanted) {
      await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
      context.drawImage(video, 0, 0);
      const { data } = context.getImageData(0, 0, 1280, 480);
      let text = '';
      for (let i = 0; i < data.length; i += 32_768) text += String.fromCharCode(...data.subarray(i, i + 32_768));
      base64.push(btoa(text));
    }
    return base64;
  }, count);
  return frames.map((frame) => Buffer.from(frame, 'base64'));
}

function eyeOf(sideBySide: Buffer, x: number): { width: number; height: number; data: Uint8Array } {
  const rows = Array.from({ length: 480 }, (_, row) =>
    sideBySide.subarray((row * 1280 + x) * 4, (row * 1280 + x + 640) * 4),
  );
  return { width: 640, height: 480, data: Buffer.concat(rows) };
}
