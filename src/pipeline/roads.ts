import type { Rectification } from '../calibration/rectification.js';
import { lensStepError } from './lens-steps.js';
import type { Machine } from './machine.js';
import type { Choice } from './plan.js';
import { whyNot } from './requirements.js';
import type { Template } from './template.js';
import type { Templates } from './templates.js';

/** A way of one eye's picture through GL and back, as templates of `pipelines/`. */
export interface Road {
  /** As `binocle plan` calls it. */
  name: string;
  upload: string;
  rectify: string;
  download: string;
  /** The fragment in `shaders/`. */
  shader: string;
}

export const roads = {
  planes: {
    name: 'planes as they are',
    upload: 'upload-planes',
    rectify: 'planes',
    download: 'download-planes',
    shader: 'planes.frag',
  },
  cpu: {
    name: 'colours converted by the CPU',
    upload: 'upload-cpu',
    rectify: 'shader',
    download: 'download-cpu',
    shader: 'rectify.frag',
  },
  gpu: {
    name: 'colours converted by the GPU',
    upload: 'upload-gpu',
    rectify: 'shader',
    download: 'download-gpu',
    shader: 'rectify.frag',
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
function reasonsFor(source: Template['header'], renderer: string, software: boolean): Reasons {
  if (source.memory === 'gl')
    return software
      ? {
          best: ['cpu', 'gpu'],
          taken: `the picture is in GL already, which is drawn by ${renderer}, in software`,
          not: {
            gpu: 'drawn by the CPU, a conversion of colours in GL costs several times what the CPU takes by itself',
            planes: 'the picture is in GL already, as RGBA',
          },
        }
      : {
          best: ['gpu', 'cpu'],
          taken: `the picture is in GL already, and ${renderer} has it in hand`,
          not: {
            cpu: 'four bytes a pixel would come from the GPU instead of one and a half',
            planes: 'the picture is in GL already, as RGBA',
          },
        };
  if (software)
    return {
      best: ['planes', 'cpu', 'gpu'],
      taken: `GL is drawn by ${renderer}, in software, where every byte and every conversion counts`,
      not: {
        cpu: 'both conversions of colours and four bytes a pixel each way cost about twice as much',
        gpu: 'drawn by the CPU, the conversions of colours cost several times as much as the lens',
      },
    };
  if (source.dmabuf === true)
    return {
      best: ['gpu', 'planes', 'cpu'],
      taken: `${renderer} takes the camera's buffers as they are, without a copy`,
      not: {
        planes: 'the CPU would have to copy what the GPU can take as it is',
        cpu: 'the GPU converts at no cost, and four bytes a pixel would go each way',
      },
    };
  return {
    best: ['planes', 'gpu', 'cpu'],
    taken: `one pass of ${renderer}, and a byte and a half a pixel each way`,
    not: { gpu: 'three passes instead of one', cpu: 'four bytes a pixel would go each way' },
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

/** The shortest road that this machine has, and why the others are not taken. */
export function chooseRoad(
  source: Template['header'],
  machine: Machine,
  templates: Templates,
  wanted: Rectification | null,
): { road: Road } & Pick<Choice, 'chosen' | 'because' | 'rejected'> {
  const { gl } = machine;
  const { best, taken, not } = reasonsFor(source, gl.available ? gl.renderer : 'nobody', gl.available && gl.software);
  const lacks = (road: Road): string | null => {
    const stages = [
      ...(source.memory === 'gl' ? [] : [templates.named('transfer', road.upload)]),
      templates.named('rectify', road.rectify),
      templates.named('transfer', road.download),
    ];
    const missing = stages.map((template) => whyNot(template, machine)).find((because) => because !== null) ?? null;
    return missing ?? (road === roads.planes && wanted !== null ? tooBent(wanted) : null);
  };
  const name = best.find((each) => lacks(roads[each]) === null) ?? best.at(-1)!;
  const road = roads[name];
  const others = (Object.keys(roads) as RoadName[]).filter((other) => other !== name);
  const better = new Set(best.slice(0, best.indexOf(name)));
  const rejected = others.map((other) => ({
    option: roads[other].name,
    because: (better.has(other) ? lacks(roads[other]) : not[other]) ?? 'another is shorter',
  }));
  return { road, chosen: road.name, because: taken, rejected };
}
