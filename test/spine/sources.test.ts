import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { Running } from '../harness/binocle.js';
import { launchChromium } from '../harness/chromium.js';
import { eyeColours, presentedRates, untilPlaying, type Colour } from '../harness/page.js';

const run = promisify(execFile);
let browser: Browser;
let folder: string;

before(async () => {
  browser = await launchChromium({ display: 'software' });
  folder = await mkdtemp(join(tmpdir(), 'binocle-sources-'));
});
after(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

type Wanted = (colour: Colour) => boolean;
const red: Wanted = ([r, g, b]) => r > 180 && g < 70 && b < 70;
const green: Wanted = ([r, g, b]) => g > 180 && r < 70 && b < 70;
const blue: Wanted = ([r, g, b]) => b > 180 && r < 70 && g < 70;

async function shows(args: string[], left: Wanted, right: Wanted): Promise<void> {
  const running = await Running.start(args);
  const page = await browser.newPage();
  try {
    await page.goto(running.ready.url);
    await untilPlaying(page);
    const [rate] = await presentedRates(page, 2);
    assert.ok(rate! >= 27, `presented ${rate!.toFixed(1)} of 30 frames a second`);
    const colours = await eyeColours(page);
    assert.ok(left(colours.left), `left eye is ${colours.left.map(Math.round).join(',')}`);
    assert.ok(right(colours.right), `right eye is ${colours.right.map(Math.round).join(',')}`);
  } finally {
    await page.close();
    assert.deepEqual((await running.stop()).leftBehind, []);
  }
}

async function pictures(name: string, pattern: string, numbers: number[]): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  await Promise.all(
    numbers.map((number) =>
      run('gst-launch-1.0', [
        '-q',
        'videotestsrc',
        'num-buffers=1',
        `pattern=${pattern}`,
        '!',
        'video/x-raw,width=320,height=240',
        '!',
        'jpegenc',
        '!',
        'filesink',
        `location=${join(path, `view${String(number).padStart(2, '0')}.jpg`)}`,
      ]),
    ),
  );
  return path;
}

for (const layout of ['sbs', 'tab', 'twin'])
  test(`two folders of JPEGs, numbered with gaps, in ${layout}`, async () => {
    const left = await pictures(`left ${layout}`, 'red', [1, 2, 4]);
    const right = await pictures(`right ${layout}`, 'blue', [1, 2, 4]);
    await shows(
      [
        '--set',
        `profile.cameras.left.path=${left}`,
        '--set',
        `profile.cameras.right.path=${right}`,
        '--set',
        `profile.layout=${layout}`,
      ],
      red,
      blue,
    );
  });

test('launch fragments of the user’s own: a shared-memory source and a test source', async () => {
  const socket = join(folder, 'camera.shm');
  const camera = spawn(
    'gst-launch-1.0',
    [
      '-q',
      'videotestsrc',
      'is-live=true',
      'pattern=green',
      '!',
      'video/x-raw,format=I420,width=640,height=480,framerate=30/1',
      '!',
      'shmsink',
      `socket-path=${socket}`,
      'wait-for-connection=false',
      'sync=false',
    ],
    { stdio: 'inherit' },
  );
  try {
    await until(socket, camera);
    const config = join(folder, 'custom.yaml');
    await writeFile(
      config,
      `profiles:
  default:
    cameras:
      left:
        source: custom
        launch: shmsrc socket-path=${socket} is-live=true do-timestamp=true ! video/x-raw,format=I420,width=640,height=480,framerate=30/1
      right:
        launch: videotestsrc is-live=true pattern=red
`,
    );
    await shows(['-c', config], green, red);
  } finally {
    camera.kill('SIGINT');
    await once(camera, 'close');
  }
});

/** Waits until the socket stands or its maker is gone. */
async function until(socket: string, maker: ChildProcess): Promise<void> {
  const { watch, existsSync } = await import('node:fs');
  const watcher = watch(folder);
  try {
    while (!existsSync(socket)) {
      if (maker.exitCode !== null) throw new Error('the shared-memory source ended');
      await once(watcher, 'change');
    }
  } finally {
    watcher.close();
  }
}
