import type { Machine } from './machine.js';

/**
 * What stands for `${colours}` in a template: from any pixel format to any other. videoconvert alone is off by up to 4 levels between 4:2:0 and RGB, and
 * more for grey; with our own element behind it, which takes those pictures as they are, the nearest level comes out.
 */
export function coloursOf({ elements }: Pick<Machine, 'elements'>): string {
  return elements.has('exactcolours') ? 'videoconvert ! exactcolours' : 'videoconvert';
}
