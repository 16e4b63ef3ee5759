import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, JSHandle, Page } from 'playwright-core';
import type { Applied, Content, Layout } from '../../src/protocol/ws.js';
import { binocle, Running } from '../harness/binocle.js';
import { launchChromium } from '../harness/chromium.js';
import { Operator } from '../harness/operator.js';
import { untilPlaying } from '../harness/page.js';

/** A processor that others use too loses frames now and then; an exchange that loses one loses one every time. */
const attempts = 5;
/** Ticks of the RTP clock from frame to frame. */
const frameTicks = 3000;

let browser: Browser;
let folder: string;
before(async () => {
  browser = await launchChromium({ display: 'software' });
  folder = await mkdtemp(join(tmpdir(), 'binocle-swap-'));
});
after(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

/** Which camera an eye sees: the left one is red, the right one blue. */
type Colour = 'red' | 'blue';

/** What was decoded of one instant; one colour twice where one eye is sent. */
interface Seen {
  at: number;
  rtp: number;
  eyes: [Colour, Colour];
}

declare global {
  interface Window {
    /** Of each track. */
    decodedColours: Seen[][];
  }
}

/** TypeScript does not know it yet. */
declare const MediaStreamTrackProcessor: new (init: { track: MediaStreamTrack; maxBufferSize: number }) => {
  readonly readable: ReadableStream<VideoFrame & { metadata(): { rtpTimestamp: number } }>;
};

/** Writes down every frame that is decoded from now on: what stands in its top left corner and in its bottom right one. */
function watchColours(page: Page): Promise<void> {
  return page.evaluate(() => {
    const receivers = window.binocle.connection!.getReceivers();
    window.decodedColours = receivers.map(() => []);
    for (const [i, { track }] of receivers.entries()) {
      const frames = new MediaStreamTrackProcessor({ track: track.clone(), maxBufferSize: 30 }).readable.getReader();
      const read = async (): Promise<void> => {
        for (;;) {
          const { value: frame } = await frames.read();
          if (!frame) return;
          const at = performance.now();
          const pixels = new Uint8Array(frame.allocationSize());
          const [plane] = await frame.copyTo(pixels);
          const { width, height } = frame.visibleRect!;
          const { rtpTimestamp: rtp } = frame.metadata();
          frame.close();
          const corner = (x: number, y: number): 'red' | 'blue' =>
            pixels[plane!.offset + y * plane!.stride + x]! > 60 ? 'red' : 'blue';
          window.decodedColours[i]!.push({ at, rtp, eyes: [corner(8, 8), corner(width - 8, height - 8)] });
        }
      };
      void read();
    }
  });
}

const camera = (pattern: Colour): string => `{ launch: videotestsrc is-live=true pattern=${pattern} }`;

/** The program with a red and a blue camera, and a page that writes down what it decodes. */
class Scene {
  readonly program: Running;
  readonly page: Page;
  readonly file: string;
  readonly #layout: Layout;
  #engine = 0;
  #connection!: JSHandle<RTCPeerConnection | null>;
  #offers = 0;
  #waiting: { left: Seen[]; right: Seen[] } = { left: [], right: [] };

  private constructor(program: Running, page: Page, file: string, layout: Layout) {
    this.program = program;
    this.page = page;
    this.file = file;
    this.#layout = layout;
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => {
        if (String(payload).startsWith('{"type":"offer"')) this.#offers += 1;
      }),
    );
  }

  static async of(layout: Layout, use: (scene: Scene) => Promise<void>): Promise<void> {
    const file = join(folder, `${layout}.yaml`);
    await writeFile(
      file,
      `profiles:
  default:
    layout: ${layout} # as wished
    capture: { width: 320, height: 240 }
    cameras:
      left: ${camera('red')}
      right: ${camera('blue')}
`,
    );
    const program = await Running.start(['-c', file]);
    try {
      const scene = new Scene(program, await browser.newPage(), file, layout);
      await scene.#open();
      await use(scene);
      await scene.page.close();
    } catch (error) {
      throw new Error(`${String((error as Error).stack)}\nthe program said:\n${program.stderr}`, { cause: error });
    } finally {
      assert.deepEqual((await program.stop()).leftBehind, []);
    }
  }

  async #open(): Promise<void> {
    const { page, program } = this;
    await page.goto(program.ready.url);
    await untilPlaying(page);
    this.#engine = await program.engine();
    this.#connection = await page.evaluateHandle(() => window.binocle.connection);
    await watchColours(page);
  }

  /** By the page's own road; when it was asked for and answered, by its clock, ms. */
  swap(swap: boolean): Promise<{ applied: Applied; asked: number; answered: number }> {
    return this.page.evaluate(async (wanted) => {
      const asked = performance.now();
      const applied = await window.binocle.set({ view: { swap: wanted } });
      return { applied, asked, answered: performance.now() };
    }, swap);
  }

  /** What was decoded since the last call, with `count` frames of every track that come after `since`. */
  async frames(count: number, since: number): Promise<Seen[]> {
    const tracks = this.#layout === 'twin' ? 2 : 1;
    await this.page.waitForFunction(
      (wanted) =>
        window.decodedColours
          .slice(0, wanted.tracks)
          .every((frames) => frames.filter(({ at }) => at > wanted.since).length >= wanted.count),
      { count, since, tracks },
      { polling: 20 },
    );
    const [left, right = []] = await this.page.evaluate(() => window.decodedColours.map((frames) => frames.splice(0)));
    if (this.#layout !== 'twin') return left!;
    // As the page pairs them, less than half a frame apart; a frame whose partner is still to come waits.
    const [lefts, rights] = [
      [...this.#waiting.left, ...left!],
      [...this.#waiting.right, ...right],
    ];
    const last = Math.min(lefts.at(-1)!.rtp, rights.at(-1)!.rtp) + frameTicks / 2;
    const pairs = lefts.flatMap((one): Seen[] => {
      const other = rights.find(({ rtp }) => Math.abs(rtp - one.rtp) < frameTicks / 2);
      return one.rtp < last && other ? [{ ...one, eyes: [one.eyes[0], other.eyes[0]] }] : [];
    });
    const waits = ({ rtp }: Seen): boolean => rtp >= last;
    this.#waiting = { left: lefts.filter(waits), right: rights.filter(waits) };
    return pairs;
  }

  /** Until the newest picture shows this. */
  async until(eyes: string): Promise<void> {
    for (const until = performance.now() + 30_000; ;) {
      const now = await this.page.evaluate(() => performance.now());
      const frames = await this.frames(1, now);
      if (frames.at(-1)?.eyes.join(' ') === eyes) return;
      assert.ok(performance.now() < until, `${frames.at(-1)?.eyes.join(' ') ?? 'nothing'} instead of ${eyes}`);
    }
  }

  /** What a snapshot shows on its left or above, and on its right or below. */
  snapshot(eye: Content): Promise<string> {
    return this.page.evaluate(async (address) => {
      const bitmap = await createImageBitmap(await (await fetch(address)).blob());
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
      context.drawImage(bitmap, 0, 0);
      const at = (x: number, y: number): string => {
        const [red, , blue] = context.getImageData(x, y, 1, 1).data;
        return red! > blue! ? 'red' : 'blue';
      };
      return `${at(8, 8)} ${at(bitmap.width - 8, bitmap.height - 8)}`;
    }, `${this.program.origin}/api/v1/rigs/default/snapshot?eye=${eye}&format=png`);
  }

  /** The engine, the connection and what was offered are those of the beginning. */
  async requireTheSame(): Promise<void> {
    assert.equal(this.#offers, 1, 'offers');
    assert.equal(await this.program.engine(), this.#engine, 'process of the engine');
    const same = await this.page.evaluate((old) => window.binocle.connection === old, this.#connection);
    assert.ok(same, 'the same connection');
  }
}

/** So many instants, and how many are missing among them. */
interface Span {
  instants: number;
  missing: number;
}

function spanOf(frames: readonly Seen[]): Span {
  const steps = frames.slice(1).map(({ rtp }, i) => Math.round(((rtp - frames[i]!.rtp) | 0) / frameTicks));
  return {
    instants: steps.reduce((sum, step) => sum + step, 0),
    missing: steps.reduce((sum, step) => sum + step - 1, 0),
  };
}

function share(spans: readonly Span[]): number {
  const sum = (key: keyof Span): number => spans.reduce((total, span) => total + span[key], 0);
  return sum('missing') / sum('instants');
}

/** Exchanges the eyes and looks: from the frame before to the fifth after, and all that came besides. */
async function exchange(scene: Scene, swap: boolean): Promise<{ changing: Span; otherwise: Span[] }> {
  const [usual, expected] = swap ? ['red blue', 'blue red'] : ['blue red', 'red blue'];
  const now = await scene.page.evaluate(() => performance.now());
  const earlier = await scene.frames(10, now);
  const { applied, answered } = await scene.swap(swap);
  assert.equal(applied.cost, 'hot');
  assert.equal(applied.profile.view.swap, swap);
  const frames = earlier.slice(-1);
  // A busy machine has frames of before on their way.
  for (
    const until = performance.now() + 30_000;
    frames.filter(({ eyes }) => eyes.join(' ') === expected).length < 15;
  ) {
    frames.push(...(await scene.frames(1, frames.at(-1)?.at ?? answered)));
    assert.ok(performance.now() < until, `no ${expected}`);
  }
  const shown = frames.map(({ eyes }) => eyes.join(' '));
  const first = shown.indexOf(expected);
  // Both eyes in the same instant, and never two pictures of one camera.
  assert.ok(
    shown.slice(0, first).every((eyes) => eyes === usual),
    shown.join(', '),
  );
  assert.ok(
    shown.slice(first).every((eyes) => eyes === expected),
    shown.join(', '),
  );
  return {
    changing: spanOf(frames.slice(first - 1, first + 5)),
    otherwise: [earlier, frames.slice(0, first), frames.slice(first + 4)].map(spanOf),
  };
}

/** Until nothing is lost, there and back. Where something is every time, as much must be lost without an exchange: then the machine is too busy to tell. */
async function requireNothingLost(scene: Scene): Promise<void> {
  const all = [];
  for (let i = 0; i < attempts; i++) {
    const [there, back] = [await exchange(scene, true), await exchange(scene, false)];
    all.push(there, back);
    if (there.changing.missing + back.changing.missing === 0) return;
  }
  const [changing, otherwise] = [share(all.map((each) => each.changing)), share(all.flatMap((each) => each.otherwise))];
  assert.ok(
    changing < 2 * otherwise,
    `lost every time: ${changing.toFixed(3)} at a change, ${otherwise.toFixed(3)} else`,
  );
}

for (const layout of ['sbs', 'tab', 'twin'] as const)
  test(`${layout}: the eyes are exchanged on the same connection, hot, without a gap and in one instant`, () =>
    Scene.of(layout, async (scene) => {
      await scene.until('red blue');
      await requireNothingLost(scene);
      for (const swap of [true, false]) {
        assert.equal((await scene.swap(swap)).applied.cost, 'hot');
        if (layout !== 'twin') assert.equal(await scene.snapshot('both'), swap ? 'blue red' : 'red blue');
        assert.equal(await scene.snapshot('left'), swap ? 'blue blue' : 'red red');
        assert.equal(await scene.snapshot('right'), swap ? 'red red' : 'blue blue');
      }
      await scene.requireTheSame();
    }));

test('mono: the other camera by a new graph, on the same connection', () =>
  Scene.of('mono', async (scene) => {
    await scene.until('red red');
    for (const [swap, seen] of [
      [true, 'blue blue'],
      [false, 'red red'],
    ] as const) {
      assert.equal((await scene.swap(swap)).applied.cost, 'graph');
      await scene.until(seen);
      assert.equal(await scene.snapshot('left'), seen);
    }
    await scene.requireTheSame();
  }));

test('saved it stands in the file beside what was there, and a fresh start shows it; taken back it is as the file says', () =>
  Scene.of('sbs', async (scene) => {
    const operator = await Operator.enter(scene.program);
    await operator.set({ view: { swap: true } });
    await scene.until('blue red');
    const saved = await operator.ask('save');
    assert.ok(saved.type === 'saved' && saved.keys.join() === 'view.swap', JSON.stringify(saved));
    const text = await readFile(scene.file, 'utf8');
    assert.match(text, /layout: sbs # as wished\n/);
    assert.match(text, /view:\s*\{?\s*swap: true/);
    const drawn = await binocle('graph', '-c', scene.file);
    const running = await (await fetch(`${scene.program.origin}/api/v1/rigs/default/graph`)).text();
    assert.equal(drawn.stdout.trim(), running.trim());
    await operator.set({ view: { swap: false } });
    await scene.until('red blue');
    const back = await operator.ask('rollback');
    assert.ok(back.type === 'applied' && back.cost === 'hot' && back.profile.view.swap, JSON.stringify(back));
    await scene.until('blue red');
    operator.leave();
  }));
