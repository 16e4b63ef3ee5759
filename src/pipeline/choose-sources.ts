import type { Camera, Profile } from '../protocol/configuration.js';
import { BinocleError } from '../protocol/errors.js';
import type { Eye } from '../protocol/ws.js';
import { controlsText } from './camera-controls.js';
import { heldByOthers } from './camera-holders.js';
import { formatsOf } from './formats.js';
import { fraction } from './fraction.js';
import { elementsOf, formatAtEnd, words } from './launch-syntax.js';
import { howToInstall } from './debian-packages.js';
import { isRaspberryPi, type CameraFound, type Machine } from './machine.js';
import type { Choice } from './plan.js';
import { requireTemplate, whyNot } from './requirements.js';
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

type Rejected = Choice['rejected'];
interface Decision {
  source: string;
  because: string;
  rejected: Rejected;
  camera?: CameraFound;
}

/**
 * Chooses a source for every eye in `eyes`.
 * @throws BinocleError `missing-software`, `source-failed` or `bad-config` where what was asked for by name cannot be.
 */
export function chooseSources(
  profile: Profile,
  machine: Machine,
  templates: Templates,
  eyes: readonly Eye[],
): { sources: Map<Eye, ChosenSource>; choices: Choice[] } {
  const decisions = new Map(eyes.map((eye) => [eye, asSaid(profile.cameras[eye], eye)]));
  const open = eyes.filter((eye) => decisions.get(eye) === null);
  for (const [eye, decision] of chosenByProbing(machine, templates, open)) decisions.set(eye, decision);
  assignCameras(profile, machine, decisions as Map<Eye, Decision>);

  const sources = new Map<Eye, ChosenSource>();
  const choices: Choice[] = [];
  for (const [eye, decision] of decisions as Map<Eye, Decision>) {
    const { template, because } = templateFor(decision, profile, templates, eye);
    requireTemplate(template, machine, `profile.cameras.${eye}.source`);
    sources.set(eye, {
      source: decision.source,
      template,
      parameters: parametersFor(decision, profile, machine, eye),
      formats: formatsFrom(decision, template, profile, machine, eye),
    });
    const chosen = decision.camera === undefined ? decision.source : `${decision.source}, ${decision.camera.id}`;
    choices.push({ what: `source ${eye}`, chosen, because, rejected: decision.rejected });
  }
  return { sources, choices };
}

/** The cameras that `auto` may take: not held by others, of one interface. */
export function usableCameras(machine: Machine, api: CameraFound['api']): CameraFound[] {
  return machine.cameras.filter((camera) => camera.api === api && !heldByOthers(camera));
}

function decided(source: string, because: string): Decision {
  return { source, because, rejected: [] };
}

/** What the configuration itself decides, without looking at the machine; null leaves it to probing. */
function asSaid(camera: Camera, eye: Eye): Decision | null {
  if (camera.source !== 'auto') {
    if (camera.source === 'files' && camera.path === undefined)
      throw wrong(eye, 'path', 'is missing: the files source plays a folder of pictures, a glob, or a video.');
    if (camera.source === 'custom' && camera.launch === undefined)
      throw wrong(eye, 'launch', 'is missing: the custom source runs a launch fragment that produces live raw video.');
    return decided(camera.source, `cameras.${eye}.source says so`);
  }
  if (camera.launch !== undefined) return decided('custom', `cameras.${eye}.launch is given`);
  if (camera.path !== undefined) return decided('files', `cameras.${eye}.path is given`);
  if (camera.device === 'auto') return null;
  const source = String(camera.device).startsWith('/dev/') ? 'v4l2' : 'libcamera';
  return decided(source, `cameras.${eye}.device is ${String(camera.device)}`);
}

/** Real cameras for all of the eyes, or the simulated scene for all of them: a mixture would be no stereo pair. */
function chosenByProbing(machine: Machine, templates: Templates, eyes: readonly Eye[]): Map<Eye, Decision> {
  if (eyes.length === 0) return new Map();
  const rejected: Rejected = [];
  for (const api of ['libcamera', 'v4l2'] as const) {
    const cameras = usableCameras(machine, api);
    const template = whyNot(templates.named('source', api), machine);
    const held = machine.cameras.filter((camera) => camera.api === api).length - cameras.length;
    if (template !== null) rejected.push({ option: api, because: template });
    else if (cameras.length < eyes.length)
      rejected.push({ option: api, because: tooFew(cameras.length, held, eyes.length) });
    else {
      const because = `${cameras.length} ${api} camera${cameras.length > 1 ? 's are' : ' is'} here`;
      const more =
        api === 'libcamera'
          ? [{ option: 'v4l2', because: 'libcamera comes first: it knows sensors and their controls' }]
          : [];
      const simulated = { option: 'sim', because: 'there are real cameras' };
      return new Map(eyes.map((eye) => [eye, { source: api, because, rejected: [...rejected, ...more, simulated] }]));
    }
  }
  return new Map(
    eyes.map((eye) => [
      eye,
      { source: 'sim', because: ['no camera can be used', ...(machine.cameraFaults ?? [])].join('; '), rejected },
    ]),
  );
}

function tooFew(usable: number, held: number, wanted: number): string {
  const busy = held > 0 ? `, ${held} in use by another program` : '';
  if (usable === 0) return `no camera found${busy}`;
  return `${usable} camera${usable > 1 ? 's' : ''} found for ${wanted} eyes${busy}`;
}

/** Gives each eye with a real camera its own one, by `device` or in the order of the list. */
function assignCameras(profile: Profile, machine: Machine, decisions: Map<Eye, Decision>): void {
  const taken = new Set<CameraFound>();
  const real = [...decisions].filter(([, { source }]) => source === 'libcamera' || source === 'v4l2');
  const named = real.filter(([eye]) => profile.cameras[eye].device !== 'auto');
  const rest = real.filter(([eye]) => profile.cameras[eye].device === 'auto');
  for (const [eye, decision] of named) {
    const { device } = profile.cameras[eye];
    const camera = cameraNamed(device, machine, decision.source, eye);
    if (camera === null) continue;
    decision.camera = camera;
    taken.add(camera);
  }
  for (const [eye, decision] of rest) {
    const camera = usableCameras(machine, decision.source as CameraFound['api']).find((each) => !taken.has(each));
    if (camera === undefined) throw noCamera(eye, `no ${decision.source} camera is free for the ${eye} eye`, machine);
    decision.camera = camera;
    taken.add(camera);
  }
}

/** Null where nothing is known of the cameras of this interface: then the name goes to the source as it is. */
function cameraNamed(device: string | number, machine: Machine, api: string, eye: Eye): CameraFound | null {
  const cameras = machine.cameras.filter((camera) => camera.api === api);
  const wanted = String(device);
  const found =
    typeof device === 'number' || /^\d+$/.test(wanted)
      ? cameras[Number(wanted)]
      : (cameras.find(({ id }) => id === wanted) ?? cameras.find(({ id, name }) => `${id} ${name}`.includes(wanted)));
  if (found !== undefined) return found;
  if (api === 'libcamera' && cameras.length === 0 && typeof device === 'string') return null;
  throw noCamera(eye, `there is no ${api} camera ${wanted} for the ${eye} eye`, machine);
}

function noCamera(eye: Eye, what: string, machine: Machine): BinocleError {
  const list = machine.cameras.map(({ api, id, heldBy }) =>
    heldBy === null ? `${id} (${api})` : `${id} (${api}, in use by ${heldBy.command}, process ${heldBy.pid})`,
  );
  const found = list.length === 0 ? 'no camera was found' : `found: ${list.join(', ')}`;
  return new BinocleError('source-failed', `${what}; ${found}. \`binocle cameras\` tells more.`, {
    path: `profile.cameras.${eye}.device`,
  });
}

function templateFor(
  decision: Decision,
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
    `${id} does not deliver ${capture.width}x${capture.height} at ${capture.fps} frames a second; it has ${offers.join(', ')}.`,
    { path: `profile.cameras.${eye}.device` },
  );
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

function parametersFor(decision: Decision, profile: Profile, machine: Machine, eye: Eye): Parameters {
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
  { source, camera }: Decision,
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

function customParameters({ source }: Decision, profile: Profile, machine: Machine, eye: Eye): Parameters {
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

function filesParameters({ source }: Decision, profile: Profile, machine: Machine, eye: Eye): Parameters {
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

function wrong(eye: Eye, key: string, what: string): BinocleError {
  return new BinocleError('bad-config', `cameras.${eye}.${key} ${what}`, { path: `profile.cameras.${eye}.${key}` });
}
