import { BinocleError } from '../protocol/errors.js';
import type { Eye } from '../protocol/ws.js';
import type { BusMessage } from './gst/bus.js';

/** Names of the elements that stand before the frame counter of each eye: the camera’s part of the graph. */
export type CameraElements = ReadonlyMap<string, Eye>;

/**
 * What an error on the bus means to people: a camera that is gone, or a fault of everything after it. GStreamer’s own text and debugging detail stay
 * in the message.
 */
export function faultOf(message: BusMessage, cameras: CameraElements): BinocleError {
  const eye = message.path.map((name) => cameras.get(name) ?? eyeInName(name)).find((found) => found !== undefined);
  const element = message.path.at(-1) ?? '';
  const details = [`[element:${element}]`, ...(message.debug === '' ? [] : [`[debug:${lastLine(message.debug)}]`])];
  const text = `${message.text.replace(/\.?$/, '.')} ${details.join(' ')}`;
  const path = eye === undefined ? 'profile.cameras' : `profile.cameras.${eye}`;
  // Also among the camera's elements, where a fragment or a template of the user's has one.
  if (/shader compilation failed/.test(text))
    return new BinocleError('bad-graph', `A shader does not compile: ${text}`, eye === undefined ? {} : { path });
  if (eye !== undefined || message.role.includes('Source')) {
    const which = eye === undefined ? 'A' : `The ${eye}`;
    return new BinocleError(
      'source-failed',
      `${which} camera failed: ${text} Check that it is plugged in and that no other program has it open.`,
      { path },
    );
  }
  return new BinocleError('engine-failed', `The graph failed: ${text}`);
}

/** A camera that says nothing more, or never said anything. */
export function silentCamera(eye: Eye, how: string): BinocleError {
  return new BinocleError(
    'source-failed',
    `The ${eye} camera ${how}. Check that it is plugged in and that no other program has it open.`,
    {
      path: `profile.cameras.${eye}`,
    },
  );
}

/** The templates name a camera’s element after its eye. */
function eyeInName(name: string): Eye | undefined {
  return /^(left|right)_source/.exec(name)?.[1] as Eye | undefined;
}

function lastLine(debug: string): string {
  return debug.trim().split('\n').at(-1)!.trim();
}
