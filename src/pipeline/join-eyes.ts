import type { Size } from '../calibration/view.js';
import type { Eye, Layout } from '../protocol/ws.js';
import type { Machine } from './machine.js';
import type { Choice } from './plan.js';
import { whyNot } from './requirements.js';
import type { Parameters } from './template.js';
import type { Templates } from './templates.js';

/** Templates of the place where the pictures of two cameras meet: of a camera's way there, and of the place itself. */
export interface Joining {
  join: string;
  whole: string;
  choices: Choice[];
}

/**
 * How two pictures become one: by our own element, or by the compositor where that is not compiled. With a picture an eye our own element gives each to its eye.
 * Null where pictures do not meet: of one camera, and with a picture an eye without that element, where `view.swap` is another graph.
 */
export function joinEyes(layout: Layout, machine: Machine, templates: Templates): Joining | null {
  if (layout === 'mono') return null;
  const because = whyNot(templates.named('layout', layout), machine);
  if (layout === 'twin') return because === null ? { join: 'join', whole: 'twin', choices: [] } : null;
  const option = because === null ? 'compositor' : 'stereopair';
  const clocked = 'it waits for a clock of its own, up to a frame, and may show eyes of two instants';
  const choice: Choice = {
    what: 'pairing',
    chosen: because === null ? 'stereopair' : 'compositor',
    because:
      because === null
        ? 'both frames of an instant go on as soon as they are there, a late eye is waited for 0.95 of a frame time'
        : 'it is always there',
    rejected: [{ option, because: because ?? clocked }],
  };
  return because === null
    ? { join: 'join', whole: layout, choices: [choice] }
    : { join: 'join-compositor', whole: `${layout}-compositor`, choices: [choice] };
}

/** Of a camera, with a picture an eye. */
export function eyeThatSees(camera: Eye, swap: boolean): Eye {
  if (!swap) return camera;
  return camera === 'left' ? 'right' : 'left';
}

/** Where the pictures of the two cameras go, as the templates of layouts name it; pixels. */
export function placesOf({ width, height }: Size, swap: boolean): Parameters {
  const [first, second] = swap ? ['right', 'left'] : ['left', 'right'];
  return {
    swap: String(swap),
    [`${first}_x`]: 0,
    [`${second}_x`]: width,
    [`${first}_y`]: 0,
    [`${second}_y`]: height,
  };
}
