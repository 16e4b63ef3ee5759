import type { Profile } from '../../src/protocol/configuration.js';
import type { Eye } from '../../src/protocol/ws.js';
import { inProportion, opposite, together, type BothEyes } from './both-eyes.js';
import {
  choiceAt,
  keyFacts,
  numberAt,
  spread,
  switchAt,
  type ChoiceControl,
  type Control,
  type NumberControl,
} from './controls.js';
import { coefficients, eyeCalibration, intrinsics, withCoefficient, withIntrinsic } from './lens.js';
import { fineAbout } from './scale.js';

const ofWidth = ({ capture }: Profile, value: number): string => pixels(value * capture.width);
const ofHeight = ({ capture }: Profile, value: number): string => pixels(value * capture.height);

type ViewNumber = 'shift_x' | 'shift_y' | 'roll_deg' | 'zoom';
type Combination = (key: ViewNumber, least: number, most: number) => BothEyes;

/** For cameras that were plugged into the wrong sockets. */
export const swap = switchAt('view.swap', {
  label: 'Swap eyes',
  verb: 'Swap',
  states: { on: 'swapped', off: 'as plugged in' },
  costIn: ({ layout }) => (layout === 'mono' ? 'graph' : 'hot'),
});

/** What is set for both eyes at once: the first four make a pair comfortable, the others turn and move the whole. */
export const bothEyes: readonly NumberControl[] = [
  both(
    'convergence',
    'shift_x',
    opposite,
    'Convergence',
    'Left picture to the right, right one to the left: near things become easier to fuse.',
    ofWidth,
  ),
  both(
    'vertical',
    'shift_y',
    opposite,
    'Vertical',
    'Left picture down, right one up: both show the same thing at the same height.',
    ofHeight,
  ),
  both('roll-between', 'roll_deg', opposite, 'Roll between', 'Left picture clockwise, right one against it.'),
  both('zoom', 'zoom', inProportion, 'Zoom', 'Both pictures larger; their ratio stays.'),
  both('roll', 'roll_deg', together, 'Roll', 'Both pictures clockwise.'),
  both('shift-x', 'shift_x', together, 'Across', 'Both pictures to the right.', ofWidth),
  both('shift-y', 'shift_y', together, 'Up and down', 'Both pictures down.', ofHeight),
];

/** The `view` of one camera. */
export function oneEye(camera: Eye): readonly Control[] {
  const at = `view.${camera}`;
  return [
    numberAt(`${at}.shift_x`, { label: 'Across', also: ofWidth }),
    numberAt(`${at}.shift_y`, { label: 'Up and down', also: ofHeight }),
    numberAt(`${at}.roll_deg`, { label: 'Roll' }),
    numberAt(`${at}.zoom`, { label: 'Zoom' }),
    choiceAt(`${at}.rotate`, 'Rotate', { 0: 'not', 90: '90° clockwise', 180: 'upside down', 270: '90° anticlockwise' }),
    choiceAt(`${at}.flip`, 'Flip', { none: 'not' }),
    numberAt(`${at}.crop.left`, {
      label: 'Crop left',
      description: 'Cut off at the left; what is left fills the frame.',
      also: ofWidth,
    }),
    numberAt(`${at}.crop.right`, { label: 'Crop right', description: 'Cut off at the right.', also: ofWidth }),
    numberAt(`${at}.crop.top`, { label: 'Crop top', description: 'Cut off at the top.', also: ofHeight }),
    numberAt(`${at}.crop.bottom`, { label: 'Crop bottom', description: 'Cut off at the bottom.', also: ofHeight }),
  ];
}

const playoutDelay: ChoiceControl = {
  ...choiceAt('rate.playout_delay', 'Playout delay'),
  choices: [
    { value: 'asked', label: 'as asked below' },
    { value: 'off', label: 'left to the browser' },
  ],
  read: ({ rate }) => (rate.playout_delay === 'off' ? 'off' : 'asked'),
  patch: (_, value) => ({ rate: { playout_delay: value === 'off' ? 'off' : { min_ms: 0, max_ms: 0 } } }),
};

/** The stream: what it costs and how fast it comes. */
export const stream: readonly Control[] = [
  numberAt('encode.bitrate_mbps', { label: 'Bitrate' }),
  playoutDelay,
  numberAt('rate.playout_delay.min_ms', {
    label: 'Least delay',
    description: 'The browser waits at least so long before it shows a frame.',
  }),
  numberAt('rate.playout_delay.max_ms', { label: 'Greatest delay', description: 'The browser waits at most so long.' }),
  numberAt('capture.fps', { label: 'Rate', description: 'Frames a second that the cameras are asked for.' }),
  choiceAt('layout', 'Layout', {
    sbs: 'side by side',
    tab: 'top and bottom',
    twin: 'two tracks',
    mono: 'left eye alone',
  }),
  choiceAt('encode.encoder', 'Encoder'),
];

/** The lens of one camera as it was calibrated; nothing where there is no calibration. `first`: as it was when the page came. */
export function lens(eye: Eye, first: Profile): readonly NumberControl[] {
  const calibrated = eyeCalibration(first, eye);
  if (!calibrated) return [];
  const { model, size = [first.capture.width, first.capture.height] } = first.calibration;
  const of = (
    name: string,
    rest: Pick<NumberControl, 'read' | 'patch'> & { list: 'K' | 'D'; step: number; reach: number; description: string },
  ): NumberControl => {
    const { list, reach, ...facts } = rest;
    const path = `calibration.${eye}.${list}`;
    const usual = facts.read(first) ?? 0;
    return {
      kind: 'number',
      id: `${path}.${name}`,
      label: name,
      paths: [path],
      cost: 'hot',
      unit: list === 'K' ? 'px' : '',
      scale: fineAbout(usual, usual - reach, usual + reach),
      usual: () => usual,
      ...facts,
    };
  };
  const inMatrix = (Object.keys(intrinsics) as (keyof typeof intrinsics)[]).map((name) =>
    of(name, {
      list: 'K',
      step: 0.1,
      reach: (name.endsWith('x') ? size[0]! : size[1]!) / 2,
      description: name.startsWith('f')
        ? 'Focal length, pixels of the calibration.'
        : 'Where the optical axis meets the picture, pixels of the calibration.',
      read: (profile) => eyeCalibration(profile, eye)?.K[intrinsics[name]] ?? null,
      patch: (profile, value) => withIntrinsic(profile, eye, name, value),
    }),
  );
  // Those of the rational model only where they are in use.
  const names = coefficients[model].slice(0, model === 'pinhole' ? Math.max(5, calibrated.D.length) : undefined);
  const inList = names.map((name, index) =>
    of(name, {
      list: 'D',
      step: name.startsWith('p') ? 0.0001 : 0.001,
      reach: name.startsWith('p') ? 0.1 : 1,
      description: name.startsWith('p') ? 'Tangential distortion.' : 'Radial distortion.',
      read: (profile) => {
        const { D } = eyeCalibration(profile, eye) ?? {};
        return D ? (D[index] ?? 0) : null;
      },
      patch: (profile, value) => withCoefficient(profile, eye, index, value),
    }),
  );
  return [...inMatrix, ...inList];
}

function both(
  id: string,
  key: ViewNumber,
  combine: Combination,
  label: string,
  description: string,
  also?: NumberControl['also'],
): NumberControl {
  const facts = keyFacts(`view.left.${key}`);
  const { minimum = -1, maximum = 1, default: usual } = facts;
  const paths = [`view.left.${key}`, `view.right.${key}`];
  return {
    ...numberAt(paths[0]!, { label, description, ...(also ? { also } : {}) }),
    id,
    paths,
    scale: spread(minimum, maximum, Number(usual)),
    ...combine(key, minimum, maximum),
  };
}

function pixels(value: number): string {
  return `${value.toFixed(1)} px`;
}
