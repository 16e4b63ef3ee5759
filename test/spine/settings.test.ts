import assert from 'node:assert/strict';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { ServerMessage } from '../../src/protocol/ws.js';
import { binocle, Running } from '../harness/binocle.js';
import { launchChromium } from '../harness/chromium.js';
import { Operator } from '../harness/operator.js';
import { presentedRates, untilPlaying } from '../harness/page.js';

let browser: Browser;
let folder: string;
before(async () => {
  browser = await launchChromium({ display: 'software' });
  folder = await mkdtemp(join(tmpdir(), 'binocle-settings-'));
});
after(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

/** A shader stands in the graph of both eyes; nothing moves but the frame counter. */
const robot = `# my robot
profiles:
  default:
    sim: { motion: 0 }
    view: # as mounted
      left: { zoom: 1.01 } # a little
      right: { zoom: 1.01 }
`;

async function running(use: (running: Running, file: string) => Promise<void>, ...args: string[]): Promise<void> {
  const file = join(folder, `robot-${String(performance.now())}.yaml`);
  await writeFile(file, robot);
  const program = await Running.start(['-c', file, ...args]);
  try {
    await use(program, file);
  } catch (error) {
    throw new Error(`${String((error as Error).stack)}\nthe program said:\n${program.stderr}`, { cause: error });
  } finally {
    assert.deepEqual((await program.stop()).leftBehind, []);
  }
}

/** Mean brightness, 0..255, of an eye's picture as it goes to the encoder. */
function brightness(page: Page, { origin }: Running, eye: string): Promise<number> {
  return page.evaluate(async (address) => {
    const bitmap = await createImageBitmap(await (await fetch(address)).blob());
    const context = new OffscreenCanvas(16, 16).getContext('2d')!;
    context.drawImage(bitmap, 0, 0, 16, 16);
    const { data } = context.getImageData(0, 0, 16, 16);
    return data.reduce((sum, value, index) => sum + (index % 4 === 3 ? 0 : value), 0) / (16 * 16 * 3);
  }, `${origin}/api/v1/rigs/default/snapshot?eye=${eye}&format=png`);
}

async function graph({ origin }: Running): Promise<string> {
  return (await fetch(`${origin}/api/v1/rigs/default/graph`)).text();
}

async function encodedFrames({ origin }: Running): Promise<number> {
  const stats = (await (await fetch(`${origin}/api/v1/rigs/default/stats`)).json()) as {
    frames: { stage: string; frames: number }[];
  };
  return stats.frames.find(({ stage }) => stage === 'encoded')!.frames;
}

test('the first picture asked for after `applied` shows it, with the file as it was', () =>
  running(async (program, file) => {
    const page = await browser.newPage();
    await page.goto(program.ready.url);
    const operator = await Operator.enter(program);
    assert.ok((await brightness(page, program, 'left')) > 30);
    for (const shift_x of [1, 0, 1, 0, 1, 0, 1, 0, 1]) {
      await operator.set({ view: { left: { shift_x } } });
      const seen = await brightness(page, program, 'left');
      assert.equal(seen < 2, shift_x === 1, `${seen.toFixed(1)} with shift_x ${String(shift_x)}`);
    }
    assert.ok((await brightness(page, program, 'right')) > 30);
    assert.equal(await readFile(file, 'utf8'), robot);
    operator.leave();
    await page.close();
  }));

function packetsOfSecondTrack(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const { connection } = window.binocle;
    const { receiver } = connection!.getTransceivers()[1]!;
    const stats = [...((await receiver.getStats()) as unknown as Map<string, { type: string }>).values()];
    const inbound = stats.filter(({ type }) => type === 'inbound-rtp') as { packetsReceived?: number }[];
    return inbound.reduce((sum, { packetsReceived = 0 }) => sum + packetsReceived, 0);
  });
}

/** Pixels of the picture that comes, and whether it is on another connection. */
const changes: [patch: object, cost: 'encoder' | 'graph', picture: { width: number; height: number; anew: boolean }][] =
  [
    [{ encode: { gop_frames: 30 } }, 'encoder', { width: 1280, height: 480, anew: false }],
    [{ layout: 'tab' }, 'graph', { width: 640, height: 960, anew: false }],
    [{ capture: { width: 1280, height: 720 } }, 'graph', { width: 1280, height: 1440, anew: false }],
    [{ encode: { codec: 'vp8' } }, 'encoder', { width: 1280, height: 1440, anew: true }],
    [{ layout: 'sbs', capture: { fps: 25 } }, 'graph', { width: 2560, height: 720, anew: false }],
    [{ layout: 'twin' }, 'graph', { width: 1280, height: 720, anew: false }],
    [{ capture: { width: 320, height: 240 } }, 'graph', { width: 320, height: 240, anew: false }],
    [{ encode: { codec: 'h264' } }, 'graph', { width: 320, height: 240, anew: true }],
    [{ layout: 'mono' }, 'graph', { width: 320, height: 240, anew: false }],
    [{ layout: 'sbs' }, 'graph', { width: 640, height: 240, anew: false }],
    [{ layout: 'twin' }, 'graph', { width: 320, height: 240, anew: false }],
  ];

test('encoder and graph: pages play on, on the connection that they have where it was offered such pictures, else again by themselves', () =>
  running(async (program) => {
    const pages = await Promise.all([browser.newPage(), browser.newPage()]);
    await Promise.all(pages.map((page) => page.goto(program.ready.url)));
    await Promise.all(pages.map((page) => untilPlaying(page)));
    const operator = await Operator.enter(program, { tracks: 2 });
    assert.equal(await packetsOfSecondTrack(pages[0]), 0, 'one picture, and a second track that waits');
    for (const [patch, cost, picture] of changes) {
      const what = JSON.stringify(patch);
      const connections = await Promise.all(pages.map((page) => page.evaluateHandle(() => window.binocle.connection)));
      const reconnects = await pages[0].evaluate(() => window.binocle.reconnects);
      const offers = operator.offers;
      const applied = await operator.set(patch);
      // An encoder that takes pictures of another format needs another road to it.
      assert.ok(applied.cost === cost || ('encode' in patch && applied.cost === 'graph'), what);
      await Promise.all(
        pages.map((page, i) =>
          page.waitForFunction(
            ({ old, width, height, anew }) => {
              const { phase, connection, eyes } = window.binocle;
              const { videoWidth, videoHeight } = eyes.left;
              const whole = phase === 'playing' && videoWidth === width && videoHeight === height;
              return whole && (connection !== old) === anew;
            },
            { old: connections[i]!, ...picture },
            { timeout: 20_000, polling: 20 },
          ),
        ),
      );
      const rates = (await Promise.all(pages.map((page) => presentedRates(page, 1)))).flat();
      assert.ok(
        rates.every((rate) => rate > 0),
        `${what}: ${rates.join(' and ')}`,
      );
      const { layout } = applied.profile;
      if (layout !== 'auto')
        for (const page of pages) assert.equal(await page.evaluate(() => window.binocle.layout), layout);
      if (layout === 'twin') assert.ok((await packetsOfSecondTrack(pages[0])) > 0, what);
      if (picture.anew) {
        const offer = await operator.heard('offer', ({ revision }) => revision === applied.revision);
        assert.ok(offer.sdp.includes(applied.profile.encode.codec === 'vp8' ? 'VP8' : 'H264'), what);
      } else {
        assert.equal(operator.offers, offers, what);
        assert.equal(await pages[0].evaluate(() => window.binocle.reconnects), reconnects, what);
      }
    }
    operator.leave();
    await Promise.all(pages.map((page) => page.close()));
  }));

test('a graph that comes with another playout delay asks it of those who watch on', () =>
  running(async (program) => {
    const page = await browser.newPage();
    await page.goto(program.ready.url);
    await untilPlaying(page);
    const operator = await Operator.enter(program);
    const kept = await page.evaluateHandle(() => window.binocle.connection);
    await operator.set({ capture: { fps: 25 }, rate: { playout_delay: { min_ms: 400, max_ms: 500 } } });
    await page.waitForFunction(() => (window.binocle.latency()?.p50 ?? 0) > 300, null, { timeout: 20_000 });
    assert.ok(await page.evaluate((old) => window.binocle.connection === old, kept));
    operator.leave();
    await page.close();
  }));

const hopeless: Record<string, [left: object, message: RegExp]> = {
  'a camera that is not there': [{ source: 'v4l2', device: '/dev/video77' }, /\/dev\/video77/],
  'an element that is not there': [{ launch: 'nosuchsrc ! identity' }, /nosuchsrc/],
  'a property that is not there': [{ launch: 'videotestsrc is-live=true nosuch=1' }, /nosuch/],
  'a folder that is not there': [{ path: '/nowhere/left' }, /nowhere/],
  'a device that only opening finds missing': [{ launch: 'v4l2src device=/dev/video77' }, /video77/],
  'a camera that gives no frame': [{ launch: 'videotestsrc is-live=true ! valve drop=true' }, /gave no frame/],
};
test('what gives no picture: refused, or taken back by itself, with the reason; the picture goes on', () =>
  running(async (program) => {
    const operator = await Operator.enter(program);
    const original = (await (await fetch(`${program.origin}/api/v1/rigs/default/profile`)).json()) as unknown;
    for (const [what, [left, message]] of Object.entries(hopeless)) {
      const answer = await operator.ask('set', { patch: { cameras: { left } } });
      assert.ok(answer.type === 'error', what);
      assert.match(answer.message, message, what);
      assert.match(answer.path ?? 'profile.', /^profile\./);
    }
    // A machine that is starved of time may end an engine for its silence meanwhile, which is another story.
    const starved = (): boolean => program.stderr.includes('the engine ended');
    if (!starved()) assert.equal(operator.offers, 1, 'nobody was interrupted: the scene needs no camera to itself');

    // A camera of its own has to be let go first, and comes back.
    await operator.set({ cameras: { left: { launch: 'videotestsrc is-live=true' } } });
    for (const what of ['a device that only opening finds missing', 'a camera that gives no frame']) {
      const heard = operator.messages.length;
      const answer = await operator.ask('set', { patch: { cameras: { left: hopeless[what]![0] } } });
      assert.equal(answer.type, 'error', what);
      const said = operator.messages.slice(heard).map(({ type }) => type);
      const [interrupted, goesOn] = [said.indexOf('interrupted'), said.indexOf('tracks')];
      if (!starved()) assert.ok(interrupted >= 0 && goesOn > interrupted, `${what}: ${said.join(', ')}`);
      const frames = await encodedFrames(program);
      const deadline = performance.now() + 10_000;
      while ((await encodedFrames(program)) <= frames) assert.ok(performance.now() < deadline, 'frames advance again');
    }
    const { revision } = await operator.set({ cameras: { left: { launch: null } } });
    assert.equal(revision, 3, 'what was taken back was never counted');
    if (!starved()) assert.equal(operator.offers, 1, 'everything on the one connection');
    assert.deepEqual(await (await fetch(`${program.origin}/api/v1/rigs/default/profile`)).json(), original);
    operator.leave();
  }));

/** What somebody might ask for, one key after the other; what cannot be is refused. */
const wishes: readonly ((random: () => number) => object)[] = [
  (random) => ({ view: { left: { zoom: 1 + random() } } }),
  (random) => ({ view: { right: { roll_deg: 4 * random() - 2 } } }),
  (random) => ({ view: { left: { shift_x: random() / 5 } }, encode: { bitrate_mbps: 3 + 3 * random() } }),
  (random) => ({ encode: { bitrate_mbps: 1 + 5 * random() } }),
  () => ({ encode: { bitrate_mbps: 999 } }),
  (random) => ({ rate: { playout_delay: { min_ms: 0, max_ms: Math.round(20 * random()) } } }),
  (random) => ({ encode: { preset: random() < 0.5 ? 'superfast' : null } }),
  (random) => ({ encode: { gop_frames: 30 + Math.floor(60 * random()) } }),
  (random) => ({ encode: { mtu: 900 + Math.floor(300 * random()) } }),
  (random) => ({ layout: random() < 0.5 ? 'twin' : 'sbs' }),
  (random) => ({ capture: { fps: 20 + Math.floor(10 * random()) } }),
  () => ({ cameras: { left: { device: 17 } } }),
];

/** Numbers from 0 to 1 that are the same every time (Park and Miller). */
function chance(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

test('fifty random changes in a row end in what was acknowledged last; saved, a fresh start draws the same graph', () =>
  running(async (program, file) => {
    const operator = await Operator.enter(program);
    const random = chance(20);
    const patches = Array.from({ length: 50 }, () => wishes[Math.floor(random() * wishes.length)]!(random));
    // Ten at a time: nobody waits for an answer before asking for the next.
    const answers: ServerMessage[] = [];
    while (answers.length < patches.length) {
      const some = patches.slice(answers.length, answers.length + 10);
      answers.push(...(await Promise.all(some.map((patch) => operator.ask('set', { patch })))));
    }
    const impossible = /"bitrate_mbps":999|"device":17/;
    assert.deepEqual(
      answers.map(({ type }) => type),
      patches.map((patch) => (impossible.test(JSON.stringify(patch)) ? 'error' : 'applied')),
    );
    const applied = answers.filter((answer) => answer.type === 'applied');
    assert.deepEqual(new Set(applied.map(({ cost }) => cost)), new Set(['hot', 'encoder', 'graph', 'none']));
    const last = applied.at(-1)!;
    const asked = await fetch(`${program.origin}/api/v1/rigs/default/profile`);
    assert.deepEqual(await asked.json(), last.profile);
    assert.equal(asked.headers.get('etag'), `"${String(last.revision)}"`);
    const saved = await operator.ask('save');
    assert.equal(saved.type, 'saved', JSON.stringify(saved));
    const text = await readFile(file, 'utf8');
    assert.match(text, /^# my robot\n[^]*view: # as mounted\n[^]*# a little\n/);
    const drawn = await binocle('graph', '-c', file);
    assert.equal(drawn.stdout.trim(), (await graph(program)).trim());
    operator.leave();
  }));

test('the file edited while it runs; a wrong one is told in the log and changes nothing', () =>
  running(async (program, file) => {
    const operator = await Operator.enter(program);
    await writeFile(`${file}.new`, robot.replace('right: { zoom: 1.01 }', 'right: { zoom: 1.5 }'));
    await rename(`${file}.new`, file);
    const told = await operator.heard('profile', ({ by }) => by === 'file');
    assert.deepEqual(told.patch, { view: { right: { zoom: 1.5 } } });
    await writeFile(file, robot.replace('zoom: 1.01', 'zoom: 77'));
    while (!/robot-[\d.]+\.yaml:6:\d+ .*zoom.*between 0\.1 and 10/.test(program.stderr))
      await new Promise((resolve) => setTimeout(resolve, 20));
    const { profile } = await operator.set({ view: { left: { shift_y: 0.1 } } });
    assert.deepEqual([profile.view.left.zoom, profile.view.right.zoom], [1.01, 1.5]);
    operator.leave();
  }));
