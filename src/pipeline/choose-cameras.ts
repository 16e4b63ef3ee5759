import { BinocleError } from '../protocol/errors.js';
import type { Eye } from '../protocol/ws.js';
import { heldByOthers, holderOf } from './camera-holders.js';
import type { CameraFound, Machine } from './machine.js';

export type CameraApi = CameraFound['api'];

/**
 * The cameras of one kind that `auto` may take, those that make a pair first: CAM0 before CAM1, else two of one name, else in the order of the list. Not
 * what another program holds, and of cameras behind one multiplexer only the first.
 */
export function usableCameras(machine: Machine, api: CameraApi): CameraFound[] {
  const free = machine.cameras.filter((camera) => camera.api === api && !heldByOthers(camera));
  const alone = free.filter((camera) => !free.slice(0, free.indexOf(camera)).some((other) => isBeside(camera, other)));
  return pairFirst(alone);
}

/** Whether two cameras that `auto` may take as a pair are here. */
export function pairIsHere(machine: Machine): boolean {
  return (['libcamera', 'v4l2'] as const).some((api) => usableCameras(machine, api).length > 1);
}

/** Whether two cameras are behind one multiplexer (…/i2c@1/pca@70/i2c@0/imx219@10), which lets one of them through at a time. */
export function isBeside(one: CameraFound, other: CameraFound): boolean {
  const multiplexer = multiplexerOf(one);
  return multiplexer !== undefined && multiplexer === multiplexerOf(other);
}

function multiplexerOf({ id }: CameraFound): string | undefined {
  return /^(.*\/(?:pca\w*|mux)@[0-9a-f]+)\/i2c@[0-9a-f]+\//.exec(id)?.[1];
}

function pairFirst(cameras: CameraFound[]): CameraFound[] {
  const at = (wanted: string) => cameras.find(({ socket }) => socket === wanted);
  const sockets = [at('CAM0'), at('CAM1')];
  const twin = cameras.find((one) => cameras.some((other) => other !== one && other.name === one.name));
  const pair = sockets.includes(undefined) ? cameras.filter(({ name }) => name === twin?.name).slice(0, 2) : sockets;
  return [...(pair as CameraFound[]), ...cameras.filter((camera) => !pair.includes(camera))];
}

/** The next camera of a kind beside those that are `taken`: of the name of the last one where there is such a one. */
export function nextCamera(machine: Machine, api: CameraApi, taken: readonly CameraFound[]): CameraFound | undefined {
  const free = usableCameras(machine, api).filter(
    (camera) => !taken.includes(camera) && !taken.some((each) => isBeside(camera, each)),
  );
  return free.find(({ name }) => name === taken.at(-1)?.name) ?? free[0];
}

/** A camera for people: its id, and the socket where that is known. */
export function cameraWords({ id, socket }: CameraFound): string {
  return socket === null || socket === undefined ? id : `${id} at ${socket}`;
}

/** Names of sockets that `device` may be, in any case; also of sockets that no board has, which are told so. */
const socketName = /^cam\d*$/i;

/**
 * The camera that `device` names: a socket, a number of the list, an id, a link to a node, or a part of id or name. What was left out is found by its id. Null where
 * nothing is known of the cameras of this interface: then the name goes to the source as it is.
 * @throws BinocleError `source-failed` with what was found instead.
 */
export function cameraNamed(device: string | number, machine: Machine, api: CameraApi, eye: Eye): CameraFound | null {
  const cameras = machine.cameras.filter((camera) => camera.api === api);
  const leftOut = (machine.leftOut ?? []).filter((camera) => camera.api === api);
  const wanted = String(device);
  // libcamera's numbers go on with what V4L2 has, too.
  const numbered = api === 'libcamera' ? [...cameras, ...leftOut] : cameras;
  const found = socketName.test(wanted)
    ? cameras.find(({ socket }) => socket === wanted.toUpperCase())
    : /^\d+$/.test(wanted)
      ? numbered[Number(wanted)]
      : ([...cameras, ...leftOut].find(({ id, links = [] }) => id === wanted || links.includes(wanted)) ??
        cameras.find(({ id, name }) => `${id} ${name}`.includes(wanted)));
  if (found !== undefined) return found;
  const isUnknown = api === 'libcamera' && numbered.length === 0 && !socketName.test(wanted);
  if (isUnknown && typeof device === 'string') return null;
  const what = socketName.test(wanted)
    ? `no camera is known to be at ${wanted.toUpperCase()} for the ${eye} eye`
    : `there is no ${api} camera ${wanted} for the ${eye} eye`;
  throw noCamera(eye, what, machine);
}

/** An error that says what was found instead. */
export function noCamera(eye: Eye, what: string, { cameras, leftOut = [] }: Machine): BinocleError {
  const list = cameras.map((camera) => {
    const holder = holderOf(camera);
    const held = holder === null ? '' : `, in use by ${holder}`;
    return `${cameraWords(camera)} (${camera.api}${held})`;
  });
  const found = list.length === 0 ? 'no camera was found' : `found: ${list.join(', ')}`;
  const count = leftOut.length;
  const others = count === 0 ? '' : `; ${count} video device${count > 1 ? 's are' : ' is'} left out`;
  return new BinocleError('source-failed', `${what}; ${found}${others}. \`binocle cameras\` tells more.`, {
    path: `profile.cameras.${eye}.device`,
  });
}
