export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The largest rectangle of this aspect (width over height) in the middle of `width` x `height`. */
export function fit(aspect: number, width: number, height: number): Rectangle {
  const fitted = Math.min(width, height * aspect);
  const [w, h] = [fitted, fitted / aspect];
  return { x: (width - w) / 2, y: (height - h) / 2, width: w, height: h };
}
