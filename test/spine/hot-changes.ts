import type { Eye } from '../../src/protocol/ws.js';

/** Another value of a key, and what is set before it so that it shows. */
export interface Change {
  value: unknown;
  first?: object;
  /** The picture stays as it is, and the answer says this cost. */
  unseen?: 'none' | 'hot';
  /** The running graph says so. */
  graph?: RegExp;
  /** Frames come so much later from then on at least, ms. */
  later?: number;
}

const straight = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const camera = (focal: number): number[] => [focal, 0, 319.5, 0, focal, 239.5, 0, 0, 1];
const projection = (focal: number): number[] => [focal, 0, 319.5, 0, 0, focal, 239.5, 0, 0, 0, 1, 0];
const turn = (degrees: number): [cos: number, sin: number] => [
  Math.cos((degrees * Math.PI) / 180),
  Math.sin((degrees * Math.PI) / 180),
];
const aboutX = (degrees: number, [cos, sin] = turn(degrees)): number[] => [1, 0, 0, 0, cos, -sin, 0, sin, cos];
const aboutY = (degrees: number, [cos, sin] = turn(degrees)): number[] => [cos, 0, sin, 0, 1, 0, -sin, 0, cos];

/** A calibration that leaves the picture as it is, but for what is given. */
export function calibrated({
  left = {},
  right = {},
  ...rest
}: Record<string, unknown> & { left?: object; right?: object }) {
  const eye = { K: camera(512), D: [0, 0, 0, 0] };
  const calibration = { model: 'pinhole', size: [640, 480], left: { ...eye, ...left }, right: { ...eye, ...right } };
  return { calibration: { ...calibration, ...rest } };
}

/** One eye's picture moves, the other one keeps its frame number where it can be read. */
const ofEye = (eye: Eye): Record<string, Change> => ({
  [`calibration.${eye}.K`]: { first: calibrated({ [eye]: { P: projection(512) } }), value: camera(600) },
  [`calibration.${eye}.D`]: { first: calibrated({}), value: [-0.2, 0, 0, 0] },
  [`calibration.${eye}.R`]: { first: calibrated({}), value: aboutY(8) },
  [`calibration.${eye}.P`]: { first: calibrated({}), value: projection(600) },
  [`view.${eye}.rotate`]: { value: eye === 'left' ? 90 : 180 },
  [`view.${eye}.flip`]: { value: 'horizontal' },
  [`view.${eye}.roll_deg`]: { value: 20 },
  [`view.${eye}.zoom`]: { value: 2 },
  [`view.${eye}.shift_x`]: { value: 0.3 },
  [`view.${eye}.shift_y`]: { value: 0.3 },
  [`view.${eye}.crop.left`]: { value: 0.3 },
  [`view.${eye}.crop.top`]: { value: 0.3 },
  [`view.${eye}.crop.right`]: { value: 0.3 },
  [`view.${eye}.crop.bottom`]: { value: 0.3 },
});

const turned = { R: straight, T: [-0.063, 0, 0] };
/**
 * A change of every key that is tagged hot, for a profile without calibration and with an eye as good as straight; `lens` is a calibration file. What moves
 * both eyes moves them so little that a frame number can still be read.
 */
export const changesOf = (lens: string): Record<string, Change> => ({
  description: { value: 'the rover', unseen: 'none' },
  'sim.baseline_mm': { value: 300 },
  'sim.distortion': { value: -0.3 },
  'sim.motion': { first: { sim: { motion: 1 } }, value: 0 },
  'calibration.file': { value: lens },
  'calibration.model': { first: calibrated({ model: 'none', left: { D: [-0.2, 0, 0, 0] } }), value: 'pinhole' },
  'calibration.size': { first: calibrated({ left: { D: [-0.2, 0, 0, 0] } }), value: [1280, 960] },
  'calibration.sensor': { first: calibrated({}), value: 'none', unseen: 'none' },
  'calibration.R': { first: calibrated(turned), value: aboutX(0.5) },
  'calibration.T': { first: calibrated(turned), value: [-0.063, -0.0006, 0] },
  'calibration.alpha': { first: calibrated({ ...turned, left: { D: [-0.03, 0, 0, 0] } }), value: 1 },
  ...ofEye('left'),
  ...ofEye('right'),
  'view.swap': { value: true, graph: /swap=true/ },
  'encode.bitrate_mbps': { value: 6, unseen: 'hot', graph: /bitrate=6000/ },
  'rate.playout_delay': { value: 'off', unseen: 'hot' },
  'rate.playout_delay.max_ms': { value: 200, unseen: 'hot' },
  'rate.playout_delay.min_ms': {
    first: { rate: { playout_delay: { max_ms: 200 } } },
    value: 200,
    unseen: 'hot',
    later: 100,
  },
});
