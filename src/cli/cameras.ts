import { holderOf } from '../pipeline/camera-holders.js';
import type { CameraFound, LeftOut } from '../pipeline/machine.js';
import type { Command } from './command.js';
import { leftOutLines } from './left-out.js';
import { slowly } from './slowly.js';

export const command: Command = {
  name: 'cameras',
  summary: 'list the cameras, their modes, who has them open',
  help: 'What libcamera and V4L2 tell, and which of their devices are no cameras. `device` of the configuration takes the socket (CAM0), the id or the number of a camera.',
  async run({ json, print }) {
    const { probeCameras } = await import('../engine/probe-cameras.js');
    const found = await slowly(probeCameras((fault) => process.stderr.write(`${fault}\n`)));
    print(json ? JSON.stringify(found) : report(found.cameras, found.leftOut));
    return 0;
  },
};

/** The cameras for people, numbered as `device` counts them, and what was taken for none. */
export function report(cameras: readonly CameraFound[], leftOut: readonly LeftOut[] = []): string {
  const none =
    'No camera found. Without one the simulated scene is streamed; check cable and connector, and that this user is in the group video.';
  const others = leftOutLines(leftOut);
  return [
    cameras.length === 0 ? none : cameras.map((camera) => cameraLines(camera, cameras)).join('\n'),
    ...(others.length === 0
      ? []
      : ['', 'Not taken for cameras, unless `device` names one:', ...others.map((line) => `  ${line}`)]),
  ].join('\n');
}

function cameraLines(camera: CameraFound, cameras: readonly CameraFound[]): string {
  const { api, id } = camera;
  const index = cameras.filter((other) => other.api === api).indexOf(camera);
  const name = camera.name === id ? '' : `  ${camera.name}`;
  const socket = camera.socket === null || camera.socket === undefined ? [] : [`  in socket ${camera.socket}`];
  const stable = camera.links?.[0] === undefined ? [] : [`  always ${camera.links[0]}`];
  const holder = holderOf(camera);
  const held = holder === null ? [] : [`  in use by ${holder}`];
  return [`${api} ${index}: ${id}${name}`, ...socket, ...stable, ...held, ...modeLines(camera)].join('\n');
}

/** A line a size: what formats and rates there are. */
function modeLines({ modes }: CameraFound): string[] {
  const bySize = new Map<string, { formats: Set<string>; fps: Set<number> }>();
  for (const { width, height, fps, format } of modes) {
    const size = `${width}x${height}`;
    const line = bySize.get(size) ?? { formats: new Set(), fps: new Set() };
    line.formats.add(format);
    for (const rate of fps) line.fps.add(rate);
    bySize.set(size, line);
  }
  return [...bySize].map(([size, { formats, fps }]) => {
    const rates = fps.size === 0 ? '' : ` at ${[...fps].toSorted((one, other) => one - other).join(', ')}`;
    return `  ${size}${rates}  ${[...formats].join(' ')}`;
  });
}
