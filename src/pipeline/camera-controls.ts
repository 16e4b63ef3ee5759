import type { Camera } from '../protocol/configuration.js';
import { BinocleError } from '../protocol/errors.js';
import type { Eye } from '../protocol/ws.js';
import { quoteValue } from './launch-syntax.js';
import type { Machine } from './machine.js';

type Controls = Camera['controls'];

/** Elements that take an eye's controls as properties, by the name of the source. */
export const cameraElements = { libcamera: 'libcamerasrc', v4l2: 'v4l2src' } as const;
export type CameraElement = (typeof cameraElements)[keyof typeof cameraElements];

/**
 * Manual values and the control that switches their automatic off. libcamera from 0.5 on ignores a manual value, in
 * silence, while its automatic runs (ipa/rpi/common/ipa_base.cpp).
 */
const automatics = [
  { manual: 'exposure-time', mode: 'exposure-time-mode' },
  { manual: 'analogue-gain', mode: 'analogue-gain-mode' },
] as const;
/** Before 0.5, one switch for both. A single manual value holds without it there, and the other goes on adapting. */
const oldSwitch = 'ae-enable';

/** What is to be known of a camera's element: whether it has these properties, which say how its controls are set. */
export const askedProperties: readonly string[] = [oldSwitch, ...automatics.map(({ mode }) => mode)];

/** Properties of v4l2src that V4L2 controls have as well: set as properties before the device is open, they are lost. */
const lostBeforeOpen: ReadonlySet<string> = new Set(['brightness', 'contrast', 'saturation', 'hue']);
const extraControls = 'extra-controls';

/**
 * The controls of an eye as properties of its camera's element, in launch syntax: what the profile says, and what makes
 * that hold. Undefined where the profile has none.
 * @throws BinocleError `bad-config` for a control that the element of this machine does not have.
 */
export function controlsText(controls: Controls, source: string, machine: Machine, eye: Eye): string | undefined {
  if (Object.keys(controls).length === 0) return undefined;
  return Object.entries(asProperties(controls, source, machine, eye))
    .map(([name, value]) => `${name}=${quoteValue(String(value))}`)
    .join(' ');
}

function asProperties(controls: Controls, source: string, machine: Machine, eye: Eye): Controls {
  const element = elementFor(source);
  const known = element === undefined ? undefined : machine.cameraProperties?.[element];
  if (known === undefined) return controls;
  if (element === 'v4l2src') return v4l2Properties(controls, known, eye);
  refuseUnknown(controls, known, machine, eye);
  return withAutomaticsOff(controls, known);
}

/** The element that takes the controls of such a source; undefined of a template of the user's. */
export function elementFor(source: string | undefined): CameraElement | undefined {
  return cameraElements[source as keyof typeof cameraElements];
}

/** With what switches the automatics off that would overrule a manual value; the profile's own word on them stands. */
export function withAutomaticsOff(controls: Controls, known: readonly string[]): Controls {
  const added: Controls = {};
  const manual = automatics.filter(({ manual: name }) => name in controls);
  for (const { mode } of manual) if (known.includes(mode)) added[mode] = 'manual';
  const old = !automatics.some(({ mode }) => known.includes(mode)) && known.includes(oldSwitch);
  if (old && manual.length === automatics.length) added[oldSwitch] = false;
  return oldSwitch in controls ? controls : { ...added, ...controls };
}

/**
 * V4L2's own controls, by the names that `v4l2-ctl --list-ctrls` prints, go into the one property that takes them.
 * @throws BinocleError `bad-config` for one that is no number: menus count their entries, switches are true or false.
 */
function v4l2Properties(controls: Controls, known: readonly string[], eye: Eye): Controls {
  const isProperty = (name: string): boolean => known.includes(name) && !lostBeforeOpen.has(name);
  const fields = Object.entries(controls)
    .filter(([name]) => !isProperty(name))
    .map(([name, value]) => {
      const number = Number(value);
      if (Number.isInteger(number)) return `${name.replaceAll('-', '_')}=(int)${number}`;
      throw new BinocleError(
        'bad-config',
        `A V4L2 control takes a whole number, true or false; "${name}" has ${String(value)}. \`v4l2-ctl --list-ctrls-menus\` says which.`,
        { path: `profile.cameras.${eye}.controls.${name}` },
      );
    });
  if (fields.length === 0) return controls;
  const properties = Object.fromEntries(Object.entries(controls).filter(([name]) => isProperty(name)));
  const given = properties[extraControls] === undefined ? 'controls' : String(properties[extraControls]);
  return { ...properties, [extraControls]: [given, ...fields].join(',') };
}

function refuseUnknown(controls: Controls, known: readonly string[], machine: Machine, eye: Eye): void {
  const unknown = Object.keys(controls).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const version = machine.libcamera ?? 'of this machine';
  throw new BinocleError(
    'bad-config',
    `libcamera ${version} has no control "${unknown}": \`gst-inspect-1.0 libcamerasrc\` lists its controls; most came with libcamera 0.4 (Debian 13 and Raspberry Pi OS have that or a newer one).`,
    { path: `profile.cameras.${eye}.controls.${unknown}` },
  );
}
