import type { Camera, Profile } from '../protocol/configuration.js';
import { BinocleError } from '../protocol/errors.js';
import type { Eye } from '../protocol/ws.js';
import { chooseSources } from './choose-sources.js';
import type { Machine } from './machine.js';
import type { Choice } from './plan.js';
import type { Templates } from './templates.js';

/** Whether a camera is left to be found. */
export function isOpen({ source, device, path, launch }: Camera): boolean {
  return source === 'auto' && device === 'auto' && path === undefined && launch === undefined;
}

/** The camera that is shown alone: the left one, or by `view.swap` the right one where there is one, and then why. */
export function loneEye(profile: Profile, machine: Machine, templates: Templates): { eye: Eye; choice: Choice | null } {
  if (!profile.view.swap) return { eye: 'left', choice: null };
  const because = whyNoRight(profile, machine, templates);
  if (because === null) {
    const choice = { what: 'eyes', chosen: 'right alone', because: 'view.swap says so', rejected: [] };
    return { eye: 'right', choice };
  }
  const rejected = [{ option: 'right alone', because }];
  const choice = { what: 'eyes', chosen: 'left alone', because: 'view.swap needs a right camera', rejected };
  return { eye: 'left', choice };
}

/** Null where there is one. One that is asked for by name has to be. */
function whyNoRight(profile: Profile, machine: Machine, templates: Templates): string | null {
  if (!isOpen(profile.cameras.right)) return null;
  try {
    const { sources } = chooseSources(profile, machine, templates, ['left', 'right']);
    const alone = chooseSources(profile, machine, templates, ['left']).sources.get('left')!.source;
    // Both eyes are simulated where there are too few cameras for two.
    const isCamera = sources.get('right')!.source !== 'sim' || alone === 'sim';
    return isCamera ? null : `no camera can be used besides that of the left eye (${alone})`;
  } catch (error) {
    if (error instanceof BinocleError && error.reason === 'source-failed') return error.message;
    throw error;
  }
}
