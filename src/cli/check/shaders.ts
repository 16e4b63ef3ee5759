import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { packagePath } from '../../paths.js';
import type { GlProbe } from '../../pipeline/machine.js';
import { displayName } from '../../config/source.js';
import { refused, type Row } from './row.js';

/** One fault that the GLSL compiler found. */
export interface ShaderFault {
  /** From 1; undefined for faults of the whole, as from linking. */
  line: number | undefined;
  message: string;
}

/** The package's fragment shaders. */
export function shippedShaders(): string[] {
  const folder = packagePath('shaders');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.frag'))
    .map((name) => packagePath('shaders', name));
}

/** Compiles each shader with this machine's GL, in a process of its own: a driver that crashes is a failed check and nothing more. */
export function checkShaders(paths: readonly string[], gl: GlProbe): Promise<Row[]> {
  return Promise.all(paths.map((path) => checkShader(path, gl)));
}

async function checkShader(path: string, gl: GlProbe): Promise<Row> {
  const row = { subject: 'shader', name: displayName(path) } as const;
  if (!gl.available) return { ...row, verdict: 'warning', detail: `not compiled: ${gl.because}` };
  let fragment: string;
  try {
    fragment = readFileSync(path, 'utf8');
  } catch (error) {
    return refused('shader', row.name, error);
  }
  // Quotes, backslashes and $ would not survive the launch line that carries the shader.
  const unquotable = /["\\`$]/.exec(fragment);
  if (unquotable !== null) {
    const line = fragment.slice(0, unquotable.index).split('\n').length;
    const detail = `${row.name}:${line}  a shader cannot contain ${unquotable[0]}: it is carried in a launch line`;
    return { ...row, verdict: 'failure', reason: 'bad-graph', detail };
  }
  const { failed, output } = await draw(fragment, gl.environment);
  if (!failed) return { ...row, verdict: 'ok', detail: `compiles with ${gl.renderer}` };
  const faults = readFaults(output);
  const detail = faults
    .map(({ line, message }) => `${row.name}${line === undefined ? '' : `:${line}`}  ${message}`)
    .join('\n');
  return { ...row, verdict: 'failure', reason: 'bad-graph', detail };
}

/** One small frame through the shader. */
function draw(fragment: string, environment: Record<string, string>): Promise<{ failed: boolean; output: string }> {
  const source = 'gltestsrc num-buffers=1 ! video/x-raw(memory:GLMemory),width=64,height=64';
  const graph = [...source.split(' '), '!', 'glshader', `fragment="${fragment}"`, '!', 'fakesink'];
  const env = { ...process.env, ...environment, GST_DEBUG: 'glslstage:1,glsl:1', GST_DEBUG_NO_COLOR: '1', LC_ALL: 'C' };
  return new Promise((resolve) => {
    execFile('gst-launch-1.0', ['-q', ...graph], { env, timeout: 20_000 }, (error, stdout, stderr) => {
      const why = error === null ? '' : `\n${error.killed === true ? 'the driver did not answer within 20 s' : ''}`;
      resolve({ failed: error !== null, output: `${stdout}\n${stderr}${why}` });
    });
  });
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
