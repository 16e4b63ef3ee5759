import type { ExtendedJSONSchema, FromSchema } from 'json-schema-to-ts';

/**
 * The one source of the configuration's shape: types, validation, defaults, editor help and the cost of a change come from here.
 *
 * `x-cost` says what changing the key at run time costs: `hot` (a property or the shader's uniforms, next frame), `encoder` (the encoder part is
 * replaced), `graph` (another graph takes over), `restart` (only a new start of the program). It is inherited by the keys below.
 * `x-unit` names the unit; `x-step` is what one touch of a key in the page changes. Lengths of pictures are pixels unless said otherwise.
 */
export type Cost = 'hot' | 'encoder' | 'graph' | 'restart';
type Schema = ExtendedJSONSchema<{ 'x-cost': Cost; 'x-unit': string; 'x-step': number }>;

const text = { type: 'string', minLength: 1 } as const;
const numbers = (count: number) =>
  ({ type: 'array', items: { type: 'number' }, minItems: count, maxItems: count }) as const;

const camera = {
  type: 'object',
  additionalProperties: false,
  'x-cost': 'graph',
  required: ['source', 'device', 'controls'],
  properties: {
    source: {
      type: 'string',
      default: 'auto',
      description:
        'Where the picture comes from. auto: `launch` or `path` if given, else the libcamera camera, else the V4L2 camera, else the simulated scene. Or the name or path of a template of your own.',
      examples: ['auto', 'libcamera', 'v4l2', 'sim', 'files', 'custom'],
      minLength: 1,
    },
    device: {
      type: ['string', 'integer'],
      default: 'auto',
      description:
        'A socket of the board (CAM0, CAM1; CAM where there is one), libcamera’s id or index as `binocle cameras` prints them, or /dev/videoN or a link to it (/dev/v4l/by-path/…), which is taken whatever it is. auto: the camera in CAM0 for the left eye, that in CAM1 for the right; where that is not known, the first free camera and the next one of its kind.',
    },
    path: {
      ...text,
      description: 'files: a folder of pictures, a glob, or a video; played at capture.fps and looped.',
    },
    launch: {
      ...text,
      description:
        'custom: a GStreamer launch fragment that produces live raw video (video/x-raw). One that ends in caps with the encoder\u2019s format (video/x-raw,format=I420) is not converted.',
    },
    controls: {
      type: 'object',
      default: {},
      description:
        'Camera controls by name, e.g. { exposure-time: 8000, analogue-gain: 2 } of libcamera (properties of libcamerasrc; what would overrule them is switched off) or { auto_exposure: 1 } of V4L2 (as v4l2-ctl names them).',
      additionalProperties: { type: ['string', 'number', 'boolean'] },
    },
  },
} as const satisfies Schema;

const eyeCalibration = {
  type: 'object',
  additionalProperties: false,
  required: ['K', 'D'],
  properties: {
    K: { ...numbers(9), description: 'Camera matrix, row by row, pixels.' },
    D: {
      type: 'array',
      items: { type: 'number' },
      minItems: 0,
      maxItems: 8,
      description:
        'Distortion: pinhole 0, 4, 5 or 8 of k1 k2 p1 p2 k3 k4 k5 k6; fisheye 4 of k1 k2 k3 k4 (OpenCV’s order).',
    },
    R: { ...numbers(9), description: 'Rectifying rotation, row by row. Left out: identity.' },
    P: { ...numbers(12), description: 'New projection 3x4, row by row, pixels. Left out: K.' },
  },
} as const satisfies Schema;

export const calibrationSchema = {
  type: 'object',
  additionalProperties: false,
  'x-cost': 'hot',
  required: ['model'],
  properties: {
    file: {
      ...text,
      description: 'A YAML file with the keys below, relative to this file. Not together with inline values.',
    },
    model: { enum: ['pinhole', 'fisheye', 'none'], default: 'none', description: 'Lens model, OpenCV’s conventions.' },
    size: {
      type: 'array',
      items: { type: 'integer', minimum: 16, maximum: 16384 },
      minItems: 2,
      maxItems: 2,
      'x-unit': 'px',
      description: 'Width and height of the pictures that were calibrated.',
    },
    sensor: {
      enum: ['imx708', 'imx477', 'imx219', 'ov5647', 'none'],
      description:
        'The cameras’ sensor on a Raspberry Pi, whose modes show different parts of it: a size of another mode than the calibrated one is refused. none: all sizes of one shape show the same. Left out: a mode is known only by its exact size.',
    },
    left: eyeCalibration,
    right: eyeCalibration,
    R: {
      ...numbers(9),
      description:
        'Rotation between the cameras, row by row: x_right = R x_left + T. With T instead of R and P of each eye, which are then computed as OpenCV’s stereoRectify does.',
    },
    T: {
      ...numbers(3),
      description: 'Translation between the cameras, in any unit; its first value is negative for eyes side by side.',
    },
    alpha: {
      type: 'number',
      minimum: -1,
      maximum: 1,
      description:
        'With R and T, how much of the pictures is shown: 0 without black borders, 1 all that the cameras see, -1 OpenCV’s default in between (fisheye: 0). Left out: -1.',
    },
  },
} as const satisfies Schema;

const cropEdge = {
  type: 'number',
  minimum: 0,
  maximum: 0.9,
  default: 0,
  'x-unit': 'fraction',
  'x-step': 0.002,
} as const;

const view = {
  type: 'object',
  additionalProperties: false,
  'x-cost': 'hot',
  required: ['rotate', 'flip', 'roll_deg', 'zoom', 'shift_x', 'shift_y', 'crop'],
  properties: {
    rotate: {
      enum: [0, 90, 180, 270],
      default: 0,
      'x-unit': 'deg',
      description: 'Clockwise, for a camera mounted turned.',
    },
    flip: { enum: ['none', 'horizontal', 'vertical', 'both'], default: 'none', description: 'After rotate.' },
    roll_deg: {
      type: 'number',
      minimum: -45,
      maximum: 45,
      default: 0,
      'x-unit': 'deg',
      'x-step': 0.05,
      description: 'Fine rotation, clockwise.',
    },
    zoom: {
      type: 'number',
      minimum: 0.1,
      maximum: 10,
      default: 1,
      'x-step': 0.005,
      description: 'Above 1 magnifies about the centre.',
    },
    shift_x: {
      type: 'number',
      minimum: -1,
      maximum: 1,
      default: 0,
      'x-unit': 'fraction',
      'x-step': 0.0005,
      description: 'Fraction of the width, positive to the right.',
    },
    shift_y: {
      type: 'number',
      minimum: -1,
      maximum: 1,
      default: 0,
      'x-unit': 'fraction',
      'x-step': 0.0005,
      description: 'Fraction of the height, positive down.',
    },
    crop: {
      type: 'object',
      additionalProperties: false,
      required: ['left', 'top', 'right', 'bottom'],
      default: {},
      description: 'Parts cut off the (rectified) picture; what is left fills the frame.',
      properties: { left: cropEdge, top: cropEdge, right: cropEdge, bottom: cropEdge },
    },
  },
} as const satisfies Schema;

export const profileSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['cameras', 'sim', 'capture', 'calibration', 'view', 'layout', 'encode', 'rate'],
  properties: {
    description: { ...text, 'x-cost': 'hot' },
    cameras: {
      type: 'object',
      additionalProperties: false,
      required: ['left', 'right'],
      default: {},
      'x-cost': 'graph',
      properties: { left: { ...camera, default: {} }, right: { ...camera, default: {} } },
    },
    sim: {
      type: 'object',
      additionalProperties: false,
      required: ['baseline_mm', 'distortion', 'motion'],
      default: {},
      'x-cost': 'hot',
      description: 'The simulated scene.',
      properties: {
        baseline_mm: {
          type: 'number',
          minimum: 0,
          maximum: 1000,
          default: 63,
          'x-unit': 'mm',
          description: 'Distance between the eyes.',
        },
        distortion: {
          type: 'number',
          minimum: -0.6,
          maximum: 0.6,
          default: 0,
          description: 'First radial coefficient (k1) of the simulated lens; negative is barrel.',
        },
        motion: {
          type: 'number',
          minimum: 0,
          maximum: 10,
          default: 1,
          description: 'Speed of what moves; 0 stands still.',
        },
      },
    },
    capture: {
      type: 'object',
      additionalProperties: false,
      required: ['width', 'height', 'fps'],
      default: {},
      'x-cost': 'graph',
      description: 'One eye, as the camera delivers it.',
      properties: {
        width: { type: 'integer', minimum: 64, maximum: 8192, multipleOf: 2, default: 640, 'x-unit': 'px' },
        height: { type: 'integer', minimum: 64, maximum: 8192, multipleOf: 2, default: 480, 'x-unit': 'px' },
        fps: { type: 'number', minimum: 1, maximum: 240, default: 30, 'x-unit': 'Hz', 'x-step': 1 },
      },
    },
    calibration: { ...calibrationSchema, default: {} },
    view: {
      type: 'object',
      additionalProperties: false,
      required: ['swap', 'left', 'right'],
      default: {},
      'x-cost': 'hot',
      properties: {
        swap: {
          type: 'boolean',
          default: false,
          description:
            'Exchanges the eyes, for cameras plugged into the wrong sockets: each eye sees the other camera, with the view and calibration of that camera. mono shows the right camera, where there is one; that takes a new graph.',
        },
        left: { ...view, default: {} },
        right: { ...view, default: {} },
      },
    },
    layout: {
      enum: ['auto', 'sbs', 'tab', 'twin', 'mono'],
      default: 'auto',
      'x-cost': 'graph',
      description:
        'sbs: both eyes side by side in one track; tab: top and bottom; twin: a track an eye; mono: the left eye alone. auto: sbs, or tab where the encoder is not wide enough; mono where one camera is all there is.',
    },
    encode: {
      type: 'object',
      additionalProperties: false,
      required: ['codec', 'encoder', 'bitrate_mbps', 'gop_frames', 'mtu', 'profile', 'preset', 'rate_control'],
      default: {},
      'x-cost': 'encoder',
      properties: {
        codec: { enum: ['h264', 'vp8'], default: 'h264' },
        encoder: {
          ...text,
          default: 'auto',
          description:
            'A template of pipelines/encode by name, or a path to one of your own. auto: the best that this machine has.',
          examples: [
            'auto',
            'x264enc',
            'v4l2h264enc',
            'openh264enc',
            'vah264enc',
            'vaapih264enc',
            'nvh264enc',
            'vp8enc',
          ],
        },
        bitrate_mbps: {
          type: 'number',
          minimum: 0.1,
          maximum: 200,
          default: 4,
          'x-unit': 'Mbit/s',
          'x-step': 0.1,
          'x-cost': 'hot',
          description: 'The whole picture that reaches the viewer: both eyes.',
        },
        gop_frames: {
          type: 'integer',
          minimum: 2,
          maximum: 1200,
          default: 60,
          'x-unit': 'frames',
          description: 'Longest distance between keyframes.',
        },
        qp_min: { type: 'integer', minimum: 0, maximum: 63 },
        qp_max: { type: 'integer', minimum: 0, maximum: 63 },
        mtu: {
          type: 'integer',
          minimum: 256,
          maximum: 1500,
          default: 1200,
          'x-unit': 'byte',
          'x-cost': 'graph',
          description: 'Largest RTP packet.',
        },
        profile: {
          enum: ['constrained-baseline', 'baseline', 'main', 'high'],
          default: 'constrained-baseline',
          description: 'H.264 profile; browsers always take constrained-baseline.',
        },
        preset: {
          enum: ['ultrafast', 'superfast', 'veryfast', 'faster', 'fast', 'medium'],
          default: 'ultrafast',
          description: 'Software encoders: how much time is spent on compression.',
        },
        rate_control: { enum: ['cbr', 'vbr'], default: 'cbr' },
      },
    },
    rate: {
      type: 'object',
      additionalProperties: false,
      required: ['playout_delay'],
      default: {},
      'x-cost': 'hot',
      properties: {
        playout_delay: {
          default: {},
          description: 'Delay that the browser is asked to add before it shows a frame; off leaves it to the browser.',
          anyOf: [
            { const: 'off' },
            {
              type: 'object',
              additionalProperties: false,
              required: ['min_ms', 'max_ms'],
              properties: {
                min_ms: { type: 'integer', minimum: 0, maximum: 40950, default: 0, 'x-unit': 'ms', 'x-step': 10 },
                max_ms: { type: 'integer', minimum: 0, maximum: 40950, default: 0, 'x-unit': 'ms', 'x-step': 10 },
              },
            },
          ],
        },
      },
    },
  },
} as const satisfies Schema;

const port = { type: 'integer', minimum: 0, maximum: 65535, 'x-unit': 'port' } as const;

export const serverSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['host', 'port', 'origins', 'tls', 'auth', 'ice', 'priority'],
  default: {},
  'x-cost': 'restart',
  properties: {
    host: { ...text, default: '0.0.0.0', description: 'Address to listen on.' },
    port: { ...port, default: 8443, description: '0: any free port.' },
    origins: {
      type: 'array',
      items: text,
      default: [],
      description:
        'Pages of other origins that may open the WebSocket, e.g. https://robot.example. The page served here always may.',
    },
    tls: {
      type: 'object',
      additionalProperties: false,
      required: ['mode'],
      default: {},
      properties: {
        mode: {
          enum: ['self-signed', 'files', 'off'],
          default: 'self-signed',
          description: 'WebXR needs https on anything but localhost.',
        },
        cert: { ...text, description: 'files: PEM certificate chain.' },
        key: { ...text, description: 'files: PEM private key.' },
        names: {
          type: 'array',
          items: text,
          default: [],
          description: 'self-signed: more host names and addresses for the certificate.',
        },
      },
    },
    auth: {
      type: 'object',
      additionalProperties: false,
      required: ['mode'],
      default: {},
      properties: {
        mode: { enum: ['token', 'none'], default: 'token', description: 'none: whoever reaches the port is operator.' },
      },
    },
    ice: {
      type: 'object',
      additionalProperties: false,
      required: ['stun', 'turn', 'port_min', 'port_max', 'tcp'],
      default: {},
      properties: {
        stun: { type: ['string', 'null'], default: null, description: 'stun://host:port' },
        turn: { type: 'array', items: text, default: [], description: 'turn://user:password@host:port?transport=udp' },
        port_min: { ...port, default: 0, description: 'UDP ports for media; 0: any.' },
        port_max: { ...port, default: 0 },
        tcp: { type: 'boolean', default: false, description: 'Also offer ICE over TCP.' },
      },
    },
    priority: {
      enum: ['normal', 'high', 'realtime'],
      default: 'high',
      description:
        'Of the engine, against what else runs on this machine. high: nice -10, the larger share of a busy core; realtime: before everything that is not (SCHED_RR), encoder in software and all.',
    },
  },
} as const satisfies Schema;

export const configurationSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Binocle configuration',
  type: 'object',
  additionalProperties: false,
  required: ['profiles', 'server', 'state_dir'],
  properties: {
    profiles: {
      type: 'object',
      additionalProperties: profileSchema,
      default: { default: {} },
      minProperties: 1,
      propertyNames: { pattern: '^[A-Za-z0-9][A-Za-z0-9_-]*$' },
      description: 'One profile a rig and way of using it; `--profile` selects one.',
    },
    server: serverSchema,
    state_dir: {
      ...text,
      default: '~/.local/state/binocle',
      'x-cost': 'restart',
      description: 'Certificates and tokens; created with mode 0700. ~ is the home directory.',
    },
  },
} as const satisfies Schema;

export type Profile = FromSchema<typeof profileSchema>;
export type Camera = FromSchema<typeof camera>;
export type Calibration = FromSchema<typeof calibrationSchema>;
export type EyeCalibration = FromSchema<typeof eyeCalibration>;
export type View = FromSchema<typeof view>;
export type ServerSettings = FromSchema<typeof serverSchema>;
export type IceSettings = ServerSettings['ice'];
export type Priority = ServerSettings['priority'];
export type Configuration = FromSchema<typeof configurationSchema>;
