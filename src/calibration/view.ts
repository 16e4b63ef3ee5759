import type { Profile, View } from '../protocol/configuration.js';
import type { Eye } from '../protocol/ws.js';
import { compose, type Matrix3, scaleThenOffset } from './matrix3.js';

/** Width and height in pixels. */
export interface Size {
  width: number;
  height: number;
}

/** The cameras that a profile shows: `mono` the left one alone, or with `view.swap` the right one. */
export function camerasShown({ layout, view }: Pick<Profile, 'layout' | 'view'>): Eye[] {
  if (layout !== 'mono') return ['left', 'right'];
  return [view.swap ? 'right' : 'left'];
}

/**
 * Size of the picture of one eye that leaves the rectify stage. It is `capture`, and with width and height exchanged when the cameras are
 * mounted turned by a quarter (`rotate` 90 or 270 in every one shown). With only one of two eyes turned the frame stays as captured, and the
 * turned picture is fitted into it.
 */
export function outputSize(profile: Pick<Profile, 'capture' | 'view' | 'layout'>): Size {
  const { width, height } = profile.capture;
  const turned = camerasShown(profile).every((eye) => isQuarterTurn(profile.view[eye]));
  return turned ? { width: height, height: width } : { width, height };
}

/**
 * Where the view puts a point of the (rectified) picture, in units of each picture (0..1, left to right and top to bottom, pixel edges at 0
 * and 1): crop, rotate, flip, then about the centre of the frame roll and zoom, then shift.
 */
export function viewMatrix(view: View, source: Size, output: Size): Matrix3 {
  const { crop } = view;
  const kept = { width: 1 - crop.left - crop.right, height: 1 - crop.top - crop.bottom };
  const fit = fitting(view, source, output);
  const angle = (view.roll_deg * Math.PI) / 180;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const aspect = output.width / output.height;
  return compose(
    scaleThenOffset(1, 1, view.shift_x, view.shift_y),
    aboutCentre(scaleThenOffset(view.zoom, view.zoom, 0, 0)),
    // A rotation is one only where both axes have the same unit: y is counted in widths for its time.
    aboutCentre([cos, -sin / aspect, 0, sin * aspect, cos, 0, 0, 0, 1]),
    aboutCentre(scaleThenOffset(fit.x, fit.y, 0, 0)),
    flips[view.flip],
    rotations[view.rotate],
    scaleThenOffset(1 / kept.width, 1 / kept.height, -crop.left / kept.width, -crop.top / kept.height),
  );
}

export function isQuarterTurn(view: View): boolean {
  return view.rotate === 90 || view.rotate === 270;
}

function aboutCentre(matrix: Matrix3): Matrix3 {
  return compose(scaleThenOffset(1, 1, 0.5, 0.5), matrix, scaleThenOffset(1, 1, -0.5, -0.5));
}

/** Clockwise: the top left corner (0, 0) goes to the top right (1, 0) by a quarter. */
const rotations: Record<View['rotate'], Matrix3> = {
  0: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  90: [0, -1, 1, 1, 0, 0, 0, 0, 1],
  180: [-1, 0, 1, 0, -1, 1, 0, 0, 1],
  270: [0, 1, 0, -1, 0, 1, 0, 0, 1],
};

const flips: Record<View['flip'], Matrix3> = {
  none: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  horizontal: [-1, 0, 1, 0, 1, 0, 0, 0, 1],
  vertical: [1, 0, 0, 0, -1, 1, 0, 0, 1],
  both: [-1, 0, 1, 0, -1, 1, 0, 0, 1],
};

/** Shares of the frame that the turned picture takes: all of it, except where its aspect is not the frame's. */
function fitting(view: View, source: Size, output: Size): { x: number; y: number } {
  const turned = isQuarterTurn(view) ? { width: source.height, height: source.width } : source;
  const scale = Math.min(output.width / turned.width, output.height / turned.height);
  return { x: (turned.width * scale) / output.width, y: (turned.height * scale) / output.height };
}
