import { holderOf } from '../pipeline/camera-holders.js';
import type { CameraFound } from '../pipeline/machine.js';
import type { Command } from './command.js';
import { slowly } from './slowly.js';

export const command: Command = {
  name: 'cameras',
  summary: 'list the cameras, their modes, who has them open',
  help: 'What libcamera and V4L2 tell. `device` of the configuration takes the id or the number of a camera.',
  async run({ json, print }) {
    const { probeCameras } = await import('../engine/probe-cameras.js');
    const cameras = await slowly(probeCameras((fault) => process.stderr.write(`${fault}\n`)));
    print(json ? JSON.stringify({ cameras }) : report(cameras));
    return 0;
  },
};

/** The cameras for people, numbered as `device` counts them. */
export function report(cameras: readonly CameraFound[]): string {
  if (cameras.length === 0)
    return 'No camera found. Without one the simulated scene is streamed; check cable and connector, and that this user is in the group video.';
  return cameras
    .map((camera) => {
      const index = cameras.filter(({ api }) => api === camera.api).indexOf(camera);
      const name = camera.name === camera.id ? '' : `  ${camera.name}`;
      const holder = holderOf(camera);
      const held = holder === null ? [] : [`  in use by ${holder}`];
      return [`${camera.api} ${index}: ${camera.id}${name}`, ...held, ...modeLines(camera)].join('\n');
    })
    .join('\n');
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
