import type { Profile } from '../../src/protocol/configuration.js';
import type { Mapping } from '../../src/protocol/merge-patch.js';
import { written, type NumberControl } from '../settings/controls.js';
import { composed } from '../settings/patches.js';
import { clamp } from '../settings/scale.js';
import { bothEyes } from '../settings/tables.js';
import { deflection, type Controller, type Hand } from './controllers.js';

/** What a stick moves: the control, and how much in a second when it is pushed all the way right or down. */
interface Axis {
  control: NumberControl;
  perSecond: number;
  /** Multiplied rather than added: the power of e in a second. */
  ratio?: boolean;
}

type Sticks = Record<Hand, { x: Axis; y: Axis }>;

const axis = (id: string, perSecond: number, ratio = false): Axis => ({
  control: bothEyes.find((control) => control.id === id)!,
  perSecond,
  ratio,
});

/** Shifts in fractions of the picture, rolls in degrees. With the grip held, both pictures move as one. */
export const sticks: Record<'apart' | 'as-one', Sticks> = {
  apart: {
    left: { x: axis('convergence', 0.04), y: axis('vertical', 0.04) },
    right: { x: axis('roll-between', 3), y: axis('zoom', -0.3, true) },
  },
  'as-one': {
    left: { x: axis('shift-x', 0.1), y: axis('shift-y', 0.1) },
    right: { x: axis('roll', 6), y: axis('zoom', -0.3, true) },
  },
};

export interface Moved {
  patch: Mapping;
  controls: readonly NumberControl[];
}

/** What the sticks change in `seconds`; null while they rest. */
export function moved(profile: Profile, held: Partial<Record<Hand, Controller>>, seconds: number): Moved | null {
  const gripped = Object.values(held).some(({ pressed }) => pressed.squeeze);
  const mapping = sticks[gripped ? 'as-one' : 'apart'];
  const changes = (['left', 'right'] as const).flatMap((hand) => {
    const controller = held[hand];
    if (!controller) return [];
    const along = deflection(controller);
    return (['x', 'y'] as const)
      .filter((direction) => along[direction] !== 0)
      .map((direction) => {
        const { control } = mapping[hand][direction];
        const value = further(profile, mapping[hand][direction], along[direction] * seconds);
        return { control, patch: control.patch(profile, value) };
      });
  });
  const [first, ...others] = changes;
  if (!first) return null;
  return {
    patch: others.reduce((patch, other) => composed(patch, other.patch) ?? patch, first.patch),
    controls: changes.map(({ control }) => control),
  };
}

function further(profile: Profile, { control, perSecond, ratio }: Axis, way: number): number {
  const { scale } = control;
  const value = control.read(profile)!;
  return clamp(
    ratio ? value * Math.exp(perSecond * way) : value + perSecond * way,
    scale.toValue(scale.least),
    scale.toValue(scale.most),
  );
}

/** `Convergence 0.0120 (7.7 px)`. */
export function valueWords(profile: Profile, control: NumberControl): string {
  const value = control.read(profile) ?? 0;
  const also = control.also?.(profile, value);
  return `${control.label} ${written(control, value)}${control.unit === 'deg' ? '°' : ''}${also ? ` (${also})` : ''}`;
}
