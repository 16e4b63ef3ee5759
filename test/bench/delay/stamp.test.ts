import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { camera, eyes, offerStamps, type Eye } from './cameras.js';
import { readStamp, stampCorner, wrapMs } from './stamp.js';

const shape = { width: 640, height: 480, fps: 60, layout: 'sbs' } as const;
const frames = 12;

/** The luminance of some frames after compression to a tenth of what a stream has. */
function compressed(eye: Eye, quirks = ''): Uint8Array[] {
  offerStamps();
  const folder = mkdtempSync(join(tmpdir(), 'binocle-stamp-'));
  try {
    const file = join(folder, 'frames');
    const line = `${camera(eye, shape, quirks)} ! identity eos-after=${frames + 1} ! x264enc tune=zerolatency speed-preset=ultrafast bitrate=400
      ! h264parse ! openh264dec ! video/x-raw,format=I420 ! filesink location=${file}`;
    const { status, stderr } = spawnSync('gst-launch-1.0', ['-q', ...line.trim().split(/\s+/)], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    const pixels = readFileSync(file);
    const size = (shape.width * shape.height * 3) / 2;
    return Array.from({ length: pixels.length / size }, (_, n) => pixels.subarray(n * size, (n + 1) * size));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function stampIn(luma: Uint8Array) {
  const { x, y } = stampCorner(shape.width, shape.height);
  return readStamp((px, py) => luma[(y + py) * shape.width + x + px]!);
}

function stampsIn(pictures: readonly Uint8Array[]) {
  return pictures.map((luma) => {
    const stamp = stampIn(luma);
    assert.ok(stamp, 'readable');
    return stamp;
  });
}

const monotonicMs = (): number => (Number(process.hrtime.bigint()) / 1e6) % wrapMs;

for (const eye of eyes)
  test(`the capture time and the eye are read from a compressed picture: ${eye}`, () => {
    const before = monotonicMs();
    const stamps = stampsIn(compressed(eye));
    const after = monotonicMs();
    assert.equal(stamps.length, frames);
    assert.deepEqual([...new Set(stamps.map((stamp) => stamp.eye))], [eye]);
    const times = stamps.map(({ capturedMs }) => capturedMs);
    assert.ok(times[0]! > before && times.at(-1)! < after, `${before} < ${times.join(', ')} < ${after}`);
    // The rate of the cameras is a little less than that of the display, so that every phase between the two comes.
    const apart = (times.at(-1)! - times[0]!) / (frames - 1);
    assert.ok(Math.abs(apart - 1000 / (shape.fps * 0.995)) < 0.01, `${apart} ms apart`);
  });

test('a stamp that is damaged in one cell is not read', () => {
  const [picture] = compressed('left');
  const { x, y } = stampCorner(shape.width, shape.height);
  const damaged = Uint8Array.from(picture!);
  const cell = { x: x + 16 * 7, y };
  for (let row = 0; row < 16; row += 1)
    for (let column = 0; column < 16; column += 1) {
      const at = (cell.y + row) * shape.width + cell.x + column;
      damaged[at] = 251 - damaged[at]!;
    }
  assert.equal(stampIn(damaged), null);
});

test('a camera can leave frames out for a while', () => {
  const times = stampsIn(compressed('right', 'gap-every=100000000 gap-for=50000000')).map(
    ({ capturedMs }) => capturedMs,
  );
  const longest = Math.max(...times.slice(1).map((time, n) => time - times[n]!));
  assert.ok(longest > 50 && longest < 70, `${longest} ms`);
});
