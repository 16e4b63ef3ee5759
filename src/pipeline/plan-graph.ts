import { packagePath } from '../paths.js';
import type { Profile } from '../protocol/configuration.js';
import type { Content, Eye, Layout } from '../protocol/ws.js';
import { type Rectification, rectification } from '../calibration/rectification.js';
import { uniforms, uniformsText } from '../calibration/uniforms.js';
import { outputSize, type Size } from '../calibration/view.js';
import { chooseEncoder, encodedSize } from './choose-encoder.js';
import { type ChosenSource, chooseSources, usableCameras } from './choose-sources.js';
import { expectedDelay } from './delay.js';
import { encodeParameters } from './encode-parameters.js';
import { fraction } from './fraction.js';
import { extensionChoices } from './header-extensions.js';
import type { Machine } from './machine.js';
import type { Choice, Output, Plan, Stage } from './plan.js';
import { requireTemplate, whyNot } from './requirements.js';
import type { Parameters, Template, TemplateKind } from './template.js';
import type { Templates } from './templates.js';

/**
 * Decides everything about a graph before it is text: pure, so the same profile on the same machine is the same graph.
 * @throws BinocleError `missing-software`, `bad-config` or `source-failed`, with the path of the setting and the rejected alternatives.
 */
export function planGraph(profile: Profile, machine: Machine, templates: Templates): Plan {
  const single = oneCamera(profile, machine);
  const encoder = chooseEncoder(profile, machine, templates, single === null ? profile.layout : 'mono');
  const { layout } = encoder;
  const shown = { ...profile, layout };
  const eyes: Eye[] = layout === 'mono' ? ['left'] : ['left', 'right'];
  const { sources, choices: sourceChoices } = chooseSources(profile, machine, templates, eyes);
  const eyeSize = outputSize(shown);
  const outputs = outputsOf(layout, eyeSize, profile.encode.bitrate_mbps);

  const parts = new Parts(machine, templates);
  const joining = joinEyes(layout, machine, templates);
  const format = encoder.template.header.format ?? 'I420';
  const rectify = new Rectify(shown, machine, templates, eyeSize, format);
  for (const [index, eye] of eyes.entries()) {
    const source = sources.get(eye)!;
    parts.addTemplate('source', source.template, source.parameters);
    parts.add('capture', 'count', { eye });
    rectify.add(parts, eye, source);
    if (joining === null) addEncoder(eye);
    else parts.add('layout', joining.join, { eye, index });
  }
  if (joining !== null) {
    const [{ width, height }] = outputs as [Output];
    const frame = Math.round(1e9 / profile.capture.fps);
    parts.add('layout', joining.whole, {
      format,
      width,
      height,
      fps: fraction(profile.capture.fps),
      eye_width: eyeSize.width,
      eye_height: eyeSize.height,
      frame_ns: frame,
      half_frame_ns: Math.round(frame / 2),
    });
    addEncoder('both');
  }

  function addEncoder(content: Content): void {
    const output = outputs.find((candidate) => candidate.content === content)!;
    parts.add('tap', 'raw', { content });
    parts.addTemplate('encode', encoder.template, encodeParameters(profile, output));
    parts.add('tap', 'encoded', { content });
  }

  const usesGl = parts.templates.some(({ header }) => header.needs.some((element) => element.startsWith('gl')));
  const usesOwn = parts.templates.some(({ header }) => header.needs.some((element) => ownElements.has(element)));
  const { gl } = machine;
  return {
    layout,
    codec: profile.encode.codec,
    encoder: encoder.template.name,
    sources: Object.fromEntries([...sources].map(([eye, { source }]) => [eye, source])),
    capture: { ...profile.capture },
    gl: usesGl && gl.available ? gl.renderer : null,
    outputs,
    mtu: profile.encode.mtu,
    stages: parts.stages,
    environment: {
      ...(usesOwn && machine.pluginPath !== null ? { GST_PLUGIN_PATH: machine.pluginPath } : {}),
      ...(usesGl && gl.available ? gl.environment : {}),
    },
    choices: [
      ...sourceChoices,
      ...rectify.choices,
      ...(single === null ? [] : [single]),
      ...encoder.choices,
      ...(joining === null ? [] : [joining.choice]),
      ...extensionChoices(profile, machine),
    ],
    omitted: rectify.omitted,
    notes: [...(machine.cameraFaults ?? []), ...notesOf(parts.templates, machine)],
    delay: expectedDelay(parts.templates, outputs, profile.capture),
  };
}

/** Those of `src/engine/native` that a graph's text names. */
const ownElements = new Set(['detour', 'stereopair']);

/** How two pictures become one: by our own element, or by the compositor where that is not compiled. Null for layouts with a picture an eye. */
function joinEyes(layout: Layout, machine: Machine, templates: Templates) {
  if (layout !== 'sbs' && layout !== 'tab') return null;
  const because = whyNot(templates.named('layout', layout), machine);
  const option = because === null ? 'compositor' : 'stereopair';
  const clocked = 'it waits for a clock of its own, up to a frame, and may show eyes of two instants';
  const choice: Choice = {
    what: 'pairing',
    chosen: because === null ? 'stereopair' : 'compositor',
    because:
      because === null
        ? 'both frames of an instant go on as soon as they are there, a late eye is waited for 0.75 of a frame time'
        : 'it is always there',
    rejected: [{ option, because: because ?? clocked }],
  };
  return because === null
    ? { join: 'join', whole: layout, choice }
    : { join: 'join-compositor', whole: `${layout}-compositor`, choice };
}

/** With one camera and no wish of a layout there is a mono picture of it, rather than two simulated eyes. */
function oneCamera({ cameras, layout }: Profile, machine: Machine): Choice | null {
  const asks = [cameras.left, cameras.right].every(
    ({ source, device, path, launch }) =>
      source === 'auto' && device === 'auto' && path === undefined && launch === undefined,
  );
  if (layout !== 'auto' || !asks) return null;
  for (const api of ['libcamera', 'v4l2'] as const) {
    const found = usableCameras(machine, api);
    if (found.length >= 2) return null;
    if (found.length === 1 && (api === 'v4l2' || usableCameras(machine, 'v4l2').length < 2)) {
      const because = `one camera was found (${found[0]!.id})`;
      return {
        what: 'eyes',
        chosen: 'left alone',
        because,
        rejected: [{ option: 'both', because: 'that takes two cameras' }],
      };
    }
  }
  return null;
}

function outputsOf(layout: Layout, eye: Size, bitrateMbps: number): Output[] {
  const contents: Content[] = layout === 'twin' ? ['left', 'right'] : layout === 'mono' ? ['left'] : ['both'];
  const size = encodedSize(layout, eye);
  const bitrateKbps = Math.round((bitrateMbps * 1000) / contents.length);
  return contents.map((content) => ({ content, ...size, bitrateKbps }));
}

function notesOf(used: readonly Template[], machine: Machine): string[] {
  const notes = used.flatMap(({ header }) => header.notes ?? []);
  const [major, minor] = machine.gstreamer;
  const applies = notes.filter(
    ({ before }) => before === undefined || major < before[0]! || (major === before[0] && minor < before[1]!),
  );
  return [...new Set(applies.map(({ note }) => note))];
}

/** The stages of a graph as they are put together, each checked against the machine. */
class Parts {
  readonly stages: Stage[] = [];
  readonly templates: Template[] = [];
  readonly #machine: Machine;
  readonly #templates: Templates;

  constructor(machine: Machine, templates: Templates) {
    this.#machine = machine;
    this.#templates = templates;
  }

  add(kind: TemplateKind, name: string, parameters: Parameters): void {
    this.addTemplate(kind, this.#templates.named(kind, name), parameters);
  }

  addTemplate(kind: TemplateKind, template: Template, parameters: Parameters): void {
    requireTemplate(template, this.#machine);
    const shipped = template.path === packagePath('pipelines', kind, `${template.name}.gst`);
    this.stages.push({ kind, template: shipped ? template.name : template.path, parameters });
    this.templates.push(template);
  }
}

/** What happens between camera and layout, and why. */
class Rectify {
  readonly choices: Choice[] = [];
  readonly omitted: Plan['omitted'] = [];
  readonly #profile: Profile;
  readonly #machine: Machine;
  readonly #templates: Templates;
  readonly #size: Size;
  readonly #format: string;

  constructor(profile: Profile, machine: Machine, templates: Templates, size: Size, format: string) {
    this.#profile = profile;
    this.#machine = machine;
    this.#templates = templates;
    this.#size = size;
    this.#format = format;
  }

  add(parts: Parts, eye: Eye, { template }: ChosenSource): void {
    const fromGl = template.header.memory === 'gl';
    const wanted = rectification(this.#profile, eye);
    const to = { format: this.#format, ...this.#size };
    if (wanted === null) {
      this.omitted.push({ stage: `rectify ${eye}`, because: 'calibration and view leave every pixel where it is' });
      if (fromGl) parts.add('transfer', this.#onCpu ? 'download-cpu' : 'download-gpu', to);
      else parts.add('transfer', 'convert', to);
      if (whyNot(this.#templates.named('rectify', 'place'), this.#machine) === null)
        parts.add('rectify', 'place', { eye });
      return;
    }
    const without = this.#withoutGl();
    if (without !== null) {
      this.#onlyCpu(parts, eye, without);
      return;
    }
    if (!fromGl) parts.add('transfer', this.#onCpu ? 'upload-cpu' : 'upload-gpu', {});
    this.#shader(parts, eye, wanted);
    parts.add('transfer', this.#onCpu ? 'download-cpu' : 'download-gpu', to);
  }

  /** Colours are converted where it is cheaper: drawing them with the CPU through GL costs twice what videoconvert does. */
  get #onCpu(): boolean {
    const { gl } = this.#machine;
    return gl.available && gl.software;
  }

  #withoutGl(): string | null {
    const { gl } = this.#machine;
    if (!gl.available) return gl.because;
    return whyNot(this.#templates.named('rectify', 'shader'), this.#machine);
  }

  #shader(parts: Parts, eye: Eye, wanted: Rectification): void {
    const { gl } = this.#machine;
    parts.add('rectify', 'shader', {
      eye,
      shader: packagePath('shaders', 'rectify.frag'),
      uniforms: uniformsText('rectify', uniforms(wanted)),
      ...this.#size,
    });
    const renderer = gl.available ? gl.renderer : '';
    const other = { option: this.#onCpu ? 'conversion in GL' : 'conversion on the CPU' };
    this.choices.push({
      what: `rectify ${eye}`,
      chosen: `shader, colours converted ${this.#onCpu ? 'on the CPU' : 'on the GPU'}`,
      because: `GL is drawn by ${renderer}${this.#onCpu ? ', which is software' : ''}`,
      rejected: [
        {
          ...other,
          because: this.#onCpu ? 'drawn by the CPU it costs twice as much' : 'the GPU has the picture anyway',
        },
      ],
    });
  }

  #onlyCpu(parts: Parts, eye: Eye, because: string): void {
    const view = this.#profile.view[eye];
    const { width, height } = this.#profile.capture;
    const { crop } = view;
    parts.add('rectify', 'cpu', {
      crop_left: Math.round(crop.left * width),
      crop_right: Math.round(crop.right * width),
      crop_top: Math.round(crop.top * height),
      crop_bottom: Math.round(crop.bottom * height),
      rotate: turns[view.rotate],
      flip: flips[view.flip],
      ...this.#size,
    });
    parts.add('transfer', 'convert', { format: this.#format });
    const lost = [
      ...(this.#profile.calibration.model === 'none' ? [] : ['the lens calibration']),
      ...(view.roll_deg === 0 ? [] : ['roll']),
      ...(view.zoom === 1 ? [] : ['zoom']),
      ...(view.shift_x === 0 && view.shift_y === 0 ? [] : ['shift']),
    ];
    const rest =
      lost.length === 0 ? 'crop, rotate and flip are all that is asked for' : `lost without GL: ${lost.join(', ')}`;
    this.choices.push({
      what: `rectify ${eye}`,
      chosen: 'videocrop and videoflip',
      because: rest,
      rejected: [{ option: 'shader', because }],
    });
  }
}

const turns = { 0: undefined, 90: '90r', 180: '180', 270: '90l' } as const;
const flips = { none: undefined, horizontal: 'horiz', vertical: 'vert', both: '180' } as const;
