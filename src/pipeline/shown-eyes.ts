import type { Camera, Profile } from '../protocol/configuration.js';
import { BinocleError } from '../protocol/errors.js';
import type { Eye } from '../protocol/ws.js';
import { chooseEyes, type ChosenEyes, type EyeSource } from './choose-eyes.js';
import type { Machine } from './machine.js';
import type { Choice } from './plan.js';
import type { Templates } from './templates.js';

/** The cameras that are shown, with what `binocle plan` says of them. */
export interface ShownEyes {
  eyes: ReadonlyMap<Eye, EyeSource>;
  /** One eye alone: for want of a second camera, or since `mono` was asked for. */
  mono: boolean;
  /** Whose settings the left camera has: the right one's where that is the only one that is here. */
  leftSettings: Eye;
  /** Whether the eyes see each other's camera. */
  swap: boolean;
  choice: Choice | null;
}

/**
 * Which cameras are shown: both, or one alone, which is the left one, or by `view.swap` the right one where there is one.
 * @throws BinocleError as {@link chooseEyes}.
 */
export function shownEyes(profile: Profile, machine: Machine, templates: Templates): ShownEyes {
  const { eyes, single } = chooseEyes(profile, machine, templates);
  const { swap } = profile.view;
  const left = { eyes, mono: true, leftSettings: 'left', swap: false, choice: null } as const;
  if (single !== null) {
    const { choice } = single;
    return { ...left, leftSettings: single.settings, choice: swap ? noRightEye(choice.because) : choice };
  }
  if (profile.layout !== 'mono') return { ...left, mono: false, swap, choice: swap ? exchanged : null };
  if (!swap) return left;
  const right = rightEye(profile, machine, templates, eyes);
  if ('because' in right) return { ...left, choice: noRightEye(right.because) };
  const choice = { what: 'eyes', chosen: 'right alone', because: 'view.swap says so', rejected: [] };
  return { ...left, eyes: new Map([['right', right.source]]), swap, choice };
}

const exchanged: Choice = {
  what: 'eyes',
  chosen: 'exchanged',
  because: 'view.swap says so: each eye sees the other camera, with the view and calibration of that camera',
  rejected: [],
};

function noRightEye(because: string): Choice {
  const rejected = [{ option: 'right alone', because }];
  return { what: 'eyes', chosen: 'left alone', because: 'view.swap needs a right camera', rejected };
}

/** The right camera as it is beside the left one, or why there is none. One that is asked for by name has to be. */
function rightEye(
  profile: Profile,
  machine: Machine,
  templates: Templates,
  alone: ChosenEyes['eyes'],
): { source: EyeSource } | { because: string } {
  try {
    const source = chooseEyes({ ...profile, layout: 'sbs' }, machine, templates).eyes.get('right')!;
    const left = alone.get('left')!.source;
    // Both eyes are simulated where there are too few cameras for two.
    if (!isOpen(profile.cameras.right) || source.source !== 'sim' || left === 'sim') return { source };
    return { because: `no camera can be used besides that of the left eye (${left})` };
  } catch (error) {
    if (isOpen(profile.cameras.right) && error instanceof BinocleError && error.reason === 'source-failed')
      return { because: error.message };
    throw error;
  }
}

/** Whether a camera is left to be found. */
function isOpen({ source, device, path, launch }: Camera): boolean {
  return source === 'auto' && device === 'auto' && path === undefined && launch === undefined;
}
