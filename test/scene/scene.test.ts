import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { rectification } from '../../src/calibration/rectification.js';
import { simIntrinsics } from '../../src/pipeline/sim.js';
import { packagePath } from '../../src/paths.js';
import type { Eye } from '../../src/protocol/ws.js';
import { caseOf } from '../calibration/cases.js';
import { readEyeLabel, readFrameCode } from './frame-code.js';
import { difference } from '../shaders/pictures.js';
import { fromBytes } from '../shaders/planes.js';
import { type Picture, renderPicture } from '../shaders/render.js';
import { renderScene, type Scene, sceneBytes } from './render.js';

const run = promisify(execFile);
const size = { width: 640, height: 480 };

function sceneOf(sim: Partial<Scene['sim']>, capture: Partial<Scene['capture']> = {}): Scene {
  return { sim: { baseline_mm: 63, distortion: 0, motion: 1, ...sim }, capture: { ...size, fps: 30, ...capture } };
}

/** One still frame of an eye. */
async function still(eye: Eye, sim: Partial<Scene['sim']>): Promise<Picture> {
  const [picture] = await renderScene(sceneOf(sim), eye, 1);
  assert.ok(picture);
  return picture;
}

describe('the simulated picture says what it is', () => {
  for (const eye of ['left', 'right'] as const) {
    test(`${eye}: label, frame numbers in order`, async () => {
      const frames = await renderScene(sceneOf({}), eye, 40);
      assert.equal(frames.length, 40);
      frames.forEach((picture, frame) => {
        assert.deepEqual(readFrameCode(picture), { eye, frame });
        assert.equal(readEyeLabel(picture), eye);
      });
    });
  }

  test('through a hard-pressed H.264 encoder, at 320x240 and 60 fps', async () => {
    const codec = 'x264enc tune=zerolatency speed-preset=ultrafast bitrate=200 ! openh264dec ! videoconvert';
    const scene = sceneOf({}, { width: 320, height: 240, fps: 60 });
    const frames = await renderScene(scene, 'right', 60, codec);
    assert.deepEqual(
      frames.map((picture) => readFrameCode(picture)?.frame),
      Array.from({ length: 60 }, (_, frame) => frame),
    );
    assert.deepEqual(new Set(frames.map((picture) => readEyeLabel(picture))), new Set(['right']));
  });

  test('a picture that is not the scene has no code', async () => {
    const picture = await still('left', {});
    const gray: Picture = { ...picture, data: picture.data.map(() => 128) };
    assert.equal(readFrameCode(gray), null);
    assert.equal(readEyeLabel(gray), null);
    // One cell painted over: the checksum notices.
    const forged: Picture = { ...picture, data: picture.data.slice() };
    for (let y = 456; y < 472; y++) forged.data.fill(255, (y * 640 + 16 * 10) * 4, (y * 640 + 16 * 11) * 4);
    assert.equal(readFrameCode(forged), null);
  });
});

describe('the scene is stereo', () => {
  test('near things stand further to the left in the right eye, on the same rows', async () => {
    const [left, right] = await Promise.all([still('left', {}), still('right', {})]);
    const [ballLeft, ballRight] = [redBall(left), redBall(right)];
    // Focal length 512 px, 63 mm apart, 2.9 m away.
    const expected = (512 * 0.063) / 2.9;
    assert.ok(Math.abs(ballLeft.x - ballRight.x - expected) < 1, `disparity ${ballLeft.x - ballRight.x}`);
    assert.ok(Math.abs(ballLeft.y - ballRight.y) < 0.5);
  });

  test('without a baseline both eyes see the same, their labels and codes apart', async () => {
    const [left, right] = await Promise.all([still('left', { baseline_mm: 0 }), still('right', { baseline_mm: 0 })]);
    const { mean } = difference(left, right, (pixel) => Math.floor(pixel / 640) > 90 && Math.floor(pixel / 640) < 440);
    assert.equal(mean, 0);
  });

  test('what moves stands still without motion', async () => {
    assert.equal(await moves(1), true);
    assert.equal(await moves(0), false);
  });
});

describe('the simulated lens is OpenCV’s', () => {
  for (const distortion of [-0.2, 0.15]) {
    test(`a calibration with k1 = ${distortion} takes it out`, async () => {
      const profile = sceneOf({ distortion });
      const eye = simIntrinsics(profile);
      const r = rectification(
        caseOf({ calibration: { model: 'pinhole', size: [640, 480], left: eye, right: eye } }),
        'left',
      );
      assert.ok(r);
      const [bent, straight] = await Promise.all([still('left', { distortion }), still('left', {})]);
      const undone = await renderPicture(r, bent);
      const before = difference(bent, straight, judged).mean;
      const after = difference(undone, straight, judged).mean;
      assert.ok(after < 1.5 && after < before / 5, `mean difference ${before} before, ${after} after`);
    });
  }
});

describe('the planes are what the colours say: BT.601 up to 576 rows, BT.709 above, limited range', () => {
  for (const [capture, kr, kb] of [
    [size, 0.299, 0.114],
    [{ width: 1280, height: 720 }, 0.2126, 0.0722],
    [{ width: 520, height: 98 }, 0.299, 0.114],
  ] as const)
    for (const format of ['NV12', 'I420'] as const)
      test(`${format}, ${capture.width}x${capture.height}`, async () => {
        const scene = sceneOf({ distortion: -0.2 }, capture);
        const [colours] = await renderScene(scene, 'left', 1);
        const drawn = fromBytes(await sceneBytes(scene, 'left', 1, format), capture, format);
        const expected = planesOf(colours!, kr, kb);
        for (const name of ['y', 'u', 'v'] as const) {
          const off = expected[name].map((level, index) => Math.abs(level - drawn[name][index]!));
          const worst = off.reduce((a, b) => Math.max(a, b));
          assert.ok(worst < 1, `${name} is off by ${worst}`);
        }
      });
});

/** Unrounded; the chroma is the mean of 2x2 pixels. */
function planesOf({ width, height, data }: Picture, kr: number, kb: number): Record<'y' | 'u' | 'v', number[]> {
  const [y, u, v] = [width * height, (width * height) / 4, (width * height) / 4].map((count) =>
    Array.from({ length: count }, () => 0),
  ) as [number[], number[], number[]];
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [red, green, blue] = [0, 1, 2].map((channel) => data[pixel * 4 + channel]! / 255) as [number, number, number];
    const luma = kr * red + (1 - kr - kb) * green + kb * blue;
    const chroma = (Math.floor(pixel / width / 2) * width) / 2 + Math.floor((pixel % width) / 2);
    y[pixel] = 16 + 219 * luma;
    u[chroma]! += 32 + (56 * (blue - luma)) / (2 - 2 * kb);
    v[chroma]! += 32 + (56 * (red - luma)) / (2 - 2 * kr);
  }
  return { y, u, v };
}

test('only what moves is drawn anew, and all of it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'binocle-scene-'));
  try {
    const native = packagePath('src', 'engine', 'native');
    const { stdout } = await run('pkg-config', ['--cflags', '--libs', 'gstreamer-video-1.0']);
    const sources = ['scene-lens', 'scene-marks', 'scene-paint', 'scene-pixels'].map((name) =>
      join(native, `${name}.c`),
    );
    const program = join(folder, 'whole-picture');
    const ours = ['-O2', '-I', native, '-o', program, packagePath('test', 'scene', 'whole-picture.c'), ...sources];
    await run('cc', [...ours, ...stdout.trim().split(/\s+/), '-lm']);
    assert.equal((await run(program)).stdout, '');
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** Centre of the red ball. */
function redBall({ width, data }: Picture): { x: number; y: number } {
  const sum = { x: 0, y: 0, count: 0 };
  for (let pixel = 100 * width; pixel < 440 * width; pixel++) {
    const [red = 0, green = 0, blue = 0] = data.subarray(pixel * 4, pixel * 4 + 3);
    if (red < 150 || green > red * 0.42 || blue > red * 0.42) continue;
    sum.x += pixel % width;
    sum.y += Math.floor(pixel / width);
    sum.count++;
  }
  assert.ok(sum.count > 3000, `only ${sum.count} red pixels`);
  return { x: sum.x / sum.count, y: sum.y / sum.count };
}

async function moves(motion: number): Promise<boolean> {
  const frames = await renderScene(sceneOf({ motion }), 'left', 20);
  const [first, last] = [frames.at(0), frames.at(-1)];
  assert.ok(first && last);
  return difference(first, last, (pixel) => pixel < 440 * 640).mean > 0;
}

/** Away from the labels, which are drawn onto the picture, and from the corners, which the bent picture may not hold. */
function judged(pixel: number): boolean {
  const [x, y] = [pixel % 640, Math.floor(pixel / 640)];
  return x > 120 && x < 560 && y > 60 && y < 400;
}
