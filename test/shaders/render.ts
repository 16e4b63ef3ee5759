import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { uniformsText } from '../../src/calibration/uniforms.js';
import { packagePath } from '../../src/paths.js';

/** RGBA, row by row from the top, without padding. */
export interface Picture {
  width: number;
  height: number;
  data: Uint8Array;
}

/** Software or hardware GL without a display, as far back as GStreamer 1.22. */
const headless = { GST_GL_WINDOW: 'egl-device', GST_GL_PLATFORM: 'egl', GST_GL_API: 'gles2' };
const run = promisify(execFile);

/** A shader of ours over a picture, by GStreamer's own glshader and in the way in which the graph is printed: through bash. */
export async function renderPicture(
  shader: 'rectify.frag',
  uniforms: Record<string, number>,
  from: Picture,
  size: { width: number; height: number },
): Promise<Picture> {
  return inFolder(async (folder) => {
    const input = join(folder, 'in.rgba');
    await writeFile(input, from.data);
    const caps = `width=${from.width} height=${from.height}`;
    const source = `filesrc location=${input} blocksize=${from.data.length} ! rawvideoparse format=rgba ${caps} framerate=1/1 ! glupload`;
    return (await render(folder, source, shader, uniforms, size, '')).at(-1);
  });
}

/** The first `count` frames of the simulated scene, as they come out of `through`, a launch fragment such as an encoder and a decoder. */
export async function renderScene(
  uniforms: Record<string, number>,
  size: { width: number; height: number },
  count: number,
  fps: number,
  through = '',
): Promise<Picture[]> {
  const caps = `video/x-raw(memory:GLMemory),width=${size.width},height=${size.height},framerate=${fps}/1`;
  const source = `gltestsrc pattern=black num-buffers=${count} ! '${caps}'`;
  return inFolder((folder) => render(folder, source, 'sim.frag', uniforms, size, through));
}

/** A picture file as GStreamer decodes it. */
export async function readPicture(path: string, width: number, height: number): Promise<Picture> {
  return inFolder(async (folder) => {
    const output = join(folder, 'out.rgba');
    const line = `filesrc location=${path} ! decodebin ! videoconvert ! video/x-raw,format=RGBA ! filesink location=${output}`;
    await run('gst-launch-1.0', ['-q', ...line.split(' ')]);
    return (await frames(output, { width, height })).at(0);
  });
}

async function render(
  folder: string,
  source: string,
  shader: string,
  uniforms: Record<string, number>,
  { width, height }: { width: number; height: number },
  through: string,
): Promise<Picture[]> {
  const output = join(folder, 'out.rgba');
  const fragment = `fragment="\\"$(cat '${packagePath('shaders', shader)}')\\""`;
  const caps = `'video/x-raw,format=RGBA,width=${width},height=${height},pixel-aspect-ratio=1/1'`;
  const line =
    `gst-launch-1.0 -q ${source} ! glshader ${fragment} uniforms="${uniformsText('test', uniforms)}" ! ` +
    `gldownload ! ${through === '' ? '' : `${through} ! `}${caps} ! filesink location=${output}`;
  const { stderr } = await run('bash', ['-c', line], { env: { ...process.env, ...headless } });
  const pictures = await frames(output, { width, height });
  if (pictures.length === 0) throw new Error(`nothing came out: ${stderr}`);
  return pictures;
}

async function frames(path: string, { width, height }: { width: number; height: number }): Promise<Picture[]> {
  const data = new Uint8Array(await readFile(path));
  const frame = width * height * 4;
  if (data.length % frame !== 0) throw new Error(`${data.length} bytes are no pictures of ${width}x${height}`);
  return Array.from({ length: data.length / frame }, (_, index) => ({
    width,
    height,
    data: data.subarray(index * frame, (index + 1) * frame),
  }));
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<NonNullable<T>> {
  const folder = await mkdtemp(join(tmpdir(), 'binocle-shader-'));
  try {
    const result = await work(folder);
    if (result === undefined || result === null) throw new Error('nothing was rendered');
    return result;
  } finally {
    await rm(folder, { recursive: true });
  }
}
