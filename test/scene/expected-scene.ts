import { mapPixel, rectification } from '../../src/calibration/rectification.js';
import { simMarks } from '../../src/pipeline/sim.js';
import type { Profile } from '../../src/protocol/configuration.js';
import type { Eye } from '../../src/protocol/ws.js';
import { across, block, type Decoded, down } from './decoded-scene.js';
import { sceneBytes } from './render.js';

/** Mean luma of the blocks of each eye (see {@link Decoded}); NaN where the frame number is in the block, which is another one in every frame. */
export type Expected = Record<Eye, number[]>;

const [width, height] = [across * block, down * block];
/** The code and what is below it, rows from the top. */
const codeRow = height - ((simMarks.code.bottom + 1.5) * width) / simMarks.columns;
/** Luma of black in a picture of limited range (ITU-R BT.601). */
const black = 16;

const scenes = new Map<string, Promise<Uint8Array>>();
const known = new Map<string, Promise<number[]>>();

/** What a profile with a scene that stands still comes to: drawn by the scene's element alone, rectified by the reference in TypeScript. */
export async function expectedScene(profile: Profile): Promise<Expected> {
  const [left, right] = profile.view.swap ? (['right', 'left'] as const) : (['left', 'right'] as const);
  return { left: await once(profile, left), right: await once(profile, right) };
}

/** It takes a while, and the same profiles come again and again. */
function once(profile: Profile, eye: Eye): Promise<number[]> {
  const key = JSON.stringify([eye, profile.sim, profile.calibration, { ...profile.view, swap: null }]);
  if (!known.has(key)) known.set(key, expectedEye(profile, eye));
  return known.get(key)!;
}

async function expectedEye(profile: Profile, eye: Eye): Promise<number[]> {
  const key = JSON.stringify([eye, profile.sim]);
  if (!scenes.has(key)) scenes.set(key, sceneBytes(profile, eye, 1, 'NV12'));
  const luma = await scenes.get(key)!;
  const wanted = rectification(profile, eye);
  const lumaAt = (x: number, y: number): number => {
    const [u, v] = (wanted === null ? [x, y] : mapPixel(wanted, x, y)).map((at) => Math.round(at)) as [number, number];
    if (!(u >= 0 && v >= 0 && u < width && v < height)) return black;
    return v >= codeRow ? NaN : luma[v * width + u]!;
  };
  return Array.from({ length: across * down }, (_, index) => {
    const [left, top] = [(index % across) * block, Math.floor(index / across) * block];
    let sum = 0;
    for (let y = top; y < top + block; y += 2) for (let x = left; x < left + block; x += 2) sum += lumaAt(x, y);
    return (4 * sum) / block ** 2;
  });
}

/** Of the blocks that can be judged, how many are not as expected, as a fraction; of the eye in which more are. */
export function shareOff({ luma }: Decoded, expected: Expected): number {
  return Math.max(...(['left', 'right'] as const).map((eye) => shareOffIn(luma[eye], expected[eye])));
}

function shareOffIn(luma: Uint8Array, expected: readonly number[]): number {
  const off = expected.flatMap((value, index) => (Number.isNaN(value) ? [] : [Math.abs(luma[index]! - value)]));
  return off.filter((levels) => levels > 16).length / off.length;
}
