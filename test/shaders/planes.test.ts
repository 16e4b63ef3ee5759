import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rectification, type Rectification } from '../../src/calibration/rectification.js';
import { type Difference, differenceFrom, wave } from '../../src/cli/check/reference.js';
import { lensStepError } from '../../src/pipeline/lens-steps.js';
import type { Calibration } from '../../src/protocol/configuration.js';
import { type Case, caseOf, random, randomEye } from '../calibration/cases.js';
import { drawPlanes, fromBytes, type Planes, rectifiedPlanes, toBytes } from './planes.js';
import { drawPicture, type PlanarFormat, type PlaneRoad, planeRoads, renderPlanes } from './render.js';

const small = { width: 640, height: 480 };
const wide = { width: 1280, height: 720 };
const wider = { width: 1536, height: 864 };
/** A quarter of the width is no whole number of texels, and half of it no multiple of four bytes. */
const odd = { width: 652, height: 490 };

for (const road of Object.keys(planeRoads) as PlaneRoad[]) {
  describe(`${road}: the planes are drawn as the reference says`, () => {
    const cases: { what: string; given: Case; formats?: { from: PlanarFormat; to: PlanarFormat } }[] = [
      { what: 'half a turn', given: caseOf({ left: { rotate: 180 } }) },
      {
        what: 'a quarter turn, in a frame turned with it',
        given: caseOf({ ...wide, left: { rotate: 90 }, right: { rotate: 90 } }),
      },
      { what: 'a quarter turn of one eye', given: caseOf({ left: { rotate: 270 } }) },
      { what: 'both flips, HD', given: caseOf({ ...wide, left: { flip: 'both' } }) },
      { what: 'a shift right and down', given: caseOf({ left: { shift_x: 0.123, shift_y: 0.057 } }) },
      {
        what: 'roll, zoom, shift and crop at once',
        given: caseOf({
          left: { roll_deg: 7, zoom: 1.3, shift_x: -0.04, crop: { left: 0.1, top: 0.05, right: 0.02, bottom: 0.1 } },
        }),
      },
      { what: 'pinhole with 4 coefficients', given: calibrated('pinhole', 4, small) },
      {
        what: 'NV12 to I420, an odd size',
        given: calibrated('pinhole', 5, odd),
        formats: { from: 'NV12', to: 'I420' },
      },
      {
        what: 'YV12 to NV21, an odd size turned',
        given: {
          ...calibrated('pinhole', 5, odd),
          view: caseOf({ left: { rotate: 90 }, right: { rotate: 270 } }).view,
        },
        formats: { from: 'YV12', to: 'NV21' },
      },
      { what: 'NV21 to YV12', given: calibrated('fisheye', 4, small), formats: { from: 'NV21', to: 'YV12' } },
      { what: 'pinhole with 8 coefficients, HD', given: calibrated('pinhole', 8, wide) },
    ];
    for (const { what, given, formats } of cases) {
      test(what, async () => {
        const r = rectification(given, 'left')!;
        const from = drawPlanes(
          r.source,
          (x, y) => (wave(x, 8, 24) + wave(y, 8, 24)) / 2,
          (x) => wave(x, 16, 12),
          (x, y) => wave(x - y, 8, 20),
        );
        for (const { name, mean, p999, edge, outside } of await compared(road, r, from, formats)) {
          assert.ok(mean < 1 && p999 <= 8, `${name}: mean ${mean}, 99.9th percentile ${p999}`);
          assert.ok(edge < 3, `${name}: mean ${edge} at the edge`);
          assert.equal(outside, 0, `${name}: outside is not black`);
        }
      });
    }
  });

  describe(`${road}: the map is exact to 0.05 px where the lens is not asked for every sample`, () => {
    const lenses = [
      ...([4, 5, 8] as const).map((coefficients) => ({ model: 'pinhole' as const, coefficients })),
      { model: 'fisheye' as const, coefficients: 4 },
    ];
    for (const size of [small, wide, wider]) {
      for (const { model, coefficients } of lenses)
        test(`${model} with ${coefficients} coefficients, ${size.width}x${size.height}`, () =>
          mapIsExact(road, rectification(calibrated(model, coefficients, size), 'left')!));
      test(`a strong barrel, ${size.width}x${size.height}`, () => mapIsExact(road, strong('pinhole', size)));
      test(`a fisheye that sees half of all, ${size.width}x${size.height}`, () =>
        mapIsExact(road, strong('fisheye', size)));
    }
  });

  test(`${road}: a pole of the rational lens is black, not noise`, async () => {
    const K = [500, 0, 319.5, 0, 500, 239.5, 0, 0, 1];
    const r = rectification(calibratedBy('pinhole', small, { K, D: [0, 0, 0, 0, 0, -10, 0, 0] }), 'left')!;
    const from = drawPlanes(small, ...([() => 200, () => 90, () => 160] as const));
    const drawn = await through(road, r, from);
    // The denominator 1 - 10 r2 is 0 at 158 px from the axis; before that the source has long left the picture.
    const row = Array.from({ length: 9 }, (_, off) => drawn.y[239 * 640 + 319 + 154 + off]);
    assert.deepEqual(new Set(row), new Set([16]));
  });

  test(`${road}: black is that of the range, and colorimetry and siting come out as they went in`, async () => {
    const r = rectification(caseOf({ left: { zoom: 0.5 } }), 'left')!;
    const from = drawPlanes(small, ...([() => 200, () => 90, () => 160] as const));
    for (const [colorimetry, site, black] of [
      ['bt601', 'mpeg2', 16],
      ['1:4:0:0', 'jpeg', 0],
    ] as const) {
      const caps = `colorimetry=(string)${colorimetry},chroma-site=(string)${site}`;
      const { data, caps: out } = await renderPlanes(
        road,
        r,
        toBytes(from, 'I420'),
        { from: 'I420', to: 'NV12' },
        { caps },
      );
      const drawn = fromBytes(data, small, 'NV12');
      assert.deepEqual([drawn.y[0], drawn.u[0], drawn.v[0]], [black, 128, 128]);
      const middle = 120 * 320 + 160;
      assert.deepEqual([drawn.y[240 * 640 + 320], drawn.u[middle], drawn.v[middle]], [200, 90, 160]);
      assert.match(out, new RegExp(`colorimetry=\\(string\\)${colorimetry}`));
      assert.match(out, new RegExp(`chroma-site=\\(string\\)${site}`));
    }
  });

  test(`${road}: a buffer with strides and offsets of its own`, async () => {
    const r = rectification(caseOf({ left: { flip: 'horizontal' } }), 'left')!;
    const from = drawPlanes(
      small,
      (x, y) => wave(x + y, 8, 24),
      (x) => wave(x, 16, 12),
      (x, y) => wave(x - y, 8, 20),
    );
    // videocrop moves offsets and leaves strides, as in the buffers of cameras with padding.
    const padding = 'videobox left=-26 top=-6 right=-14 bottom=-10 ! videocrop left=26 top=6 right=14 bottom=10';
    for (const format of ['I420', 'NV12'] as const)
      for (const { name, mean, p999 } of await compared(road, r, from, { from: 'I420', to: format }, padding))
        assert.ok(mean < 1 && p999 <= 8, `${format} ${name}: mean ${mean}, 99.9th percentile ${p999}`);
  });
}

test('remap: past the turning point of a lens, where a picture comes back mirrored', async () => {
  const eye = { K: [420, 0, 318, 0, 420, 242, 0, 0, 1], D: [-0.45, 0, 0.001, -0.001] };
  const P = [160, 0, 322, 0, 0, 160, 238, 0, 0, 0, 1, 0];
  const r = rectification(calibratedBy('pinhole', small, { ...eye, P }), 'left')!;
  assert.ok(lensStepError(r) > 0.025, 'the shader cannot follow it in steps');
  const from = drawPlanes(
    small,
    (x, y) => (wave(x, 8, 24) + wave(y, 8, 24)) / 2,
    (x) => wave(x, 16, 12),
    (x, y) => wave(x - y, 8, 20),
  );
  for (const { name, mean, p999, outside } of await compared('remap', r, from)) {
    assert.ok(mean < 1 && p999 <= 8, `${name}: mean ${mean}, 99.9th percentile ${p999}`);
    assert.equal(outside, 0, `${name}: outside is not black`);
  }
});

test('remap: what is not given moves nothing, and the size stays', async () => {
  const from = drawPlanes(
    odd,
    (x, y) => wave(x + y, 8, 24),
    (x) => wave(x, 16, 12),
    (x, y) => wave(x - y, 8, 20),
  );
  const drawn = await drawPicture(toBytes(from, 'NV12'), 'nv12', odd, 'lensremap');
  assert.deepEqual(fromBytes(drawn, odd, 'NV12'), from);
});

async function through(
  road: PlaneRoad,
  r: Rectification,
  from: Planes,
  formats: { from: PlanarFormat; to: PlanarFormat } = { from: 'I420', to: 'NV12' },
  fragment = '',
): Promise<Planes> {
  const { data } = await renderPlanes(road, r, toBytes(from, formats.from), formats, { through: fragment });
  return fromBytes(data, r.output, formats.to);
}

/** Per plane: mean, 99.9th percentile and greatest of the absolute difference inside, mean at the edge, greatest outside. */
async function compared(
  road: PlaneRoad,
  r: Rectification,
  from: Planes,
  formats?: { from: PlanarFormat; to: PlanarFormat },
  fragment?: string,
): Promise<(Difference & { name: string })[]> {
  const drawn = await through(road, r, from, formats, fragment);
  return rectifiedPlanes(r, from, r.source.height > 576).map(({ name, ...reference }) => ({
    name,
    ...differenceFrom(reference, drawn[name]),
  }));
}

/** In a picture that changes by 60 levels a sample, 0.05 of one are 3; half a level is rounding, and a 256th of the slope the filter's own steps. */
async function mapIsExact(road: PlaneRoad, r: Rectification): Promise<void> {
  assert.ok(lensStepError(r) < 0.025, 'the plan would take another road');
  const slope = 60;
  const across = (x: number) => wave(x, slope, 8);
  const down = (_: number, y: number) => wave(y, slope, 8);
  for (const draw of [across, down]) {
    for (const { name, worst, compared: share } of await compared(road, r, drawPlanes(r.source, draw, draw, draw))) {
      assert.ok(share > 0.3, `only ${share} of ${name} compared`);
      const px = (worst - 0.5 - slope / 256) / slope;
      assert.ok(px < 0.05, `${name}: off by ${px} px`);
    }
  }
}

function calibrated(model: 'pinhole' | 'fisheye', coefficients: number, size: { width: number; height: number }): Case {
  return calibratedBy(model, size, randomEye(random(coefficients + size.width), model, coefficients, size));
}

function calibratedBy(
  model: 'pinhole' | 'fisheye',
  size: { width: number; height: number },
  eye: Calibration['left'] & object,
): Case {
  const calibration: Calibration = { model, size: [size.width, size.height], left: eye, right: eye };
  return caseOf({ ...size, calibration });
}

/** Wide lenses as they are sold for robots: 110 degrees across with a barrel that moves corners by a third; 180 degrees. */
function strong(model: 'pinhole' | 'fisheye', size: { width: number; height: number }): Rectification {
  const { width, height } = size;
  const focal = width * (model === 'pinhole' ? 0.5 : 0.32);
  const K = [focal, 0, (width - 1) / 2, 0, focal, (height - 1) / 2, 0, 0, 1];
  const seen = focal * (model === 'pinhole' ? 0.7 : 0.5);
  const P = [seen, 0, (width - 1) / 2, 0, 0, seen, (height - 1) / 2, 0, 0, 0, 1, 0];
  const D = model === 'pinhole' ? [-0.32, 0.12, 0.001, -0.001, -0.02] : [-0.04, 0.01, -0.005, 0.001];
  return rectification(calibratedBy(model, size, { K, D, P }), 'left')!;
}
