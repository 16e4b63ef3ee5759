import type { CameraFound } from './machine.js';

/** An engine of Binocle: the running program's own, which lets go before the next one starts. */
export function heldByBinocle({ heldBy }: CameraFound): boolean {
  return heldBy !== null && /engine\/main\.js/.test(heldBy.command);
}

/** A program that streams from it. Desktops hold cameras without doing so. */
export function heldByOthers(camera: CameraFound): boolean {
  const { heldBy } = camera;
  return heldBy !== null && !heldByBinocle(camera) && !/pipewire|wireplumber/.test(heldBy.command);
}

/** Who has it open, for people: after "in use by". */
export function holderOf(camera: CameraFound): string | null {
  const { heldBy } = camera;
  if (heldBy === null) return null;
  return `${heldByBinocle(camera) ? 'Binocle itself' : heldBy.command} (process ${heldBy.pid})`;
}
