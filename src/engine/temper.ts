import { elementsOf } from '../pipeline/launch-syntax.js';
import type { Plan } from '../pipeline/plan.js';
import { loadTemplate } from '../pipeline/template.js';
import type { Profile } from '../protocol/configuration.js';
import type { Eye } from '../protocol/ws.js';
import { onThisMachine } from '../slowness.js';
import type { StartLimits } from './watch.js';

/** Sources that any number of graphs can have at once; whatever else there is may be a camera. */
const shared = new Set(['sim', 'files']);
/** Elements that take seconds to their first frame: a sensor that powers up, a USB camera, a stream to connect to. */
const slow =
  /^(libcamerasrc|v4l2src|uvch264src|rtspsrc|souphttpsrc|srtsrc|rtmp2?src|decklinkvideosrc|nvarguscamerasrc)$/;

/** Whether a graph needs what no two graphs can have at once: a camera, or the one encoder of the hardware. */
export function isExclusive({ sources, stages }: Pick<Plan, 'sources' | 'stages'>): boolean {
  const hardware = stages.some(
    ({ kind, template }) => kind === 'encode' && loadTemplate(template, kind).header.hardware === true,
  );
  return hardware || Object.values(sources).some((source) => !shared.has(source));
}

/** A camera may take this long to its first frame, ms; more than any is known to. What draws or reads its pictures itself is never silent, only slow. */
const slowMs = 8_000;
const surelyMs = 15_000;

/** How long first frames may take where another picture waits to come back; sources that start quickly get `within`. */
export function startLimits({ sources }: Plan, { cameras }: Profile, within: number): StartLimits {
  const surely = onThisMachine(surelyMs);
  const ofEye = (eye: Eye): number => {
    const source = sources[eye];
    if (source === undefined || shared.has(source)) return surely;
    const { launch } = cameras[eye];
    const isQuick = source === 'custom' && launch !== undefined && !elementsOf(launch).some((name) => slow.test(name));
    return isQuick ? within : Math.max(within, onThisMachine(slowMs));
  };
  return { camera: { left: ofEye('left'), right: ofEye('right') }, encoded: surely };
}
