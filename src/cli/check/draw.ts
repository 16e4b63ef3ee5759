import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rectification, type Rectification } from '../../calibration/rectification.js';
import { uniforms, uniformsText } from '../../calibration/uniforms.js';
import type { Machine } from '../../pipeline/machine.js';
import { BinocleError } from '../../protocol/errors.js';
import { launchGl } from './launch-gl.js';
import { type Difference, differenceFrom, type Plane, rectifiedPlane, type Sampling, wave } from './reference.js';
import type { bodies, models } from './shader-sources.js';

const size = { width: 320, height: 240 };
/** Black of limited range. */
const black = { luma: 16, chroma: 128 };

type Model = (typeof models)[number];
/** What rectifies: a shader's text with that of its lens, by its body; or the element that does without. */
export type Drawer = { body: (typeof bodies)[number]; fragment: string } | 'lensremap';

/** A lens that bends as those of robots do, seen a little turned, zoomed out and moved, so that a part of the picture is outside. */
function testCase(model: Model): Rectification {
  const D = model === 'pinhole' ? [-0.28, 0.07, 0.002, -0.001, 0.01] : [0.03, -0.02, 0.005, -0.001];
  const eye = { K: [260, 0, 163, 0, 258, 117, 0, 0, 1], D };
  const crop = { left: 0, top: 0.05, right: 0.02, bottom: 0 };
  const view = { rotate: 0, flip: 'none', roll_deg: 5, zoom: 0.9, shift_x: 0.05, shift_y: -0.02, crop } as const;
  return rectification(
    {
      capture: { ...size, fps: 30 },
      calibration: { model, size: [size.width, size.height], left: eye, right: eye },
      view: { swap: false, left: view, right: view },
      layout: 'sbs',
    },
    'left',
  )!;
}

/** Smooth enough that a step of the lens shows as a small difference and a wrong place as a large one. */
function testPlane({ width, height }: { width: number; height: number }, turned: number): Plane {
  const at = (x: number, y: number) => (wave(x + turned * y, 8, 28) + wave(turned * x - y, 6, 36)) / 2;
  return {
    width,
    height,
    data: Uint8Array.from({ length: width * height }, (_, index) => at(index % width, Math.floor(index / width))),
  };
}

interface Way {
  format: string;
  planes: readonly { plane: Plane; sampling: Sampling; black: number }[];
  /** The bytes of a picture of these planes, and back. */
  join(planes: readonly Uint8Array[]): Uint8Array;
  split(bytes: Uint8Array): Uint8Array[];
  before: string;
  after: string;
}

const full: Sampling = { every: 1, cosited: false };
const half: Sampling = { every: 2, cosited: false };
const pixels = size.width * size.height;

const planar: Omit<Way, 'before' | 'after'> = {
  format: 'i420',
  planes: [
    { plane: testPlane(size, 0), sampling: full, black: black.luma },
    ...[0.5, -1].map((turned) => ({
      plane: testPlane({ width: size.width / 2, height: size.height / 2 }, turned),
      sampling: half,
      black: black.chroma,
    })),
  ],
  join: (planes) => Uint8Array.from(planes.flatMap((plane) => [...plane])),
  split: (bytes) => [
    bytes.slice(0, pixels),
    bytes.slice(pixels, (pixels * 5) / 4),
    bytes.slice((pixels * 5) / 4, (pixels * 3) / 2),
  ],
};

const ways: Record<(typeof bodies)[number] | 'lensremap', Way> = {
  'rectify.frag': {
    format: 'rgba',
    planes: [0, 0.5, -1].map((turned) => ({ plane: testPlane(size, turned), sampling: full, black: 0 })),
    join: (planes) =>
      Uint8Array.from({ length: pixels * 4 }, (_, index) => planes[index % 4]?.[Math.floor(index / 4)] ?? 255),
    split: (bytes) => [0, 1, 2].map((channel) => bytes.filter((_, index) => index % 4 === channel)),
    before: 'glupload !',
    after: '! gldownload',
  },
  'planes.frag': {
    ...planar,
    before: 'planepack ! glupload ! planetexture !',
    after: `! video/x-raw(memory:GLMemory),width=${size.width / 4},height=${(size.height * 3) / 2} ! gldownload ! planeunpack ! video/x-raw,format=I420,width=${size.width},height=${size.height}`,
  },
  lensremap: { ...planar, before: '', after: '' },
};

/**
 * Draws a test picture through a lens of such a model, a shader with this machine's GL, and compares it with the reference, each plane by itself.
 * @throws BinocleError `bad-graph` when nothing comes out.
 */
export async function drawAndCompare(
  model: Model,
  drawer: Drawer,
  machine: Pick<Machine, 'gl' | 'pluginPath'>,
): Promise<Difference> {
  const way = ways[drawer === 'lensremap' ? drawer : drawer.body];
  const r = testCase(model);
  const bytes = way.join(way.planes.map(({ plane }) => plane.data));
  const element = drawer === 'lensremap' ? [drawer] : ['glshader', `fragment="${drawer.fragment}"`];
  const drawn = way.split(
    await draw(way, bytes, [...element, `uniforms=${uniformsText('rectify', uniforms(r))}`], machine),
  );
  const each = way.planes.map(({ plane, sampling, black: around }, index) =>
    differenceFrom(rectifiedPlane(r, plane, around, sampling), drawn[index]!),
  );
  const greatest = (of: (difference: Difference) => number) => Math.max(...each.map(of));
  return {
    mean: greatest(({ mean }) => mean),
    p999: greatest(({ p999 }) => p999),
    worst: greatest(({ worst }) => worst),
    edge: greatest(({ edge }) => edge),
    outside: greatest(({ outside }) => outside),
    compared: Math.min(...each.map(({ compared }) => compared)),
  };
}

async function draw(
  { format, before, after }: Way,
  bytes: Uint8Array,
  element: readonly string[],
  machine: Pick<Machine, 'gl' | 'pluginPath'>,
): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'binocle-check-'));
  try {
    const [input, output] = [join(folder, 'in'), join(folder, 'out')];
    await writeFile(input, bytes);
    const { failed, output: said } = await launchGl(
      [
        ...`filesrc location=${input} blocksize=${bytes.length}`.split(' '),
        ...`! rawvideoparse format=${format} width=${size.width} height=${size.height} framerate=1/1`.split(' '),
        ...`! ${before}`.trim().split(' '),
        ...element,
        ...`${after} ! filesink location=${output}`.trim().split(' '),
      ],
      machine,
    );
    const drawn = await readFile(output).catch(() => new Uint8Array());
    if (failed || drawn.length !== bytes.length)
      throw new BinocleError('bad-graph', `nothing was drawn: ${said.trim()}`);
    return drawn;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
