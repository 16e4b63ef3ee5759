import type { Camera, Profile } from '../protocol/configuration.js';
import { BinocleError } from '../protocol/errors.js';
import type { Eye } from '../protocol/ws.js';
import {
  cameraNamed,
  cameraWords,
  isBeside,
  nextCamera,
  noCamera,
  usableCameras,
  type CameraApi,
} from './choose-cameras.js';
import { heldByOthers, holderOf } from './camera-holders.js';
import type { CameraFound, Machine } from './machine.js';
import type { Choice } from './plan.js';
import { whyNot } from './requirements.js';
import type { Templates } from './templates.js';

type Rejected = Choice['rejected'];

/** Where an eye's picture comes from, before the source's template is looked at. */
export interface EyeSource {
  /** libcamera, v4l2, sim, files, custom, or the name of a template of the user's. */
  source: string;
  because: string;
  rejected: Rejected;
  camera?: CameraFound;
}

export interface ChosenEyes {
  /** Of the eyes that there will be. */
  eyes: Map<Eye, EyeSource>;
  /** The left eye alone, for want of a second camera: which eye's settings its camera has, and why. */
  single: { settings: Eye; choice: Choice } | null;
}

const apis: readonly CameraApi[] = ['libcamera', 'v4l2'];

/**
 * Chooses which camera is whose eye. One camera and `layout: auto` is a picture of one eye. Where a layout of two eyes is asked for and the cameras are
 * too few, those that the configuration leaves open are simulated together, since a real eye and a drawn one are no stereo pair.
 * @throws BinocleError `source-failed` or `bad-config` where what was asked for by name cannot be.
 */
export function chooseEyes(profile: Profile, machine: Machine, templates: Templates): ChosenEyes {
  const { layout, cameras: settings } = profile;
  const all: readonly Eye[] = layout === 'mono' ? ['left'] : ['left', 'right'];
  const said = new Map(all.map((eye) => [eye, asSaid(settings[eye], eye)]));
  const eyes = eyesAsSaid(profile, machine, said);

  const open = all.filter((eye) => said.get(eye) === null);
  const neighbour = [...eyes.values()].find(isReal);
  const free = freeCameras(machine, templates, open.length, neighbour);
  // Two are taken together or not at all, unless one is enough.
  if (layout === 'auto' || free.length === open.length)
    for (const [index, source] of free.entries()) eyes.set(open[index]!, source);

  const blind = all.filter((eye) => !eyes.has(eye));
  const seeing = all.find((eye) => isReal(eyes.get(eye)));
  if (layout === 'auto' && blind.length === 1 && seeing !== undefined) {
    const source = eyes.get(seeing)!;
    const wanted = said.get(blind[0]!)?.source ?? source.source;
    if (wanted === source.source) {
      const choice = leftAlone(seeing, source, settings[seeing], machine);
      return { eyes: new Map([['left', source]]), single: { settings: seeing, choice } };
    }
  }
  for (const eye of blind) {
    const wanted = said.get(eye)?.source ?? neighbour?.source;
    if (wanted !== undefined) throw noCamera(eye, `no ${wanted} camera is free for the ${eye} eye`, machine);
    eyes.set(eye, simulated(profile, machine, templates, open.length));
  }
  return { eyes: new Map(all.map((eye) => [eye, eyes.get(eye)!])), single: null };
}

/** What the configuration itself decides, without looking at the machine; null leaves it to what is here. */
function asSaid(camera: Camera, eye: Eye): EyeSource | null {
  if (camera.source !== 'auto') {
    if (camera.source === 'files' && camera.path === undefined)
      throw wrong(eye, 'path', 'is missing: the files source plays a folder of pictures, a glob, or a video.');
    if (camera.source === 'custom' && camera.launch === undefined)
      throw wrong(eye, 'launch', 'is missing: the custom source runs a launch fragment that produces live raw video.');
    return saying(camera.source, `cameras.${eye}.source says so`);
  }
  if (camera.launch !== undefined) return saying('custom', `cameras.${eye}.launch is given`);
  if (camera.path !== undefined) return saying('files', `cameras.${eye}.path is given`);
  if (camera.device === 'auto') return null;
  const source = String(camera.device).startsWith('/dev/') ? 'v4l2' : 'libcamera';
  return saying(source, `cameras.${eye}.device is ${String(camera.device)}`);
}

function saying(source: string, because: string): EyeSource {
  return { source, because, rejected: [] };
}

/** Eyes whose source is said, each with its own camera: those with a name first, then those of an interface; without one that is left for it none. */
function eyesAsSaid(
  { cameras: settings }: Profile,
  machine: Machine,
  said: ReadonlyMap<Eye, EyeSource | null>,
): Map<Eye, EyeSource> {
  const eyes = new Map<Eye, EyeSource>();
  const wanted = [...said].filter((entry): entry is [Eye, EyeSource] => entry[1] !== null);
  for (const [eye, source] of wanted) {
    const { device } = settings[eye];
    if (isReal(source) && device === 'auto') continue;
    const camera = isReal(source) ? cameraNamed(device, machine, source.source, eye) : null;
    if (camera !== null && camerasOf(eyes).includes(camera))
      throw noCamera(eye, `cameras.${eye}.device names the camera of the other eye, ${cameraWords(camera)}`, machine);
    eyes.set(eye, camera === null ? source : { ...source, camera });
  }
  for (const [eye, source] of wanted) {
    if (eyes.has(eye) || !isReal(source)) continue;
    const taken = camerasOf(eyes);
    // Asked for by name, libcamera gives the USB cameras, too, which `auto` takes through V4L2.
    const others = (machine.leftOut ?? []).filter(({ api }) => api === 'libcamera' && api === source.source);
    const camera =
      nextCamera(machine, source.source, taken) ?? others.find((each) => !taken.includes(each) && !heldByOthers(each));
    if (camera !== undefined) eyes.set(eye, { ...source, camera });
  }
  return eyes;
}

function isReal(eye: EyeSource | undefined): eye is EyeSource & { source: CameraApi } {
  return apis.some((api) => api === eye?.source);
}

function camerasOf(eyes: ReadonlyMap<Eye, EyeSource>): CameraFound[] {
  return [...eyes.values()].flatMap(({ camera }) => camera ?? []);
}

/** Cameras of one kind for as many of the `wanted` eyes as there are, that of the neighbour where it has one; all of them if any kind can. */
function freeCameras(
  machine: Machine,
  templates: Templates,
  wanted: number,
  neighbour: EyeSource | undefined,
): EyeSource[] {
  const kinds = apis.filter((api) => !isReal(neighbour) || neighbour.source === api);
  const counts = kinds.map((api) => ({ api, cameras: upTo(wanted, api, machine, templates, neighbour?.camera) }));
  const found =
    counts.find(({ cameras }) => cameras.length === wanted) ?? counts.find(({ cameras }) => cameras.length > 0);
  if (found === undefined || wanted === 0) return [];
  const { api, cameras } = found;
  const rejected = [
    ...kinds
      .filter((kind) => kind !== api)
      .map((kind) => ({
        option: kind,
        because:
          whyTooFew(kind, cameras.length, machine, templates) ??
          'libcamera comes first: it knows sensors and their controls',
      })),
    { option: 'sim', because: 'there are real cameras' },
  ];
  const because = hereWords(api, cameras, machine);
  return cameras.map((camera) => ({ source: api, because, rejected, camera }));
}

function upTo(
  wanted: number,
  api: CameraApi,
  machine: Machine,
  templates: Templates,
  neighbour: CameraFound | undefined,
): CameraFound[] {
  if (whyNot(templates.named('source', api), machine) !== null) return [];
  const taken = neighbour === undefined ? [] : [neighbour];
  const cameras: CameraFound[] = [];
  while (cameras.length < wanted) {
    const next = nextCamera(machine, api, [...taken, ...cameras]);
    if (next === undefined) break;
    cameras.push(next);
  }
  return cameras;
}

/** E.g. "2 libcamera cameras are here; CAM0 is the left eye, CAM1 the right". */
function hereWords(api: CameraApi, cameras: readonly CameraFound[], machine: Machine): string {
  const count = usableCameras(machine, api).length;
  const here = `${count} ${api} camera${count > 1 ? 's are' : ' is'} here`;
  if (cameras.length < 2) return here;
  const sockets = cameras.map(({ socket }) => socket ?? null);
  if (!sockets.includes(null) && sockets[0] !== sockets[1])
    return `${here}; ${sockets[0]!} is the left eye, ${sockets[1]!} the right`;
  return `${here}, the first of the list is the left eye${api === 'libcamera' ? ' (their sockets are not known)' : ''}`;
}

function whyTooFew(api: CameraApi, wanted: number, machine: Machine, templates: Templates): string | null {
  const absent = whyNot(templates.named('source', api), machine);
  if (absent !== null) return absent;
  const usable = usableCameras(machine, api).length;
  if (usable >= wanted) return null;
  const leftOut = (machine.leftOut ?? []).filter((camera) => camera.api === api);
  const held = machine.cameras.filter((camera) => camera.api === api && heldByOthers(camera)).length;
  const denied = leftOut.filter((camera) => camera.denied === true).map(({ id }) => id);
  const found = usable === 0 ? 'no camera found' : `${usable} camera${usable > 1 ? 's' : ''} found for ${wanted} eyes`;
  return [
    api === 'libcamera' && leftOut.length > 0 ? `${found} but those that v4l2 gives, too` : found,
    ...(held > 0 ? [`${held} in use by another program`] : []),
    ...(denied.length > 0 ? [`${denied.join(', ')} may not be opened by this user`] : []),
  ].join(', ');
}

/** The drawn scene, with why no real camera is taken. */
function simulated({ layout }: Profile, machine: Machine, templates: Templates, wanted: number): EyeSource {
  const rejected = apis.flatMap((api) => {
    const because = whyTooFew(api, wanted, machine, templates);
    return because === null ? [] : [{ option: api, because }];
  });
  const one = apis.some((api) => upTo(1, api, machine, templates, undefined).length > 0);
  const because = one
    ? `layout ${layout} takes two cameras of one kind, or two that cameras.left.device and cameras.right.device name; auto and mono show one`
    : ['no camera can be used', ...(machine.cameraFaults ?? [])].join('; ');
  return { source: 'sim', because, rejected };
}

/** Why there is one eye, and what has become of the other cameras. */
function leftAlone(seeing: Eye, { source, camera }: EyeSource, settings: Camera, machine: Machine): Choice {
  const name = camera === undefined ? String(settings.device) : cameraWords(camera);
  const others = machine.cameras
    .filter((other) => other !== camera)
    .map((other) => `${cameraWords(other)} ${whyNotBeside(other, source, camera)}`);
  const later = 'a second one is taken at the next start, or with layout sbs while this runs';
  return {
    what: 'eyes',
    chosen: seeing === 'left' ? 'left alone' : 'left alone, with the camera of the right',
    because: `one camera can be used: ${name}`,
    rejected: [
      { option: 'both', because: others.length === 0 ? `that takes two cameras: ${later}` : others.join('; ') },
    ],
  };
}

function whyNotBeside(other: CameraFound, source: string, camera: CameraFound | undefined): string {
  if (heldByOthers(other)) return `is in use by ${holderOf(other)!}`;
  if (camera !== undefined && isBeside(camera, other))
    return 'is behind the same multiplexer, which lets one camera through at a time';
  if (other.api !== source)
    return `is of another kind (${other.api}), and unequal cameras make a pair only where cameras.left.device and cameras.right.device name them`;
  return 'is left';
}

function wrong(eye: Eye, key: string, what: string): BinocleError {
  return new BinocleError('bad-config', `cameras.${eye}.${key} ${what}`, { path: `profile.cameras.${eye}.${key}` });
}
