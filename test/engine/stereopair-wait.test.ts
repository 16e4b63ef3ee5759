import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { drain } from '../../src/engine/gst/bus.js';
import { Gst, type Element, type Pipeline } from '../../src/engine/gst/gst.js';
import { parse } from '../../src/engine/gst/parse.js';
import { baseTime, elementNamed, play, toNull } from '../../src/engine/gst/pipeline.js';
import {
  booleanProperty,
  field,
  numberProperty,
  setProperty,
  structureProperty,
} from '../../src/engine/gst/property.js';
import { loadNativePlugin } from '../../src/engine/native-plugin.js';

loadNativePlugin((message) => assert.fail(message));

interface Sink {
  tryPullSample(
    timeoutNs: bigint,
  ): { getBuffer(): { pts: bigint; extractDup(offset: number, size: number): Uint8Array } | null } | null;
}

const width = 64;

/** Two eyes of one clock in a running `stereopair`, red and blue; the right one can be late on its way, and stopped. */
class Pair {
  readonly pair: Element;
  /** PTS and delay until it left, ms, of each frame that came out, and what stands on its left and on its right. */
  readonly out: { pts: number; delay: number; shows: string }[] = [];
  readonly #pipeline: Pipeline;
  #pulling: Promise<void>;
  #over = false;

  constructor(fps: number, rightLateFrames = 0, properties = '') {
    const lateNs = Math.round((rightLateFrames * 1e9) / fps);
    const eye = (index: number, late: number) =>
      `videotestsrc pattern=${index === 0 ? 'red' : 'blue'} ! video/x-raw,format=I420,width=${width},height=32,framerate=${fps}/1 ! clocksync name=late_${index} ts-offset=${late}
       ! valve name=valve_${index} ! queue name=queue_${index} ! identity name=in_${index} silent=true ! pair.sink_${index}`;
    this.#pipeline = parse(
      `stereopair name=pair ${properties} ! queue ! appsink name=out sync=false ${eye(0, 0)} ${eye(1, lateNs)}`,
    );
    this.pair = this.named('pair');
    play(this.#pipeline);
    this.#pulling = this.#pull();
    after(() => this.close());
  }

  named(name: string): Element {
    return elementNamed(this.#pipeline, name);
  }

  stat(name: string): number {
    return field(structureProperty(this.pair, 'stats'), name);
  }

  came(eye: 0 | 1): number {
    return field(structureProperty(this.named(`in_${eye}`), 'stats'), 'num-buffers');
  }

  async until(holds: () => boolean, what: string): Promise<void> {
    const began = performance.now();
    while (!holds()) {
      assert.ok(performance.now() - began < 20_000, `${what} not within 20 s`);
      await wait(2);
    }
  }

  /** Milliseconds until an eye’s thread is out of the element. */
  flush(eye: 0 | 1): Promise<number> {
    const began = performance.now();
    // The queue's task is paused in it, which waits for its thread.
    this.named(`queue_${eye}`).getStaticPad('sink')!.sendEvent(Gst.Event.newFlushStart());
    return Promise.resolve(performance.now() - began);
  }

  /** Milliseconds that it took to stop. */
  async close(): Promise<number> {
    if (this.#over) return 0;
    this.#over = true;
    await this.#pulling;
    const errors = drain(this.#pipeline).filter(({ kind }) => kind === 'error');
    const began = performance.now();
    toNull(this.#pipeline);
    assert.deepEqual(errors, []);
    return performance.now() - began;
  }

  async #pull(): Promise<void> {
    const sink = this.named('out') as unknown as Sink;
    while (!this.#over) {
      const buffer = sink.tryPullSample(0n)?.getBuffer();
      if (!buffer) await wait(1);
      else {
        const row = buffer.extractDup(0, 2 * width);
        this.out.push({
          pts: Number(buffer.pts) / 1e6,
          delay: (Number(process.hrtime.bigint()) - baseTime(this.#pipeline) - Number(buffer.pts)) / 1e6,
          shows: [row[0]!, row[width]!].map((luma) => (luma > 60 ? 'red' : 'blue')).join(' '),
        });
      }
    }
  }
}

const middle = (numbers: number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

function inOrder(out: Pair['out']): void {
  for (const [i, { pts }] of out.entries()) assert.ok(i === 0 || pts > out[i - 1]!.pts, `PTS goes back at ${i}`);
}

test('an eye late by half a frame: both leave as a pair, when the late one is there', async () => {
  const pair = new Pair(5, 0.5);
  await pair.until(() => pair.out.length >= 15, '15 frames');
  assert.ok(pair.stat('pairs') >= 13, `${pair.stat('pairs')} pairs, ${pair.stat('alone')} alone`);
  const delay = middle(pair.out.map((each) => each.delay));
  assert.ok(
    delay > 95 && delay < 190,
    `a pair leaves ${delay} ms after its capture; the late eye takes 100 ms, a frame 200`,
  );
  inOrder(pair.out);
});

test('an eye that stops for a while: the other one’s frames all go on, then they pair again', async () => {
  const pair = new Pair(50);
  await pair.until(() => pair.stat('pairs') >= 20, '20 pairs');
  const [pairs, alone, before] = [pair.stat('pairs'), pair.stat('alone'), pair.came(0)];
  setProperty(pair.named('valve_1'), 'drop', true);
  // 200 ms.
  await pair.until(() => pair.came(0) >= before + 10, '10 frames of the left eye');
  assert.ok(pair.stat('alone') + pair.stat('pairs') - pairs - alone >= 8);
  setProperty(pair.named('valve_1'), 'drop', false);
  await pair.until(() => pair.stat('pairs') >= pairs + 30, 'pairs again');
  await pair.until(() => pair.out.length >= pair.came(0) - 2, 'every frame of the left eye');
  inOrder(pair.out);
  const gaps = pair.out.slice(1).map(({ pts }, i) => pts - pair.out[i]!.pts);
  assert.ok(Math.max(...gaps) < 30, `20 ms between frames, at most ${Math.max(...gaps)}`);
});

test('a frame waits its fraction and no longer: then it goes beside the other eye’s last picture', async () => {
  const pair = new Pair(5, 0, 'max-wait=0.5');
  await pair.until(() => pair.stat('pairs') >= 3, '3 pairs');
  setProperty(pair.named('valve_1'), 'drop', true);
  const alone = pair.stat('alone');
  await pair.until(() => pair.stat('alone') > alone + 2 && pair.out.length > 6, 'frames alone');
  const delays = pair.out.slice(-pair.stat('alone')).map((each) => each.delay);
  // The first waits for half of 200 ms; an eye that has stopped is not waited for.
  assert.ok(Math.max(...delays) > 95, `${delays.join(' ')} ms`);
  assert.ok(delays.at(-1)! < 95, `${delays.join(' ')} ms`);
  inOrder(pair.out);
});

test('the fraction changes while it plays', async () => {
  const pair = new Pair(20, 0.5, 'max-wait=0');
  await pair.until(() => pair.stat('alone') >= 10, 'frames alone');
  assert.ok(pair.stat('late-right') >= 5, 'the late eye’s frames are what the next go beside');
  setProperty(pair.pair, 'max-wait', 0.75);
  assert.equal(numberProperty(pair.pair, 'max-wait'), 0.75);
  const alone = pair.stat('alone');
  const pairs = pair.stat('pairs');
  await pair.until(() => pair.stat('pairs') >= pairs + 20, 'pairs');
  assert.ok(pair.stat('alone') <= alone + 5, `${pair.stat('alone') - alone} more alone`);
  inOrder(pair.out);
});

test('the eyes are exchanged while it plays, from one picture to the next', async () => {
  const pair = new Pair(50);
  await pair.until(() => pair.out.length >= 5, 'frames');
  for (let i = 0; i < 20; i++) {
    const swap = i % 2 === 0;
    setProperty(pair.pair, 'swap', swap);
    assert.equal(booleanProperty(pair.pair, 'swap'), swap);
    const before = pair.out.length;
    // Not in step with the frames.
    await wait(37);
    await pair.until(() => pair.out.at(-1)!.shows === (swap ? 'blue red' : 'red blue'), `exchange ${i}`);
    assert.ok(pair.out.length - before < 6, 'at once');
  }
  await pair.close();
  inOrder(pair.out);
  assert.ok(pair.out.every(({ shows }) => shows === 'red blue' || shows === 'blue red'));
  const gaps = pair.out.slice(1).map(({ pts }, i) => pts - pair.out[i]!.pts);
  assert.ok(Math.max(...gaps) < 21, `20 ms between frames, at most ${Math.max(...gaps)}`);
});

for (const [what, end] of [
  ['the graph stops', (pair: Pair) => pair.close()],
  ['it is flushed', (pair: Pair) => pair.flush(0)],
] as const)
  test(`a frame that waits holds nothing up when ${what}`, async () => {
    const pair = new Pair(1);
    await pair.until(() => pair.stat('pairs') >= 2, 'pairs');
    setProperty(pair.named('valve_1'), 'drop', true);
    const came = pair.came(0);
    await pair.until(() => pair.came(0) > came, 'a frame that waits');
    const took = await end(pair);
    assert.ok(took < 500, `it waits for 750 ms, and was through within ${took} ms`);
  });
