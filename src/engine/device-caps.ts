import type { CameraFound } from '../pipeline/machine.js';

/** What the caps of a device say, one structure of GStreamer's text each. */
interface Structure {
  /** `video/x-raw`. */
  media: string;
  /** `memory:DMABuf`, `format:Interlaced`; empty for pictures in ordinary memory. */
  features: string;
  value: (field: string) => string;
}

/** What a device offers, in the words of its caps. */
export interface Offer {
  /** Formats of raw pictures, e.g. YUY2. */
  raw: string[];
  jpeg: boolean;
  /** Media types that no template takes from a camera: `video/x-h264`, `video/x-bayer`. */
  others: string[];
  /** `fixed`: sizes of its own; `ranges`: any size between two; `none`: it says nothing of sizes. */
  sizes: 'fixed' | 'ranges' | 'none';
  /** The widest range, e.g. "32x32 to 16384x16384"; empty where there is none. */
  range: string;
}

/**
 * The modes in the caps of a camera device, as text: what a template can take, in fixed sizes only, since a range says nothing of what the sensor does.
 * Frame rates of a list are told one by one; a range of them leaves them open (none).
 */
export function modesOf(caps: string): CameraFound['modes'] {
  return structuresOf(caps)
    .filter((structure) => isTaken(structure) && structure.features === '')
    .flatMap(({ media, value }) => {
      const fps = rates(value('framerate'));
      const formats = media === jpeg ? ['MJPG'] : list(value('format'));
      return fixed(value('width')).flatMap((width) =>
        fixed(value('height')).flatMap((height) => formats.map((format) => ({ width, height, fps, format }))),
      );
    });
}

/** Sums up the caps of a device, of all kinds of memory. */
export function offerOf(caps: string): Offer {
  const structures = structuresOf(caps);
  const taken = structures.filter(isTaken);
  const isFixed = taken.some(({ value }) => fixed(value('width')).length > 0 && fixed(value('height')).length > 0);
  const ranges = taken.map(({ value }) => [ends(value('width')), ends(value('height'))] as const);
  const [width, height] = ranges.find(([one, other]) => one !== null && other !== null) ?? [null, null];
  return {
    raw: [...new Set(taken.filter(({ media }) => media === raw).flatMap(({ value }) => list(value('format'))))],
    jpeg: taken.some(({ media }) => media === jpeg),
    others: [...new Set(structures.filter((structure) => !isTaken(structure)).map(({ media }) => media))],
    sizes: isFixed ? 'fixed' : width === null ? 'none' : 'ranges',
    range: width === null || height === null ? '' : `${width[0]}x${height[0]} to ${width[1]}x${height[1]}`,
  };
}

const raw = 'video/x-raw';
const jpeg = 'image/jpeg';

function isTaken({ media }: Structure): boolean {
  return media === raw || media === jpeg;
}

/** Splits at the `;` between structures, and at the `,` between fields, which lists have inside, too. */
function structuresOf(caps: string): Structure[] {
  if (!caps.includes('/')) return [];
  return caps.split(/;\s*(?=[\w-]+\/)/).map((text) => {
    const [head = '', ...fields] = text.replace(/;\s*$/, '').split(/,\s*(?=[\w-]+=)/);
    const [, media = '', features = ''] = /^\s*([^(\s]+)\s*(?:\(([^)]*)\))?/.exec(head) ?? [];
    const value = (name: string) => fields.find((field) => field.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
    return { media, features: features === 'memory:SystemMemory' ? '' : features, value };
  });
}

/** `(int)640`, or the members of `(int){ 640, 800 }`; none of a range. */
function fixed(text: string): number[] {
  if (text.includes('[')) return [];
  return [...text.replace(/^\(int\)/, '').matchAll(/\d+/g)].map(([digits]) => Number(digits));
}

/** Both ends of `(int)[ 32, 16384, 2 ]`. */
function ends(text: string): [number, number] | null {
  const [, least, most] = /\[\s*(\d+)\s*,\s*(\d+)/.exec(text) ?? [];
  return least === undefined ? null : [Number(least), Number(most)];
}

function rates(text: string): number[] {
  if (text.includes('[')) return [];
  return [...text.matchAll(/(\d+)\/(\d+)/g)]
    .map(([, above, below]) => Math.round((Number(above) / Number(below)) * 100) / 100)
    .filter((rate) => rate > 0 && rate < 1000);
}

function list(text: string): string[] {
  const names = text.replace(/^\(\w+\)/, '').match(/[\w-]+/g) ?? [];
  return names.length === 0 ? ['unknown'] : names;
}
