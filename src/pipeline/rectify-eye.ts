import { type Rectification, rectification } from '../calibration/rectification.js';
import { uniforms, uniformsText } from '../calibration/uniforms.js';
import type { Size } from '../calibration/view.js';
import { packagePath } from '../paths.js';
import type { Profile } from '../protocol/configuration.js';
import type { Eye } from '../protocol/ws.js';
import type { ChosenSource } from './choose-sources.js';
import { planesFormats } from './formats.js';
import { worksOnPictures } from './launch-syntax.js';
import type { Machine } from './machine.js';
import type { Parts } from './parts.js';
import type { Choice, Plan } from './plan.js';
import { whyNot } from './requirements.js';
import { chooseRoad, type Road, roads } from './roads.js';
import { fill } from './template.js';
import type { Templates } from './templates.js';

/** A source with the pixel format that it is asked for, where that is known. */
type Delivering = Pick<ChosenSource, 'source' | 'template' | 'parameters'> & { format: string | undefined };

/** What happens between camera and layout, and why: nothing that the picture does not need. */
export class RectifyEye {
  readonly choices: Choice[] = [];
  readonly omitted: Plan['omitted'] = [];
  readonly #profile: Profile;
  readonly #machine: Machine;
  readonly #templates: Templates;
  readonly #size: Size;

  /** `size` is that of one eye's picture as it goes to the encoder. */
  constructor(profile: Profile, machine: Machine, templates: Templates, size: Size) {
    this.#profile = profile;
    this.#machine = machine;
    this.#templates = templates;
    this.#size = size;
  }

  /** Adds the stages of one eye; `encoder` takes `format`. `waits`: what follows may keep them waiting for longer than the other eye takes. */
  add(parts: Parts, eye: Eye, source: Delivering, format: string, encoder: string, waits: boolean): void {
    const wanted = rectification(this.#profile, eye);
    const inGl = source.template.header.memory === 'gl';
    const passes = wanted === null && !inGl && source.format === format;
    if (waits || !passes || worksOnPictures(fill(source.template, source.parameters)))
      parts.add('capture', 'queue', { eye });
    else this.omitted.push({ stage: `queue ${eye}`, because: 'nothing before the encoder takes long' });
    if (wanted === null) {
      this.omitted.push({ stage: `rectify ${eye}`, because: 'calibration and view leave every pixel where it is' });
      if (!inGl) this.#convert(parts, eye, source, format, encoder);
      else {
        const { road, ...choice } = chooseRoad(source.template.header, this.#machine, this.#templates, null);
        // Where there is none, the template says what is missing.
        parts.add('transfer', (road?.gl ?? roads.cpu.gl).download, { eye, format, ...this.#size });
        this.choices.push({ what: `transfer ${eye}`, chosen: (road ?? roads.cpu).name, ...choice });
      }
      if (whyNot(this.#templates.named('rectify', 'place'), this.#machine) === null)
        parts.add('rectify', 'place', { eye });
      return;
    }
    const { road, ...choice } = chooseRoad(source.template.header, this.#machine, this.#templates, wanted);
    if (road === null) this.#withoutLens(parts, eye, format, choice.rejected);
    else {
      const chosen = road.gl === undefined ? road.name : `shader, ${road.name}`;
      this.choices.push({ what: `rectify ${eye}`, chosen, ...choice });
      this.#along(road, parts, eye, source, format, wanted);
    }
  }

  #convert(parts: Parts, eye: Eye, source: Delivering, format: string, encoder: string): void {
    if (source.format === format) {
      const because = `${source.source} delivers ${format}, which ${encoder} takes`;
      this.omitted.push({ stage: `convert ${eye}`, because });
      return;
    }
    parts.add('transfer', 'convert', { eye, format });
  }

  #along(road: Road, parts: Parts, eye: Eye, source: Delivering, format: string, wanted: Rectification): void {
    const inPlanes = road.takes === 'planes';
    const taker = road.gl === undefined ? 'the remap' : 'the shader';
    if (inPlanes && source.format !== undefined && planesFormats.includes(source.format))
      this.omitted.push({ stage: `convert ${eye}`, because: `${taker} takes ${source.format} as it is` });
    else if (inPlanes) parts.add('transfer', 'convert-planes', { eye });
    if (road.gl !== undefined && source.template.header.memory !== 'gl') parts.add('transfer', road.gl.upload, { eye });
    parts.add('rectify', road.rectify, {
      eye,
      uniforms: uniformsText('rectify', uniforms(wanted)),
      ...(road.gl === undefined ? { format } : filesOf(road.gl.shader, wanted)),
      ...this.#size,
      ...texelsOf(this.#size),
    });
    if (road.gl !== undefined) parts.add('transfer', road.gl.download, { eye, format, ...this.#size });
  }

  /** Neither GL nor the plugin. */
  #withoutLens(parts: Parts, eye: Eye, format: string, rejected: Choice['rejected']): void {
    const view = this.#profile.view[eye];
    const { width, height } = this.#profile.capture;
    const { crop } = view;
    parts.add('rectify', 'cpu', {
      eye,
      crop_left: Math.round(crop.left * width),
      crop_right: Math.round(crop.right * width),
      crop_top: Math.round(crop.top * height),
      crop_bottom: Math.round(crop.bottom * height),
      rotate: turns[view.rotate],
      flip: flips[view.flip],
      ...this.#size,
    });
    parts.add('transfer', 'convert', { eye, format });
    const lost = [
      ...(this.#profile.calibration.model === 'none' ? [] : ['the lens calibration']),
      ...(view.roll_deg === 0 ? [] : ['roll']),
      ...(view.zoom === 1 ? [] : ['zoom']),
      ...(view.shift_x === 0 && view.shift_y === 0 ? [] : ['shift']),
    ];
    const rest =
      lost.length === 0
        ? 'crop, rotate and flip are all that is asked for'
        : `lost without GL and plugin: ${lost.join(', ')}`;
    this.choices.push({
      what: `rectify ${eye}`,
      chosen: 'videocrop and videoflip',
      because: rest,
      rejected,
    });
  }
}

/** What the shader is read from. */
function filesOf(shader: string, { lens }: Rectification): { lens: string; shader: string } {
  return {
    lens: packagePath('shaders', lens.model === 'fisheye' ? 'fisheye.glsl' : 'pinhole.glsl'),
    shader: packagePath('shaders', shader),
  };
}

/** Size in texels of the planes that `shaders/planes.frag` writes, four bytes each; see gstplaneunpack.c. */
function texelsOf({ width, height }: Size): { texels_wide: number; texels_high: number } {
  return { texels_wide: Math.ceil(width / 8) * 2, texels_high: (height * 3) / 2 };
}

const turns = { 0: undefined, 90: '90r', 180: '180', 270: '90l' } as const;
const flips = { none: undefined, horizontal: 'horiz', vertical: 'vert', both: '180' } as const;
