import type { Profile } from '../../src/protocol/configuration.js';
import type { Mapping } from '../../src/protocol/merge-patch.js';
import { composed } from '../settings/patches.js';
import { opposite } from '../settings/both-eyes.js';
import { keyFacts } from '../settings/controls.js';
import type { OffsetReading } from './offset-meter.js';

/** The change that takes a measured offset and roll between the eyes out again, half of it in each eye. */
export function levelling(profile: Profile, { dy, roll, height }: OffsetReading & { kind: 'measured' }): Mapping {
  const vertical = against('shift_y');
  const turn = against('roll_deg');
  return composed(
    vertical.patch(profile, vertical.read(profile) + dy / height / 2),
    turn.patch(profile, turn.read(profile) + roll / 2),
  )!;
}

function against(key: 'shift_y' | 'roll_deg'): ReturnType<typeof opposite> {
  const { minimum, maximum } = keyFacts(`view.left.${key}`);
  return opposite(key, minimum!, maximum!);
}
