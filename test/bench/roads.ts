import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { rectification } from '../../src/calibration/rectification.js';
import { uniforms, uniformsText } from '../../src/calibration/uniforms.js';
import { probeMachine } from '../../src/engine/probe.js';
import { packagePath } from '../../src/paths.js';
import { shellWord, words } from '../../src/pipeline/launch-syntax.js';
import type { Machine } from '../../src/pipeline/machine.js';
import { Parts } from '../../src/pipeline/parts.js';
import { type Road, roads } from '../../src/pipeline/roads.js';
import { fill } from '../../src/pipeline/template.js';
import { loadTemplates } from '../../src/pipeline/templates.js';
import { caseOf, random, randomEye } from '../calibration/cases.js';
import { rowOf, type Measure, type Row } from './measure.js';

const sizes = [
  { width: 640, height: 480, pairs: 100, rounds: 5 },
  { width: 1280, height: 720, pairs: 40, rounds: 3 },
];
/** What starting takes is measured with so few, and taken off. */
const few = 10;

/** Both eyes rectified by each road, as fast as they can, no encoder and no JavaScript: what lies between camera and layout, in turns. */
export const roadsToRectify: Measure = {
  name: 'roads',
  title:
    'Roads to a rectified pair: remap by the CPU; the shader with planes as they are, colours converted by the CPU or in GL',
  async run() {
    const machine = await probeMachine();
    const rows: Row[] = [];
    for (const { rounds, ...size } of sizes) {
      const taken = new Map(Object.values(roads).map((road: Road) => [road, [] as Used[]]));
      for (let round = 0; round < rounds; round++)
        for (const [road, each] of taken) each.push(await perPair(road, machine, size));
      for (const [{ name }, each] of taken) {
        const what = `${name}, a pair of ${size.width}x${size.height}`;
        const wall = each.map((used) => used.wall);
        const processor = each.map((used) => used.processor);
        rows.push(rowOf(what, 'ms', wall, { note: 'both eyes in parallel' }), rowOf(what, 'ms CPU', processor));
      }
    }
    return rows;
  },
};

/** Milliseconds. */
interface Used {
  wall: number;
  processor: number;
}

async function perPair(
  road: Road,
  machine: Machine,
  { pairs, ...size }: { width: number; height: number; pairs: number },
): Promise<Used> {
  const [start, whole] = [await launch(road, machine, size, few), await launch(road, machine, size, few + pairs)];
  return { wall: (whole.wall - start.wall) / pairs, processor: (whole.processor - start.processor) / pairs };
}

/** As many pairs by one road, from the start of a process to its end. Rejects where the road does not run. */
export async function launch(
  road: Road,
  machine: Machine,
  size: { width: number; height: number },
  pairs: number,
): Promise<Used> {
  const chain = `videotestsrc num-buffers=1 ! video/x-raw,format=I420,width=${size.width},height=${size.height},framerate=30/1 ! imagefreeze num-buffers=${pairs}`;
  const text = (['left', 'right'] as const)
    .map((eye) => `${chain} ! ${stagesOf(road, machine, eye, size)} ! fakesink sync=false async=false`)
    .join('\n');
  const command = words(text).map(shellWord).join(' ');
  const environment = machine.gl.available ? machine.gl.environment : {};
  const env = { ...process.env, ...environment, GST_PLUGIN_PATH: machine.pluginPath ?? '', TIMEFORMAT: '%R %U %S' };
  const { stderr } = await promisify(execFile)('bash', ['-c', `time gst-launch-1.0 -q ${command} >&2`], { env });
  const [real, user, system] = stderr.trim().split('\n').at(-1)!.split(' ').map(Number) as [number, number, number];
  return { wall: real * 1000, processor: (user + system) * 1000 };
}

function stagesOf(
  road: Road,
  machine: Machine,
  eye: 'left' | 'right',
  size: { width: number; height: number },
): string {
  const calibrated = randomEye(random(5), 'pinhole', 5, size);
  const calibration = {
    model: 'pinhole' as const,
    size: [size.width, size.height],
    left: calibrated,
    right: calibrated,
  };
  const parameters = {
    eye,
    ...size,
    format: 'NV12',
    lens: packagePath('shaders', 'pinhole.glsl'),
    ...(road.gl === undefined ? {} : { shader: packagePath('shaders', road.gl.shader) }),
    uniforms: uniformsText('rectify', uniforms(rectification(caseOf({ ...size, calibration }), eye)!)),
    texels_wide: Math.ceil(size.width / 8) * 2,
    texels_high: (size.height * 3) / 2,
  };
  const parts = new Parts(machine, loadTemplates());
  if (road.gl !== undefined) parts.add('transfer', road.gl.upload, parameters);
  parts.add('rectify', road.rectify, parameters);
  if (road.gl !== undefined) parts.add('transfer', road.gl.download, parameters);
  return parts.stages.map((stage, i) => fill(parts.templates[i]!, stage.parameters)).join(' ! ');
}
