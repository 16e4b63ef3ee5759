import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { drain } from '../../src/engine/gst/bus.js';
import { type Element, type Pipeline } from '../../src/engine/gst/gst.js';
import { parse } from '../../src/engine/gst/parse.js';
import { elementNamed, play, toNull } from '../../src/engine/gst/pipeline.js';
import { booleanProperty, numberProperty, setProperty } from '../../src/engine/gst/property.js';
import { loadNativePlugin } from '../../src/engine/native-plugin.js';

loadNativePlugin((message) => assert.fail(message));

interface Sink {
  tryPullSample(timeoutNs: bigint): {
    getBuffer(): { pts: bigint; extractDup(offset: number, size: number): Uint8Array } | null;
    getCaps(): { toString(): string } | null;
  } | null;
}

/** What came to an eye: when it was captured, by which camera (0: red, the left one; 1: blue), and its width. */
interface Frame {
  pts: number;
  camera: 0 | 1;
  width: number;
}

interface Camera {
  /** Captured so much later than the other camera's, frames; and so much longer on its way. */
  phase?: number;
  late?: number;
  width?: number;
}

const fps = 50;
const frameMs = 1000 / fps;

const ns = (frames: number): number => Math.round(frames * frameMs * 1e6);
const cameraText = (index: number, pattern: string, { phase = 0, late = 0, width = 64 }: Camera): string =>
  `videotestsrc pattern=${pattern} timestamp-offset=${ns(phase)} ! video/x-raw,format=I420,width=${width},height=32,framerate=${fps}/1
   ! clocksync ts-offset=${ns(late)} ! queue ! swap.sink_${index}`;
const eyeText = (index: number): string =>
  `swap.src_${index} ! queue ! appsink name=eye_${index} sync=false async=false`;

/** Two cameras of one clock through a running `eyeswap`. */
class Swap {
  readonly element: Element;
  readonly eyes: [Frame[], Frame[]] = [[], []];
  readonly #pipeline: Pipeline;
  readonly #pulling: Promise<void>;
  #over = false;

  constructor(right: Camera = {}, properties = '') {
    this.#pipeline = parse(
      `eyeswap name=swap ${properties} ${cameraText(0, 'red', {})} ${cameraText(1, 'blue', right)} ${eyeText(0)} ${eyeText(1)}`,
    );
    this.element = elementNamed(this.#pipeline, 'swap');
    play(this.#pipeline);
    this.#pulling = this.#pull();
    after(() => this.close());
  }

  set swap(swap: boolean) {
    setProperty(this.element, 'swap', swap);
    assert.equal(booleanProperty(this.element, 'swap'), swap);
  }

  /** Frames that came too late for their eye. */
  get late(): number {
    return numberProperty(this.element, 'late');
  }

  async until(holds: () => boolean, what: string): Promise<void> {
    for (const began = performance.now(); !holds(); await wait(1))
      assert.ok(performance.now() - began < 20_000, `${what} not within 20 s`);
  }

  /** Until each eye has had so many frames more. */
  async more(count: number): Promise<void> {
    const before = this.eyes.map((frames) => frames.length);
    await this.until(
      () => this.eyes.every((frames, i) => frames.length >= before[i]! + count),
      `${count} frames of each eye`,
    );
  }

  /** What both eyes see last, by camera. */
  get seen(): string {
    return this.eyes.map((frames) => frames.at(-1)?.camera).join();
  }

  async close(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    await this.#pulling;
    const errors = drain(this.#pipeline).filter(({ kind }) => kind === 'error');
    toNull(this.#pipeline);
    assert.deepEqual(errors, []);
  }

  async #pull(): Promise<void> {
    const sinks = [0, 1].map((index) => elementNamed(this.#pipeline, `eye_${index}`) as unknown as Sink);
    while (!this.#over) {
      let pulled = 0;
      for (const [i, sink] of sinks.entries()) {
        const sample = sink.tryPullSample(0n);
        const buffer = sample?.getBuffer();
        if (!sample || !buffer) continue;
        pulled += 1;
        const width = Number(/width=\(int\)(\d+)/.exec(sample.getCaps()!.toString())![1]);
        this.eyes[i]!.push({
          pts: Number(buffer.pts) / 1e6,
          camera: buffer.extractDup(0, 1)[0]! > 60 ? 0 : 1,
          width,
        });
      }
      if (pulled === 0) await wait(1);
    }
  }
}

/** The frames of both eyes that a page takes for one instant: less than half a frame apart. */
function pairs([left, right]: Swap['eyes']): [Frame, Frame][] {
  return left.flatMap((one): [Frame, Frame][] => {
    const nearest = right.toSorted((a, b) => Math.abs(a.pts - one.pts) - Math.abs(b.pts - one.pts))[0]!;
    return Math.abs(nearest.pts - one.pts) < frameMs / 2 ? [[one, nearest]] : [];
  });
}

function inOrder({ eyes }: Swap): void {
  for (const frames of eyes)
    for (const [i, { pts }] of frames.entries())
      assert.ok(i === 0 || pts > frames[i - 1]!.pts, `PTS goes back at ${i}`);
}

/** Times between frames, in frame times. */
const steps = (frames: readonly Frame[]): number[] =>
  frames.slice(1).map(({ pts }, i) => (pts - frames[i]!.pts) / frameMs);

for (const swap of [false, true])
  test(`swap=${swap} from the first frame on`, async () => {
    const running = new Swap({}, `swap=${swap}`);
    await running.more(10);
    assert.ok(running.eyes[0].every(({ camera }) => camera === (swap ? 1 : 0)));
    assert.ok(running.eyes[1].every(({ camera }) => camera === (swap ? 0 : 1)));
  });

test('cameras in step: exchanged again and again, no frame is lost and no two of one camera stand together', async () => {
  const running = new Swap();
  await running.more(5);
  for (let i = 0; i < 20; i++) {
    const swap = i % 2 === 0;
    running.swap = swap;
    // Not in step with the frames, so that it falls before, between and after those of an instant.
    await wait(37);
    await running.until(() => running.seen === (swap ? '1,0' : '0,1'), `exchange ${i}`);
  }
  await running.more(5);
  await running.close();
  inOrder(running);
  for (const frames of running.eyes)
    assert.ok(
      steps(frames).every((step) => Math.abs(step - 1) < 0.1),
      steps(frames).join(' '),
    );
  assert.equal(running.late, 0);
  const together = pairs(running.eyes);
  assert.ok(together.length >= Math.min(...running.eyes.map(({ length }) => length)) - 2);
  assert.ok(together.every(([left, right]) => left.pts === right.pts && left.camera !== right.camera));
});

for (const phase of [0.3, 0.5, 0.8])
  test(`cameras that run free, ${phase} of a frame apart: no two pictures of one camera make a pair`, async () => {
    const running = new Swap({ phase });
    await running.more(5);
    for (let i = 0; i < 10; i++) {
      running.swap = i % 2 === 0;
      await wait(43);
      await running.more(2);
    }
    await running.close();
    inOrder(running);
    assert.equal(running.late, 0);
    assert.ok(pairs(running.eyes).every(([left, right]) => left.camera !== right.camera));
    const longest = Math.max(...running.eyes.flatMap(steps));
    assert.ok(longest < 2, `at most the distance to the other camera's next frame, not ${longest} frame times`);
  });

for (const [late, lost] of [
  [0.7, 0],
  [2, 2],
] as const)
  test(`a camera that is ${late} frames late on its way: each exchange costs ${lost} instants, and the others are whole`, async () => {
    const [running, times] = [new Swap({ late }), 10];
    await running.more(8);
    for (let i = 0; i < times; i++) {
      running.swap = i % 2 === 0;
      await running.more(6);
      // At all times of a frame.
      await wait(2 * i);
    }
    await running.close();
    inOrder(running);
    assert.ok(running.late <= lost * times, `${running.late} frames came too late`);
    const together = pairs(running.eyes);
    assert.ok(together.every(([left, right]) => left.camera !== right.camera));
    assert.ok(together.length >= running.eyes[1].length - lost * times - 1);
  });

test('asked for and taken back at once: nothing is exchanged', async () => {
  const running = new Swap();
  await running.more(5);
  running.swap = true;
  running.swap = false;
  await running.more(5);
  assert.ok(running.eyes.every((frames, eye) => frames.every(({ camera }) => camera === eye)));
});

test('cameras whose clocks are seconds apart are exchanged all the same', async () => {
  const running = new Swap({ phase: 150, late: -150 });
  await running.more(5);
  for (const [swap, seen] of [
    [true, '1,0'],
    [false, '0,1'],
  ] as const) {
    const before = running.eyes[0].length;
    running.swap = swap;
    await running.until(() => running.seen === seen, `the exchange to ${seen}`);
    assert.ok(running.eyes[0].length - before < 15, 'soon, and not when the clocks have caught up');
    await running.more(5);
  }
});

test('an eye hears of the caps of the camera that it gets', async () => {
  const running = new Swap({ width: 32 });
  await running.more(5);
  assert.deepEqual(
    running.eyes.map((frames) => frames.at(-1)!.width),
    [64, 32],
  );
  running.swap = true;
  await running.until(() => running.seen === '1,0', 'the exchange');
  assert.ok(running.eyes.flat().every(({ width, camera }) => width === (camera === 0 ? 64 : 32)));
  running.swap = false;
  await running.until(() => running.seen === '0,1', 'and back');
  assert.ok(running.eyes.flat().every(({ width, camera }) => width === (camera === 0 ? 64 : 32)));
});
