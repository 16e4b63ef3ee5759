import { isDeepStrictEqual } from 'node:util';
import { askedProperties, cameraElements } from '../pipeline/camera-controls.js';
import { elementsOf } from '../pipeline/launch-syntax.js';
import { headerExtensions } from '../pipeline/header-extensions.js';
import type { Machine } from '../pipeline/machine.js';
import { pairIsHere } from '../pipeline/choose-cameras.js';
import { elementsNeeded, loadTemplates } from '../pipeline/templates.js';
import type { Profile } from '../protocol/configuration.js';
import { forbiddenDevices, saysForbidden } from './device-access.js';
import { elementExists, makeElement, pluginVersion, version } from './gst/gst.js';
import { hasProperty } from './gst/property.js';
import { loadNativePlugin } from './native-plugin.js';
import { camerasLookedFor, findFiles, type Progress } from './find-files.js';
import { probeCameras } from './probe-cameras.js';
import { probeGl } from './probe-gl.js';
import { boardModel } from './video-nodes.js';

/** Elements that a graph can do without, and that change what it shows or how soon. */
const optional = ['timeoverlay', 'exactcolours', 'keyframegate', ...Object.values(headerExtensions)];

/**
 * Asks this machine what it has: in parallel, and what may crash or hang in processes of its own. With a profile also what that names: elements of
 * launch fragments and of the user's templates, and the pictures of the `files` source, which are made ready to be played.
 * @throws BinocleError `bad-config` or `source-failed` for a `path` that cannot be played.
 */
export async function probeMachine(profile?: Profile, progress: Progress = () => undefined): Promise<Machine> {
  const gstreamer = version();
  const pluginPath = loadNativePlugin(progress);
  const [model, gl, cameras, files] = await Promise.all([
    boardModel(),
    probeGl(gstreamer),
    camerasNow(),
    profile === undefined ? undefined : findFiles(profile, progress),
  ]);
  return {
    model,
    gstreamer,
    pluginPath,
    elements: elementsFor(profile),
    gl,
    libcamera: pluginVersion('libcamera'),
    cameraProperties: cameraProperties(profile),
    ...cameras,
    ...(files === undefined ? {} : { files }),
  };
}

/**
 * The same machine for another profile: only what that asks of it anew is probed again, so that a change of one uniform costs nothing. Cameras are
 * (a second or more of libcamera's time), when another one is asked for, or a pair where there was none: one may have been plugged in, or given back.
 * @throws BinocleError as {@link probeMachine}.
 */
export async function probeAgain(
  machine: Machine,
  before: Profile,
  after: Profile,
  progress: Progress,
): Promise<Machine> {
  const same = (key: 'cameras' | 'capture' | 'layout') => isDeepStrictEqual(before[key], after[key]);
  const sameTemplates = before.encode.encoder === after.encode.encoder;
  const sameEyes = isDeepStrictEqual(camerasLookedFor(before), camerasLookedFor(after));
  if (same('cameras') && same('capture') && same('layout') && sameEyes)
    return sameTemplates ? machine : { ...machine, elements: elementsFor(after) };
  const [cameras, files] = await Promise.all([
    same('cameras') && pairIsHere(machine) ? {} : camerasNow(),
    findFiles(after, progress),
  ]);
  return { ...machine, elements: elementsFor(after), cameraProperties: cameraProperties(after), ...cameras, files };
}

async function camerasNow(): Promise<Pick<Machine, 'cameras' | 'leftOut' | 'cameraFaults'>> {
  const cameraFaults: string[] = [];
  const [found, forbidden] = await Promise.all([probeCameras((fault) => cameraFaults.push(fault)), forbiddenDevices()]);
  const nodes = forbidden.filter(({ path }) => !path.startsWith('/dev/dri/'));
  if (nodes.length > 0) cameraFaults.push(`${saysForbidden(nodes)}; \`binocle doctor\` says how to allow it`);
  return { ...found, cameraFaults };
}

function elementsFor(profile: Profile | undefined): Set<string> {
  const wanted = [...elementsNeeded(loadTemplates(profile)), ...fragments(profile).flatMap(elementsOf), ...optional];
  return new Set(wanted.filter(elementExists));
}

/** Asked only where a profile has controls: making an element loads its plugin. */
function cameraProperties(profile: Profile | undefined): NonNullable<Machine['cameraProperties']> {
  const controls =
    profile === undefined ? [] : Object.values(profile.cameras).flatMap((one) => Object.keys(one.controls));
  if (controls.length === 0) return {};
  const names = [...new Set([...controls, ...askedProperties])];
  const entries = Object.values(cameraElements)
    .filter(elementExists)
    .map((factory) => {
      const element = makeElement(factory);
      return [factory, names.filter((name) => hasProperty(element, name))] as const;
    });
  return Object.fromEntries(entries);
}

function fragments(profile: Profile | undefined): string[] {
  if (profile === undefined) return [];
  const { left, right } = profile.cameras;
  return [left.launch, right.launch].filter((launch) => launch !== undefined);
}
