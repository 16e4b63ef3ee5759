import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Rectification } from '../../src/calibration/rectification.js';
import { uniforms, uniformsText } from '../../src/calibration/uniforms.js';
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

/** The rectify shader over a picture, by GStreamer's own glshader and in the way in which the graph is printed: through bash. */
export async function renderPicture(r: Rectification, from: Picture): Promise<Picture> {
  return inFolder(async (folder) => {
    const source = `${await sourceOf(folder, from.data, 'rgba', from)} ! glupload`;
    return render(folder, source, rectifyShader(r, 'rectify.frag'), r.output);
  });
}

/** Pixel formats of 4:2:0. */
export type PlanarFormat = 'I420' | 'NV12' | 'YV12' | 'NV21';

/** What takes the planes of a 4:2:0 picture as they are. */
export const planeRoads = { shader: throughShader, remap: throughRemap };
export type PlaneRoad = keyof typeof planeRoads;

function throughShader(r: Rectification): string[] {
  const { width, height } = r.output;
  return [
    'planepack ! glupload ! planetexture',
    `glshader ${rectifyShader(r, 'planes.frag')}`,
    `'video/x-raw(memory:GLMemory),format=RGBA,width=${Math.ceil(width / 8) * 2},height=${(height * 3) / 2}'`,
    'gldownload ! planeunpack',
  ];
}

function throughRemap(r: Rectification): string[] {
  return [`lensremap uniforms="${uniformsText('test', uniforms(r))}"`];
}

/**
 * The planes of a 4:2:0 picture by such a road, from and to any of its formats. Both pictures are the bytes of GStreamer's
 * own layout. `through` is a launch fragment in front of it, `caps` more of the input's caps; what came out also says its caps.
 */
export async function renderPlanes(
  road: PlaneRoad,
  r: Rectification,
  from: Uint8Array,
  formats: { from: PlanarFormat; to: PlanarFormat },
  { through = '', caps = '' } = {},
): Promise<{ data: Uint8Array; caps: string }> {
  return inFolder(async (folder) => {
    const { width, height } = r.output;
    const output = join(folder, 'out.yuv');
    const line = [
      `gst-launch-1.0 -v ${await sourceOf(folder, from, formats.from.toLowerCase(), r.source)}`,
      ...(caps === '' ? [] : [`capssetter 'caps=video/x-raw,${caps}'`]),
      ...(through === '' ? [] : [through]),
      ...planeRoads[road](r),
      `video/x-raw,format=${formats.to},width=${width},height=${height}`,
      `filesink name=out location=${output}`,
    ].join(' ! ');
    const { stdout, stderr } = await bash(line);
    const data = new Uint8Array(await readFile(output));
    if (data.length === 0) throw new Error(`nothing came out: ${stderr}`);
    return { data, caps: /out\.GstPad:sink: caps = (.*)/.exec(stdout)?.[1] ?? '' };
  });
}

/** One frame of raw video through a launch fragment. */
export async function drawPicture(
  data: Uint8Array,
  format: string,
  size: { width: number; height: number },
  fragment: string,
): Promise<Uint8Array> {
  return inFolder(async (folder) => {
    const output = join(folder, 'out.raw');
    await bash(
      `gst-launch-1.0 -q ${await sourceOf(folder, data, format, size)} ! ${fragment} ! filesink location=${output}`,
    );
    return new Uint8Array(await readFile(output));
  });
}

/** One frame of raw video out of a file. */
async function sourceOf(
  folder: string,
  data: Uint8Array,
  format: string,
  { width, height }: { width: number; height: number },
): Promise<string> {
  const input = join(folder, 'in.raw');
  await writeFile(input, data);
  return `filesrc location=${input} blocksize=${data.length} ! rawvideoparse format=${format} width=${width} height=${height} framerate=1/1`;
}

function rectifyShader(r: Rectification, body: 'rectify.frag' | 'planes.frag'): string {
  return shaderText([lensFile(r), body], uniforms(r));
}

export function lensFile(r: Rectification): 'fisheye.glsl' | 'pinhole.glsl' {
  return r.lens.model === 'fisheye' ? 'fisheye.glsl' : 'pinhole.glsl';
}

function shaderText(files: readonly string[], values: Record<string, number>): string {
  const paths = files.map((file) => `'${packagePath('shaders', file)}'`);
  return `fragment="\\"$(cat ${paths.join(' ')})\\"" uniforms="${uniformsText('test', values)}"`;
}

/** With our plugin, and GL without a display. */
export function bash(line: string): Promise<{ stdout: string; stderr: string }> {
  const env = { ...process.env, ...headless, GST_PLUGIN_PATH: packagePath('dist', 'native') };
  return run('bash', ['-c', line], { env });
}

/** A picture file as GStreamer decodes it. */
export async function readPicture(path: string, width: number, height: number): Promise<Picture> {
  return inFolder(async (folder) => {
    const output = join(folder, 'out.rgba');
    const line = `filesrc location=${path} ! decodebin ! videoconvert ! video/x-raw,format=RGBA ! filesink location=${output}`;
    await run('gst-launch-1.0', ['-q', ...line.split(' ')]);
    return picturesIn(new Uint8Array(await readFile(output)), { width, height }).at(0);
  });
}

async function render(
  folder: string,
  source: string,
  shader: string,
  { width, height }: { width: number; height: number },
): Promise<Picture> {
  const output = join(folder, 'out.rgba');
  const caps = `'video/x-raw,format=RGBA,width=${width},height=${height},pixel-aspect-ratio=1/1'`;
  const line = `gst-launch-1.0 -q ${source} ! glshader ${shader} ! gldownload ! ${caps} ! filesink location=${output}`;
  const { stderr } = await bash(line);
  const [picture] = picturesIn(new Uint8Array(await readFile(output)), { width, height });
  if (picture === undefined) throw new Error(`nothing came out: ${stderr}`);
  return picture;
}

/** The pictures in RGBA of one after the other. */
export function picturesIn(data: Uint8Array, { width, height }: { width: number; height: number }): Picture[] {
  const frame = width * height * 4;
  if (data.length % frame !== 0) throw new Error(`${data.length} bytes are no pictures of ${width}x${height}`);
  return Array.from({ length: data.length / frame }, (_, index) => ({
    width,
    height,
    data: data.subarray(index * frame, (index + 1) * frame),
  }));
}

export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<NonNullable<T>> {
  const folder = await mkdtemp(join(tmpdir(), 'binocle-picture-'));
  try {
    const result = await work(folder);
    if (result === undefined || result === null) throw new Error('nothing was rendered');
    return result;
  } finally {
    await rm(folder, { recursive: true });
  }
}
