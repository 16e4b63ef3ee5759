import type { Profile } from '../protocol/configuration.js';
import { BinocleError } from '../protocol/errors.js';
import type { Eye } from '../protocol/ws.js';
import { controlsText } from './camera-controls.js';
import { cameraWords } from './choose-cameras.js';
import type { EyeSource } from './choose-eyes.js';
import { formatsOf } from './formats.js';
import { fraction } from './fraction.js';
import { elementsOf, formatAtEnd, words } from './launch-syntax.js';
import { howToInstall } from './debian-packages.js';
import { isRaspberryPi, type CameraFound, type Machine } from './machine.js';
import type { Choice } from './plan.js';
import { requireTemplate } from './requirements.js';
import { simProperties } from './sim.js';
import type { Parameters, Template } from './template.js';
import type { Templates } from './templates.js';

/** Where one eye's picture comes from. */
export interface ChosenSource {
  /** As the configuration names it: libcamera, v4l2, sim, files, custom, or the name of a template of the user's. */
  source: string;
  template: Template;
  /** All but what says the format, see `formatParameters`. */
  parameters: Parameters;
  /** Pixel formats that it can deliver, the best one first; none where that is not known. */
  formats: readonly string[];
}

/**
 * Chooses a template and its values for every eye.
 * @throws BinocleError `missing-software`, `source-failed` or `bad-config` where what was asked for by name cannot be.
 */
export function chooseSources(
  profile: Profile,
  machine: Machine,
  templates: Templates,
  eyes: ReadonlyMap<Eye, EyeSource>,
): { sources: Map<Eye, ChosenSource>; choices: Choice[] } {
  const sources = new Map<Eye, ChosenSource>();
  const choices: Choice[] = [];
  for (const [eye, decision] of eyes) {
    const { camera } = decision;
    const { template, because } = templateFor(decision, profile, templates, eye);
    requireTemplate(template, machine, `profile.cameras.${eye}.source`);
    sources.set(eye, {
      source: decision.source,
      template,
      parameters: parametersFor(decision, profile, machine, eye),
      formats: formatsFrom(decision, template, profile, machine, eye),
    });
    const chosen = camera === undefined ? decision.source : `${decision.source}, ${cameraWords(camera)}`;
    choices.push({ what: `source ${eye}`, chosen, because, rejected: decision.rejected });
  }
  return { sources, choices };
}

function templateFor(
  decision: EyeSource,
  profile: Profile,
  templates: Templates,
  eye: Eye,
): { template: Template; because: string } {
  const { source, because } = decision;
  const named = (name: string, reason = because) => ({ template: templates.named('source', name), because: reason });
  if (source === 'v4l2' && decision.camera !== undefined) {
    const format = v4l2Format(decision.camera, profile, eye);
    if (format === 'mjpeg')
      return named('v4l2-mjpeg', `${because}; it delivers this size and rate as Motion JPEG only`);
  }
  return named(source);
}

/** Whether the camera can give the capture's size and rate raw, or as JPEG. Cameras whose modes are not known are believed. */
function v4l2Format({ id, modes }: CameraFound, { capture }: Profile, eye: Eye): 'raw' | 'mjpeg' {
  if (modes.length === 0) return 'raw';
  const fitting = fittingModes(modes, capture);
  if (fitting.some(({ format }) => !isJpeg(format))) return 'raw';
  if (fitting.length > 0) return 'mjpeg';
  const offers = [
    ...new Set(
      modes.map(({ width, height, fps }) => `${width}x${height}${fps.length === 0 ? '' : `@${fps.join('/')}`}`),
    ),
  ];
  throw new BinocleError(
    'source-failed',
    `${id} does not deliver ${capture.width}x${capture.height} at ${capture.fps} frames a second; it has ${offers.join(', ')}. Ask for one of them, e.g. ${captureSettings(modes, capture)}.`,
    { path: `profile.cameras.${eye}.device` },
  );
}

const pixels = ({ width, height }: { width: number; height: number }) => width * height;

/** The options that ask for the mode next to what was asked for in vain. */
function captureSettings(modes: CameraFound['modes'], capture: Profile['capture']): string {
  const [{ width, height, fps }] = modes.toSorted(
    (one, other) => Math.abs(pixels(one) - pixels(capture)) - Math.abs(pixels(other) - pixels(capture)),
  ) as [CameraFound['modes'][number]];
  const rate = fps.toSorted((one, other) => Math.abs(one - capture.fps) - Math.abs(other - capture.fps))[0];
  const values = { width, height, ...(rate === undefined ? {} : { fps: rate }) };
  return Object.entries(values)
    .map(([key, value]) => `--set profile.capture.${key}=${value}`)
    .join(' ');
}

function fittingModes(modes: CameraFound['modes'], capture: Profile['capture']): CameraFound['modes'] {
  return modes.filter(
    ({ width, height, fps }) =>
      width === capture.width &&
      height === capture.height &&
      (fps.length === 0 || fps.some((rate) => Math.abs(rate - capture.fps) < 0.1)),
  );
}

function isJpeg(format: string): boolean {
  return /jpe?g/i.test(format);
}

function parametersFor(decision: EyeSource, profile: Profile, machine: Machine, eye: Eye): Parameters {
  const camera = profile.cameras[eye];
  const { width, height, fps } = profile.capture;
  const device = decision.camera?.id ?? (camera.device === 'auto' ? undefined : String(camera.device));
  return {
    eye,
    width,
    height,
    fps: fraction(fps),
    device,
    controls: controlsText(camera.controls, decision.source, machine, eye),
    ...customParameters(decision, profile, machine, eye),
    ...filesParameters(decision, profile, machine, eye),
    ...simProperties(profile, eye),
  };
}

/** What the source's pictures can come in: what its template says, or what is asked of the camera. */
function formatsFrom(
  { source, camera }: EyeSource,
  template: Template,
  { capture, cameras }: Profile,
  machine: Machine,
  eye: Eye,
): readonly string[] {
  const said = formatsOf(template);
  if (source === 'custom') {
    const format = formatAtEnd(cameras[eye].launch ?? '');
    return format === undefined ? [] : [format];
  }
  if (said.length > 0 || camera === undefined) return said;
  // Of a camera's formats those that go to the shader and to encoders as they are; a Raspberry Pi's image processor always has NV12.
  const modes = source === 'v4l2' ? fittingModes(camera.modes, capture) : camera.modes;
  if (template.name !== source) return [];
  if (source === 'libcamera' && modes.length === 0) return isRaspberryPi(machine) ? ['NV12'] : [];
  return preferredFormats.filter((format) => modes.some((mode) => mode.format === format)).slice(0, 1);
}

const preferredFormats = ['NV12', 'I420', 'YV12'];

function customParameters({ source }: EyeSource, profile: Profile, machine: Machine, eye: Eye): Parameters {
  const { launch } = profile.cameras[eye];
  if (source !== 'custom' || launch === undefined) return { launch: undefined, caps: undefined };
  const path = `profile.cameras.${eye}.launch`;
  const missing = elementsOf(launch).filter((element) => !machine.elements.has(element));
  if (missing.length > 0) {
    const names = missing.map((name) => `"${name}"`).join(', ');
    throw new BinocleError(
      'missing-software',
      `cameras.${eye}.launch: GStreamer has no element ${names} here: look for a typing error, or ${howToInstall(missing)}.`,
      { path },
    );
  }
  const { width, height, fps } = profile.capture;
  const size = `video/x-raw,width=${width},height=${height}`;
  return {
    launch: words(launch)
      .join(' ')
      .replace(/(\s*!)+$/, ''),
    caps: `${size},framerate=${fraction(fps)};${size}`,
  };
}

function filesParameters({ source }: EyeSource, profile: Profile, machine: Machine, eye: Eye): Parameters {
  const none = { pattern: undefined, last: undefined, decoder: undefined };
  if (source !== 'files') return none;
  const found = machine.files?.[eye];
  if (found === undefined) {
    throw new BinocleError('source-failed', `cameras.${eye}.path: nothing to play at ${profile.cameras[eye].path!}.`, {
      path: `profile.cameras.${eye}.path`,
    });
  }
  const { pattern, last, format } = found;
  return { pattern, last, decoder: `${format}dec`, caps: `image/${format},framerate=${fraction(profile.capture.fps)}` };
}
