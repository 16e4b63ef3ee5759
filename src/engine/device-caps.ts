import type { CameraFound } from '../pipeline/machine.js';

/**
 * The modes in the caps of a camera device, as text: fixed sizes only, since a range says nothing of what the sensor does. Frame rates of a list one by
 * one, of a range its ends.
 */
export function modesOf(caps: string): CameraFound['modes'] {
  return structures(caps).flatMap((structure) => {
    const [media = '', ...fields] = structure.split(/,\s*(?=[\w-]+=)/);
    const value = (name: string) => fields.find((field) => field.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
    const [width, height] = [integer(value('width')), integer(value('height'))];
    if (width === null || height === null) return [];
    const fps = rates(value('framerate'));
    const format = media.trim().startsWith('image/jpeg') ? ['MJPG'] : list(value('format'));
    return format.map((name) => ({ width, height, fps, format: name }));
  });
}

/** Splits at the `;` between structures. */
function structures(caps: string): string[] {
  return caps.split(/;\s*(?=[\w-]+\/)/).map((structure) => structure.replace(/;\s*$/, ''));
}

function integer(text: string): number | null {
  const digits = /^(?:\(int\))?\s*(\d+)$/.exec(text.trim())?.[1];
  return digits === undefined ? null : Number(digits);
}

function rates(text: string): number[] {
  return [...text.matchAll(/(\d+)\/(\d+)/g)]
    .map(([, above, below]) => Math.round((Number(above) / Number(below)) * 100) / 100)
    .filter((rate) => rate > 0 && rate < 1000);
}

function list(text: string): string[] {
  const names = text.replace(/^\(\w+\)/, '').match(/[\w-]+/g) ?? [];
  return names.length === 0 ? ['unknown'] : names;
}
