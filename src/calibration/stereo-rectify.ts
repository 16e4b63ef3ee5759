import { coefficientCounts, type Lens, lensOf } from './lens.js';
import { apply, type Matrix3, multiply, transpose } from './matrix3.js';
import { cross, length, rotationAbout, rotationVector, scaled, type Vector3 } from './rotation.js';
import { undistort } from './undistort.js';
import type { Size } from './view.js';

/** Two calibrated cameras and how they stand to each other, in OpenCV's conventions. */
export interface StereoCameras {
  model: 'pinhole' | 'fisheye';
  size: Size;
  left: { K: readonly number[]; D: readonly number[] };
  right: { K: readonly number[]; D: readonly number[] };
  /** x_right = R x_left + T; R 3x3 row by row, T in any unit. */
  R: readonly number[];
  T: readonly number[];
  /**
   * How much of the pictures is kept: 0 none of what a camera did not see, 1 all that it saw; -1 OpenCV's default in between. With fisheye it is
   * OpenCV's `balance`, and -1 is 0.
   */
  alpha: number;
}

/** The rotation and projection of one eye: R 3x3 and P 3x4, row by row. */
export interface RectifiedEye {
  R: Matrix3;
  P: readonly number[];
}

interface Camera {
  lens: Lens;
  fx: number;
  fy: number;
  cx: number;
  cy: number;
}

interface Point {
  x: number;
  y: number;
}

interface Rectangle {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const eyes = ['left', 'right'] as const;

/**
 * Rotations and projections that bring the same point onto the same row of both eyes (the same column where the cameras stand above each other):
 * Bouguet's method exactly as OpenCV's `stereoRectify` with CALIB_ZERO_DISPARITY, and `fisheye::stereoRectify` for the fisheye model (there also
 * for cameras above each other). K and R must be sound, T not zero, D of a length that the model takes.
 */
export function stereoRectify(cameras: StereoCameras): { left: RectifiedEye; right: RectifiedEye } {
  const { model, size, alpha } = cameras;
  const { left, right, baseline, axis } = sharedOrientation(cameras.R, cameras.T);
  const views = eyes.map((eye) => {
    const lens = lensOf(model, cameras[eye].D);
    if (lens === null) throw new Error(`${model} takes ${coefficientCounts[model].join(', ')} coefficients`);
    const [fx = NaN, , cx = NaN, , fy = NaN, cy = NaN] = cameras[eye].K;
    return { camera: { lens, fx, fy, cx, cy }, R: eye === 'left' ? left : right };
  });
  const { focal, centre } =
    model === 'fisheye'
      ? fisheyeProjection(views, size, Math.max(alpha, 0))
      : pinholeProjection(views, size, axis, alpha);
  const projection = (offset: number) => {
    const shift = axis === 'x' ? [offset, 0] : [0, offset];
    return [focal, 0, centre.x, shift[0]!, 0, focal, centre.y, shift[1]!, 0, 0, 1, 0];
  };
  return { left: { R: left, P: projection(0) }, right: { R: right, P: projection(baseline * focal) } };
}

/** Each camera is turned by half of what is between them, then both so that the baseline lies along an axis of the picture. */
function sharedOrientation(R: readonly number[], T: readonly number[]) {
  const half = rotationAbout(scaled(rotationVector(R as unknown as Matrix3), -0.5));
  const [tx = NaN, ty = NaN, tz = NaN] = T;
  const t: Vector3 = apply(half, tx, ty, tz);
  const axis = Math.abs(t[0]) > Math.abs(t[1]) ? 'x' : 'y';
  const along = axis === 'x' ? t[0] : t[1];
  const sign = along > 0 ? 1 : -1;
  const turn = cross(t, axis === 'x' ? [sign, 0, 0] : [0, sign, 0]);
  const size = length(turn);
  const toAxis = rotationAbout(size > 0 ? scaled(turn, Math.acos(Math.abs(along) / length(t)) / size) : turn);
  const right = multiply(toAxis, half);
  const [bx, by] = apply(right, tx, ty, tz);
  return { left: multiply(toAxis, transpose(half)), right, baseline: axis === 'x' ? bx : by, axis } as const;
}

type View = { camera: Camera; R: Matrix3 };

/** The new focal length and principal point of both eyes: the corners' middle in the middle, then as large as `alpha` asks. */
function pinholeProjection(views: readonly View[], { width, height }: Size, axis: 'x' | 'y', alpha: number) {
  const across = views.map(({ camera }) => (axis === 'x' ? camera.fy : camera.fx));
  const focal = (across[0]! + across[1]!) / 2;
  const corners = grid({ width, height }, 2);
  const centre = mean(
    views.map(({ camera, R }) => {
      // OpenCV keeps these corners in single precision.
      const seen = corners.map((corner) => {
        const ray = undistorted(camera, corner);
        const point = project(R, { x: Math.fround(ray.x), y: Math.fround(ray.y) });
        return { x: Math.fround(point.x * focal), y: Math.fround(point.y * focal) };
      });
      const middle = mean(seen);
      return { x: (width - 1) / 2 - middle.x, y: (height - 1) / 2 - middle.y };
    }),
  );
  if (alpha < 0) return { focal, centre };
  const seen = views.map(({ camera, R }) => {
    const points = grid({ width, height }, 9).map((point) => project(R, undistorted(camera, point)));
    return points.map(({ x, y }) => ({ x: focal * x + centre.x, y: focal * y + centre.y }));
  });
  const scale = (rectangles: readonly Rectangle[], extreme: (...values: number[]) => number) =>
    extreme(
      ...rectangles.flatMap(({ left, top, right, bottom }) => [
        centre.x / (centre.x - left),
        centre.y / (centre.y - top),
        (width - 1 - centre.x) / (right - centre.x),
        (height - 1 - centre.y) / (bottom - centre.y),
      ]),
    );
  const share = Math.min(alpha, 1);
  const inside = scale(seen.map(innerRectangle), Math.max);
  const outside = scale(seen.map(outerRectangle), Math.min);
  return { focal: focal * (inside * (1 - share) + outside * share), centre };
}

/** OpenCV's `estimateNewCameraMatrixForUndistortRectify` for both eyes; the smaller focal length and the mean principal point hold for both. */
function fisheyeProjection(views: readonly View[], { width, height }: Size, balance: number) {
  const [halfWidth, halfHeight] = [Math.floor(width / 2), Math.floor(height / 2)];
  const borders = [
    { x: halfWidth, y: 0 },
    { x: width, y: halfHeight },
    { x: halfWidth, y: height },
    { x: 0, y: halfHeight },
  ];
  const estimates = views.map(({ camera, R }) => {
    const aspect = camera.fx / camera.fy;
    const points = borders.map((border) => {
      const { x, y } = project(R, undistorted(camera, border));
      return { x, y: y * aspect };
    });
    const middle = mean(points);
    const { left, top, right, bottom } = outerRectangle(points);
    const focals = [
      (width * 0.5) / (middle.x - left),
      (width * 0.5) / (right - middle.x),
      (height * 0.5 * aspect) / (middle.y - top),
      (height * 0.5 * aspect) / (bottom - middle.y),
    ];
    const share = Math.min(balance, 1);
    const focal = share * Math.min(...focals) + (1 - share) * Math.max(...focals);
    return {
      focal: focal / aspect,
      centre: { x: width * 0.5 - middle.x * focal, y: (height * aspect * 0.5 - middle.y * focal) / aspect },
    };
  });
  return { focal: Math.min(...estimates.map((one) => one.focal)), centre: mean(estimates.map((one) => one.centre)) };
}

/** `count` by `count` pixels from corner to corner, row by row. */
function grid({ width, height }: Size, count: number): Point[] {
  return Array.from({ length: count * count }, (_, index) => ({
    x: ((index % count) * (width - 1)) / (count - 1),
    y: (Math.floor(index / count) * (height - 1)) / (count - 1),
  }));
}

function undistorted({ lens, fx, fy, cx, cy }: Camera, { x, y }: Point): Point {
  const [rayX, rayY] = undistort(lens, (x - cx) / fx, (y - cy) / fy);
  return { x: rayX, y: rayY };
}

function project(R: Matrix3, { x, y }: Point): Point {
  const [u, v, w] = apply(R, x, y, 1);
  return { x: u / w, y: v / w };
}

function mean(points: readonly Point[]): Point {
  const sum = points.reduce((one, { x, y }) => ({ x: one.x + x, y: one.y + y }), { x: 0, y: 0 });
  return { x: sum.x / points.length, y: sum.y / points.length };
}

function outerRectangle(points: readonly Point[]): Rectangle {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

/** The largest upright rectangle inside of a square grid of points that was bent. */
function innerRectangle(points: readonly Point[]): Rectangle {
  const count = Math.sqrt(points.length);
  const column = (index: number) => points.filter((_, at) => at % count === index).map(({ x }) => x);
  const row = (index: number) => points.slice(index * count, (index + 1) * count).map(({ y }) => y);
  return {
    left: Math.max(...column(0)),
    top: Math.max(...row(0)),
    right: Math.min(...column(count - 1)),
    bottom: Math.min(...row(count - 1)),
  };
}
