import type { Machine } from '../../pipeline/machine.js';
import { displayName } from '../../config/source.js';
import { drawAndCompare } from './draw.js';
import { checkDrawing } from './drawing.js';
import { launchGl } from './launch-gl.js';
import { refused, type Row } from './row.js';
import {
  bodies,
  models,
  placeOf,
  type ShaderSource,
  shippedSource,
  shippedSources,
  sourceOfFiles,
  textOf,
} from './shader-sources.js';

/** One fault that the GLSL compiler found. */
export interface ShaderFault {
  /** From 1; undefined for faults of the whole, as from linking. */
  line: number | undefined;
  message: string;
}

/** Compiles the package's shaders with this machine's GL, and draws a picture through those that rectify. */
export async function checkShippedShaders(machine: Machine): Promise<Row[]> {
  const compiled = await Promise.all(shippedSources().map((source) => checkShader(source, machine)));
  const pairs = bodies.flatMap((body) => models.map((model) => ({ model, body })));
  const well = pairs.filter((_, index) => compiled[index]!.verdict === 'ok');
  const drawn = well.map(({ model, body }) => {
    const source = shippedSource(model, body);
    const template = body === 'planes.frag' ? 'planes' : 'shader';
    return checkDrawing(source.name, template, machine, () =>
      drawAndCompare(model, { body, fragment: textOf(source) }, machine),
    );
  });
  return [...compiled, ...(await Promise.all(drawn))];
}

/** Compiles a shader of the user's, by its path. */
export async function checkShaderFile(path: string, machine: Machine): Promise<Row> {
  let source: ShaderSource;
  try {
    source = sourceOfFiles([path]);
  } catch (error) {
    return refused('shader', displayName(path), error);
  }
  return checkShader(source, machine);
}

/** One small frame through a shader. */
export async function checkShader(source: ShaderSource, machine: Pick<Machine, 'gl' | 'pluginPath'>): Promise<Row> {
  const { gl } = machine;
  const row = { subject: 'shader', name: source.name } as const;
  if (!gl.available) return { ...row, verdict: 'warning', detail: `not compiled: ${gl.because}` };
  const fragment = textOf(source);
  // Quotes, backslashes and $ would not survive the launch line that carries the shader.
  const unquotable = /["\\`$]/.exec(fragment);
  if (unquotable !== null) {
    const place = placeOf(source, fragment.slice(0, unquotable.index).split('\n').length);
    const detail = `${place}  a shader cannot contain ${unquotable[0]}: it is carried in a launch line`;
    return { ...row, verdict: 'failure', reason: 'bad-graph', detail };
  }
  const frame = 'gltestsrc num-buffers=1 ! video/x-raw(memory:GLMemory),width=64,height=64 ! glshader';
  const { failed, output } = await launchGl([...frame.split(' '), `fragment="${fragment}"`, '!', 'fakesink'], machine);
  if (!failed) return { ...row, verdict: 'ok', detail: `compiles with ${gl.renderer}` };
  const detail = readFaults(output)
    .map(({ line, message }) => `${placeOf(source, line)}  ${message}`)
    .join('\n');
  return { ...row, verdict: 'failure', reason: 'bad-graph', detail };
}

/**
 * The compiler's log in GStreamer's error line and after it. Mesa writes `0:7(1): error: …`, ANGLE and most mobile drivers `ERROR: 0:7: …`,
 * NVIDIA `0(7) : error C0000: …`.
 */
export function readFaults(output: string): ShaderFault[] {
  const [, log] =
    /ERROR: from element [^\n]*?: ([\s\S]*?)\n(?:Additional debug info|ERROR: pipeline)/.exec(output) ?? [];
  const lines = (log ?? output)
    .split('\n')
    .map((line) => line.replace(/^.*shader compilation failed:\s*/, '').trim())
    .filter((line) => line !== '');
  const faults = lines.flatMap((text): ShaderFault[] => {
    const [, colon, bracket, message] =
      /^(?:ERROR: |WARNING: )?\d+(?::(\d+)(?:\(\d+\))?|\((\d+)\)) ?:\s*(.*)$/.exec(text) ?? [];
    return message === undefined ? [] : [{ line: Number(colon ?? bracket), message }];
  });
  if (faults.length > 0) return faults;
  return [{ line: undefined, message: lines[0] ?? 'gst-launch-1.0 gave no reason' }];
}
