import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { drawPlanes, type Planes, toBytes } from '../shaders/planes.js';
import { machines } from './machines.js';

const size = { width: 640, height: 360 };
const frames = 3;

/** Compilers may round a product and a sum once or twice: a sample between two levels is then the one or the other, and seldom. */
const greatestDifference = 1;
const greatestShare = 1 / 5_000;

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'binocle-arm64-'));
  await Promise.all(
    ([0, 1] as const).map(async (eye) => {
      const bytes = toBytes(picture(eye), 'I420');
      await writeFile(join(folder, `${eye}.I420`), Buffer.concat(Array.from({ length: frames }, () => bytes)));
    }),
  );
});
after(() => rm(folder, { recursive: true }));

function picture(phase: number): Planes {
  return drawPlanes(
    size,
    (x, y) => wave(x / 7 + y / 13 + phase),
    (x, y) => wave(x / 11 - y / 5 + phase),
    (x, y) => wave(x / 3 + y / 17 - phase),
  );
}

function wave(phase: number): number {
  return Math.round(128 + 110 * Math.sin(phase));
}

/** The frames of an eye, on the beat of a clock. */
const eye = (index: 0 | 1): string =>
  `filesrc location=${join(folder, `${index}.I420`)}
   ! rawvideoparse format=i420 width=${size.width} height=${size.height} framerate=20/1`;
const paired = (layout: string): string =>
  `stereopair name=pair layout=${layout} ! identity eos-after=2 ! OUT
   ${([0, 1] as const).map((index) => `${eye(index)} ! clocksync ! queue ! pair.sink_${index}`).join(' ')}`;
const scene = (format: string, properties: string): string =>
  `videotestsrc pattern=black num-buffers=${frames} ! video/x-raw,format=GRAY8,width=16,height=16,framerate=3/1
   ! stereoscene ${properties} ! video/x-raw,format=${format},width=${size.width},height=${size.height} ! OUT`;
const remap = (lens: string, to = 'I420'): string =>
  `${eye(0)} ! lensremap uniforms=rectify,${lens} ! video/x-raw,format=${to} ! OUT`;

const lines: Record<string, () => string> = {
  'stereoscene, NV12': () => scene('NV12', 'k1=-0.3'),
  'stereoscene, I420, a barrel': () => scene('I420', 'right=true eye-x=0.0315 k1=0.4'),
  'stereoscene, RGBA': () => scene('RGBA', 'eye-x=-0.0315'),
  'lensremap, pinhole': () =>
    remap(
      'm00=(float)0.9,m02=(float)0.05,m11=(float)0.95,k1=(float)-0.27,k2=(float)0.08,p1=(float)0.001,p2=(float)-0.002',
    ),
  'lensremap, rational, to NV12': () =>
    remap('k1=(float)0.31,k2=(float)-0.04,k3=(float)0.002,k4=(float)0.6,k5=(float)0.02,k6=(float)0.003', 'NV12'),
  'lensremap, fisheye': () =>
    remap('fisheye=(float)1,m02=(float)-0.05,k1=(float)-0.02,k2=(float)0.01,k3=(float)-0.003'),
  planepack: () => `${eye(0)} ! planepack ! OUT`,
  planeunpack: () =>
    `filesrc location=${join(folder, '0.I420')} ! rawvideoparse format=rgba width=160 height=540 framerate=20/1
     ! planeunpack ! video/x-raw,format=NV12 ! OUT`,
  'exactcolours, to RGBA': () => `${eye(0)} ! exactcolours ! video/x-raw,format=RGBA ! OUT`,
  'exactcolours, from RGBA to NV12': () =>
    `filesrc location=${join(folder, '0.I420')} ! rawvideoparse format=rgba width=160 height=540 framerate=20/1
     ! exactcolours ! video/x-raw,format=NV12 ! OUT`,
  'exactcolours, from grey': () =>
    `filesrc location=${join(folder, '0.I420')} ! rawvideoparse format=gray8 width=640 height=540 framerate=20/1
     ! exactcolours ! video/x-raw,format=I420 ! OUT`,
  'stereopair, side by side': () => paired('side-by-side'),
  'stereopair, top and bottom': () => paired('top-bottom'),
  detour: () => `${eye(0)} ! detour name=way around=true ! OUT way.out ! queue ! way.back`,
  keyframegate: () => `${eye(0)} ! keyframegate ! OUT`,
};

for (const [what, line] of Object.entries(lines))
  test(`${what}: pictures as here`, async (t) => {
    const [here, there] = await Promise.all([bytesOf('amd64', line()), bytesOf('arm64', line())]);
    assert.ok(here.length > 0, 'pictures');
    assert.equal(there.length, here.length);
    const { different, greatest } = differences(here, there);
    t.diagnostic(`${different} of ${here.length} bytes differ, by at most ${greatest}`);
    assert.ok(greatest <= greatestDifference, `they differ by ${greatest}`);
    assert.ok(different <= here.length * greatestShare, `${different} of ${here.length} bytes differ`);
  });

async function bytesOf(machine: keyof typeof machines, line: string): Promise<Buffer> {
  const output = join(folder, `${machine}.out`);
  const text = line.replace('OUT', `filesink location=${output}`);
  await machines[machine]('gst-launch-1.0', '-q', ...text.split(/\s+/));
  return readFile(output);
}

function differences(one: Buffer, other: Buffer): { different: number; greatest: number } {
  let [different, greatest] = [0, 0];
  for (const [index, value] of one.entries()) {
    const by = Math.abs(value - other[index]!);
    if (by > 0) different += 1;
    greatest = Math.max(greatest, by);
  }
  return { different, greatest };
}
