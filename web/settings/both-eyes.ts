import type { Profile } from '../../src/protocol/configuration.js';
import type { Mapping } from '../../src/protocol/merge-patch.js';
import { cameraOf } from './camera-of.js';
import { clamp } from './scale.js';

type Key = 'shift_x' | 'shift_y' | 'roll_deg' | 'zoom';

/** One number for both eyes, made of a key of each. */
export interface BothEyes {
  read(profile: Profile): number;
  /** Leaves the other relation of the two as it is. */
  patch(profile: Profile, value: number): Mapping;
}

/** Both move the same way: the mean. What tells them apart is kept. */
export function together(key: Key, least: number, most: number): BothEyes {
  const read = ({ view }: Profile): number => (view.left[key] + view.right[key]) / 2;
  return {
    read,
    patch(profile, value) {
      const { left, right } = profile.view;
      const [low, high] = [Math.min(left[key], right[key]), Math.max(left[key], right[key])];
      const way = clamp(value - read(profile), least - low, most - high);
      return eyes(key, left[key] + way, right[key] + way);
    },
  };
}

/** They move against each other: half of what the left eye sees minus what the right one does, whichever cameras those are. Their mean is kept. */
export function opposite(key: Key, least: number, most: number): BothEyes {
  const seen = (profile: Profile): [left: number, right: number] => [
    profile.view[cameraOf('left', profile)][key],
    profile.view[cameraOf('right', profile)][key],
  ];
  return {
    read(profile) {
      const [left, right] = seen(profile);
      return (left - right) / 2;
    },
    patch(profile, value) {
      const [left, right] = seen(profile);
      const mean = (left + right) / 2;
      const reach = Math.min(mean - least, most - mean);
      const half = clamp(value, -reach, reach);
      return profile.view.swap ? eyes(key, mean - half, mean + half) : eyes(key, mean + half, mean - half);
    },
  };
}

/** Both grow by the same factor: the geometric mean. Their ratio is kept. */
export function inProportion(key: Key, least: number, most: number): BothEyes {
  const read = ({ view }: Profile): number => Math.sqrt(view.left[key] * view.right[key]);
  return {
    read,
    patch(profile, value) {
      const { left, right } = profile.view;
      const [low, high] = [Math.min(left[key], right[key]), Math.max(left[key], right[key])];
      const factor = clamp(value / read(profile), least / low, most / high);
      return eyes(key, left[key] * factor, right[key] * factor);
    },
  };
}

/** Six places: a thousandth of a pixel of the widest pictures. */
function eyes(key: Key, left: number, right: number): Mapping {
  return { view: { left: { [key]: places(left) }, right: { [key]: places(right) } } };
}

function places(value: number): number {
  return Number(value.toFixed(6));
}
