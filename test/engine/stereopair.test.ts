import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { packagePath } from '../../src/paths.js';

const run = promisify(execFile);
const environment = { ...process.env, GST_PLUGIN_PATH: packagePath('dist', 'native') };
const [width, height, fps] = [64, 32, 50];
const frameMs = 1000 / fps;

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'binocle-pair-'));
});
after(() => rm(folder, { recursive: true, force: true }));

interface Eye {
  pattern: 'red' | 'blue';
  frames: number;
  /** Capture times begin that many milliseconds late. */
  phaseMs?: number;
  format?: string;
  size?: [number, number];
}

/** Runs two test sources in real time through the element; the PTS (ms) of what came out, and the bytes of it all. */
async function pair(
  left: Eye,
  right: Eye,
  layout = 'side-by-side',
  swap = false,
): Promise<{ pts: number[]; bytes: Buffer }> {
  const file = join(folder, 'out.raw');
  const source = (
    { pattern, frames, phaseMs = 0, format = 'I420', size = [width, height] }: Eye,
    index: number,
  ): string =>
    `videotestsrc pattern=${pattern} num-buffers=${frames} timestamp-offset=${Math.round(phaseMs * 1e6)}
     ! video/x-raw,format=${format},width=${size[0]},height=${size[1]},framerate=${fps}/1 ! clocksync ! queue ! pair.sink_${index}`;
  const text = `stereopair name=pair layout=${layout} swap=${swap} ! identity name=out silent=false ! filesink location=${file} sync=false
    ${source(left, 0)} ${source(right, 1)}`;
  const { stdout, stderr } = await run('gst-launch-1.0', ['-v', ...text.split(/\s+/)], {
    env: environment,
    timeout: 20_000,
  });
  assert.equal(stderr, '', 'no warning of GStreamer\u2019s');
  const pts = [...stdout.matchAll(/out: last-message = chain .*?pts: 0:00:([\d.]+)/g)].map(
    ([, seconds]) => Number(seconds) * 1000,
  );
  return { pts, bytes: await readFile(file) };
}

/** Frames that came out, and those before the first: one eye may be up before the other, and shows nothing alone. */
function accounted(pts: number[]): number {
  return pts.length + Math.floor((pts[0] ?? 0) / frameMs);
}

/** The pixels of a row beside every edge of the two pictures: a shift by one shows. */
function columnsOf(
  luma: Buffer,
  wide: number,
  row: number,
): [first: number, lastLeft: number, firstRight: number, last: number] {
  const at = (x: number): number => luma[row * wide + x]!;
  return [at(0), at(wide / 2 - 1), at(wide / 2), at(wide - 1)];
}

test('eyes in step: every frame leaves once, left on the left and right on the right, to the pixel', async () => {
  const { pts, bytes } = await pair({ pattern: 'red', frames: 30 }, { pattern: 'blue', frames: 30 });
  assert.ok(accounted(pts) >= 29, `${accounted(pts)} of 30 pairs`);
  for (let i = 1; i < pts.length; i++)
    assert.ok(Math.abs(pts[i]! - pts[i - 1]! - frameMs) < 2, `steps of a frame: ${pts.join(' ')}`);
  const luma = bytes.subarray(0, 2 * width * height);
  for (const row of [0, height - 1]) {
    const [first, lastLeft, firstRight, last] = columnsOf(luma, 2 * width, row);
    assert.deepEqual([first, firstRight], [lastLeft, last]);
    assert.ok(first > 60 && last < 50, `luma of red ${first}, of blue ${last}`);
  }
});

for (const format of ['NV12', 'YUY2', 'RGBA'])
  for (const layout of ['side-by-side', 'top-bottom'])
    test(`${layout} in ${format}`, async () => {
      const { bytes } = await pair(
        { pattern: 'red', frames: 5, format },
        { pattern: 'blue', frames: 5, format },
        layout,
      );
      const pixel = { NV12: 1, YUY2: 2, RGBA: 4 }[format]!;
      const [wide, high] = layout === 'side-by-side' ? [2 * width, height] : [width, 2 * height];
      const at = (x: number, y: number): number => bytes[(y * wide + x) * pixel]!;
      const [leftEye, rightEye] = [at(0, 0), at(wide - 1, high - 1)];
      assert.notEqual(leftEye, rightEye);
      if (layout === 'side-by-side') assert.deepEqual([at(width - 1, high - 1), at(width, 0)], [leftEye, rightEye]);
      else assert.deepEqual([at(wide - 1, height - 1), at(0, height)], [leftEye, rightEye]);
    });

for (const layout of ['side-by-side', 'top-bottom'])
  test(`${layout}: swap is the same as the cameras in each other's sockets, to the byte`, async () => {
    const [red, blue] = [
      { pattern: 'red', frames: 5 },
      { pattern: 'blue', frames: 5 },
    ] as const;
    const size = 3 * width * height;
    const [swapped, plugged] = [await pair(red, blue, layout, true), await pair(blue, red, layout)];
    assert.ok(swapped.bytes.length >= size);
    assert.deepEqual(swapped.bytes.subarray(0, size), plugged.bytes.subarray(0, size));
    assert.notDeepEqual((await pair(red, blue, layout)).bytes.subarray(0, size), plugged.bytes.subarray(0, size));
  });

for (const share of [0.3, 0.49, 0.7, 0.95])
  test(`cameras that run free, ${share} of a frame apart: nearest frames pair, at full rate`, async () => {
    const { pts } = await pair(
      { pattern: 'red', frames: 30 },
      { pattern: 'blue', frames: 30, phaseMs: share * frameMs },
    );
    assert.ok(accounted(pts) >= 28, `${accounted(pts)} of 30 pairs`);
  });

for (const share of [0.8, 0.95])
  test(`cameras ${share} of a frame apart: one frame is left out, and the nearer neighbours go together`, async () => {
    const { pts } = await pair(
      { pattern: 'red', frames: 30 },
      { pattern: 'blue', frames: 30, phaseMs: share * frameMs },
    );
    // A pair has the time of its older frame: of the right eye when its frame goes with the left one's next.
    const phases = pts.slice(-10).map((time) => time % frameMs);
    for (const phase of phases)
      assert.ok(Math.abs(phase - share * frameMs) < 1, `older frames at ${phases.join(' ')} ms`);
  });

test('an eye that stops does not hold the other one up, whose frames go on at full rate', async () => {
  const { pts } = await pair({ pattern: 'red', frames: 60 }, { pattern: 'blue', frames: 20 });
  assert.ok(accounted(pts) >= 59, `${accounted(pts)} of 60 frames`);
});

test('an eye that never started: nothing is shown, nothing hangs', async () => {
  const { pts } = await pair(
    { pattern: 'red', frames: 20, phaseMs: 0 },
    { pattern: 'blue', frames: 1, phaseMs: 1_000 },
  );
  assert.equal(pts.length, 0);
});

test('eyes of different shapes are refused in words', async () => {
  await assert.rejects(
    pair({ pattern: 'red', frames: 10 }, { pattern: 'blue', frames: 10, size: [32, 32] }),
    /The eyes have pictures of different shapes/,
  );
});

test('a camera of four buffers is never left without one: what the element shows on, it copies', async () => {
  const program = join(folder, 'four-buffers');
  const { stdout: flags } = await run('pkg-config', ['--cflags', '--libs', 'gstreamer-video-1.0']);
  const source = packagePath('test', 'engine', 'four-buffers.c');
  await run('gcc', ['-O1', '-Wall', '-o', program, source, ...flags.trim().split(/\s+/)]);
  const { stdout } = await run(program, [], { env: environment, timeout: 20_000 });
  const lines = stdout.trim().split('\n');
  assert.equal(lines.length, 8, stdout);
  for (const line of lines) assert.match(line, /starved 0 of \d+$/, stdout);
});
