import type { Profile } from '../protocol/configuration.js';
import type { Machine } from './machine.js';
import type { Choice } from './plan.js';

/** Elements of `src/engine/native` that add to every RTP packet's header what a viewer is to know; a graph runs without them. */
export const headerExtensions = {
  playoutDelay: 'rtphdrextplayoutdelay',
  captureTime: 'rtphdrextabscapturetime',
} as const;

const notCompiled = 'src/engine/native is not compiled (npm run setup does it)';

/** What each of them is used for, or what it costs that it is not here. */
export function extensionChoices(profile: Profile, machine: Machine): Choice[] {
  return [playoutDelay(profile, machine), captureTime(machine)];
}

/** What browsers are asked to add before they show a frame. */
function playoutDelay({ rate }: Profile, machine: Machine): Choice {
  const delay = rate.playout_delay;
  const left = { what: 'playout delay', chosen: 'left to the browser' };
  if (delay === 'off') return { ...left, because: 'rate.playout_delay is off', rejected: [] };
  const asked = `${delay.min_ms} to ${delay.max_ms} ms`;
  if (machine.elements.has(headerExtensions.playoutDelay))
    return { what: 'playout delay', chosen: asked, because: 'rate.playout_delay says so', rejected: [] };
  return { ...left, because: 'which adds 10 to 20 ms', rejected: [{ option: asked, because: notCompiled }] };
}

/** Where a viewer learns when a frame was captured. */
function captureTime(machine: Machine): Choice {
  const [what, option] = ['capture time', 'in every frame'];
  if (machine.elements.has(headerExtensions.captureTime))
    return {
      what,
      chosen: option,
      because: 'any player can know the delay of a frame (abs-capture-time)',
      rejected: [],
    };
  const because = 'which the page reads; other players know no delay';
  return { what, chosen: 'over the WebSocket only', because, rejected: [{ option, because: notCompiled }] };
}
