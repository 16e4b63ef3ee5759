import type { Rectification } from '../calibration/rectification.js';
import { lensStepError } from './lens-steps.js';
import type { Machine } from './machine.js';
import type { Choice } from './plan.js';
import { whyNot } from './requirements.js';
import type { Template } from './template.js';
import type { Templates } from './templates.js';

/** A way of one eye's picture to its rectification and back, as templates of `pipelines/`. */
export interface Road {
  /** As `binocle plan` calls it. */
  name: string;
  /** What it takes: the planes of a 4:2:0 picture, or whatever can be converted to RGBA. */
  takes: 'planes' | 'colours';
  rectify: string;
  /** Through GL, with this fragment of `shaders/`. */
  gl?: { upload: string; download: string; shader: string };
}

export const roads = {
  remap: { name: 'remap by the CPU', takes: 'planes', rectify: 'remap' },
  planes: {
    name: 'planes as they are',
    takes: 'planes',
    rectify: 'planes',
    gl: { upload: 'upload-planes', download: 'download-planes', shader: 'planes.frag' },
  },
  cpu: {
    name: 'colours converted by the CPU',
    takes: 'colours',
    rectify: 'shader',
    gl: { upload: 'upload-cpu', download: 'download-cpu', shader: 'rectify.frag' },
  },
  gpu: {
    name: 'colours converted by the GPU',
    takes: 'colours',
    rectify: 'shader',
    gl: { upload: 'upload-gpu', download: 'download-gpu', shader: 'rectify.frag' },
  },
} as const satisfies Record<string, Road>;
type RoadName = keyof typeof roads;

/** Why a road is taken, and why not. */
interface Reasons {
  best: readonly RoadName[];
  taken: string;
  not: Partial<Record<RoadName, string>>;
}

/** The order of the roads by where the picture is and who draws; measured on software GL, see pipelines/README.md. */
function reasonsFor(source: Template['header'], gl: Machine['gl']): Reasons {
  const inGl = 'the picture is in GL already, as RGBA';
  if (!gl.available) return { best: source.memory === 'gl' ? [] : ['remap'], taken: 'it needs no GL', not: {} };
  const { renderer } = gl;
  if (source.memory === 'gl')
    return gl.software
      ? {
          best: ['cpu', 'gpu'],
          taken: `the picture is in GL already, which is drawn by ${renderer}, in software`,
          not: {
            gpu: 'drawn by the CPU, a conversion of colours in GL costs several times what the CPU takes by itself',
            planes: inGl,
            remap: inGl,
          },
        }
      : {
          best: ['gpu', 'cpu'],
          taken: `the picture is in GL already, and ${renderer} has it in hand`,
          not: {
            cpu: 'four bytes a pixel would come from the GPU instead of one and a half',
            planes: inGl,
            remap: inGl,
          },
        };
  if (gl.software)
    return {
      best: ['remap', 'planes', 'cpu', 'gpu'],
      taken: `GL is drawn by ${renderer}, in software: a table that is made when the lens changes takes the CPU a quarter of what a shader takes it`,
      not: {
        planes: 'drawn by the CPU, the shader takes four times as long',
        cpu: 'both conversions of colours and four bytes a pixel each way, besides the shader',
        gpu: 'drawn by the CPU, the conversions of colours cost several times as much as the lens',
      },
    };
  const remap = 'the CPU has the rest to do';
  if (source.dmabuf === true)
    return {
      best: ['gpu', 'planes', 'cpu', 'remap'],
      taken: `${renderer} takes the camera's buffers as they are, without a copy`,
      not: {
        planes: 'the CPU would have to copy what the GPU can take as it is',
        cpu: 'the GPU converts at no cost, and four bytes a pixel would go each way',
        remap,
      },
    };
  return {
    best: ['planes', 'gpu', 'cpu', 'remap'],
    taken: `one pass of ${renderer}, and a byte and a half a pixel each way`,
    not: { gpu: 'three passes instead of one', cpu: 'four bytes a pixel would go each way', remap },
  };
}

/** In pixels of the luma: half a tenth of a sample of the chroma, whose samples are two apart. */
const mostLensStep = 0.025;

/** Why a lens cannot be followed in steps of four samples, or null if it can: past its turning point, where a picture comes back mirrored. */
function tooBent(wanted: Rectification): string | null {
  const error = lensStepError(wanted);
  if (error <= mostLensStep) return null;
  return `the lens bends too much between four pixels (by ${error.toFixed(2)} px; look at D, or raise zoom)`;
}

/** The shortest road that this machine has, and why the others are not taken; null where it has none. */
export function chooseRoad(
  source: Template['header'],
  machine: Machine,
  templates: Templates,
  wanted: Rectification | null,
): { road: Road | null } & Pick<Choice, 'because' | 'rejected'> {
  const { best, taken, not } = reasonsFor(source, machine.gl);
  const lacks = (road: Road): string | null => {
    if (road.gl !== undefined && !machine.gl.available) return machine.gl.because;
    const stages = [
      ...(road.gl === undefined || source.memory === 'gl' ? [] : [templates.named('transfer', road.gl.upload)]),
      templates.named('rectify', road.rectify),
      ...(road.gl === undefined ? [] : [templates.named('transfer', road.gl.download)]),
    ];
    const missing = stages.map((template) => whyNot(template, machine)).find((because) => because !== null) ?? null;
    return missing ?? (road === roads.planes && wanted !== null ? tooBent(wanted) : null);
  };
  const name = best.find((each) => lacks(roads[each]) === null);
  const others = (Object.keys(roads) as RoadName[]).filter((other) => other !== name);
  const better = new Set(name === undefined ? best : best.slice(0, best.indexOf(name)));
  const rejected = others.map((other) => ({
    option: roads[other].name,
    because: (better.has(other) ? null : not[other]) ?? lacks(roads[other]) ?? 'another is shorter',
  }));
  return { road: name === undefined ? null : roads[name], because: taken, rejected };
}
