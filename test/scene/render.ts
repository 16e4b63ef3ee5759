import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { simProperties } from '../../src/pipeline/sim.js';
import type { Profile } from '../../src/protocol/configuration.js';
import type { Eye } from '../../src/protocol/ws.js';
import { bash, inFolder, type Picture, picturesIn } from '../shaders/render.js';

export type Scene = Pick<Profile, 'sim' | 'capture'>;

/** The first `count` frames of the simulated scene. Where `through`, an encoder and a decoder, say, is given it takes NV12 and gives RGBA. */
export async function renderScene(scene: Scene, eye: Eye, count: number, through = ''): Promise<Picture[]> {
  return picturesIn(await sceneBytes(scene, eye, count, through === '' ? 'RGBA' : 'NV12', through), scene.capture);
}

/** The same as the bytes of frames in `format`. */
export async function sceneBytes(
  scene: Scene,
  eye: Eye,
  count: number,
  format: string,
  through = '',
): Promise<Uint8Array> {
  const { width, height, fps } = scene.capture;
  return inFolder(async (folder) => {
    const output = join(folder, 'out.raw');
    const properties = Object.entries(simProperties(scene, eye));
    const line = [
      `gst-launch-1.0 -q videotestsrc pattern=black num-buffers=${count}`,
      `'video/x-raw,format=GRAY8,width=16,height=16,framerate=${fps}/1'`,
      `stereoscene ${properties.map(([name, value]) => `${name.replaceAll('_', '-')}=${value}`).join(' ')}`,
      `'video/x-raw,format=${format},width=${width},height=${height}'`,
      ...(through === '' ? [] : [through, "'video/x-raw,format=RGBA'"]),
      `filesink location=${output}`,
    ].join(' ! ');
    const { stderr } = await bash(line);
    const bytes = new Uint8Array(await readFile(output));
    if (bytes.length === 0) throw new Error(`nothing came out: ${stderr}`);
    return bytes;
  });
}
