import type { FromSchema } from 'json-schema-to-ts';
import type { Profile } from './configuration.js';
import type { Reason } from './errors.js';

/** WebSocket subprotocol of `/ws`. Every message is a JSON object tagged by `type`; a request carries `id` and its reply repeats it. */
export const subprotocol = 'binocle.v1';
/**
 * May be offered beside it, with the client's `hello` behind this: base64url (RFC 4648, section 5) of its JSON. It need not wait for the socket to open
 * then, and the offer is on its way a round trip earlier.
 */
export const helloProtocol = 'binocle.hello.';
/** Largest message that is read, bytes. */
export const maxMessageBytes = 256 * 1024;

export const layouts = ['sbs', 'tab', 'twin', 'mono'] as const;
export type Layout = (typeof layouts)[number];
export type Eye = 'left' | 'right';
/** What one encoded picture holds. */
export type Content = Eye | 'both';
export type Role = 'viewer' | 'operator';

const id = { type: ['string', 'number'] } as const;
const text = { type: 'string', maxLength: 65536 } as const;
const short = { type: 'string', maxLength: 256 } as const;
const offer = {
  type: 'integer',
  description:
    'The number of the offer that this belongs to: what comes too late for one is left out. Left out: the last one.',
} as const;

function message<T extends string, P extends object, R extends readonly string[]>(type: T, properties: P, required: R) {
  return {
    type: 'object',
    additionalProperties: false,
    properties: { type: { const: type }, ...properties },
    required: ['type', ...required],
  } as const;
}

/** The parts of a frame's way from the capture to the display; `total` is all of it, `unattributed` what the others leave of that. */
export const stages = ['receive', 'jitter_buffer', 'decode', 'display', 'unattributed', 'total'] as const;
export type Stage = (typeof stages)[number];

const durations = {
  type: 'array',
  items: { type: 'number', minimum: 0, maximum: 3600 },
  maxItems: 1000,
} as const;

/** Messages from the page, by type. */
export const clientMessages = {
  hello: message(
    'hello',
    {
      token: short,
      rig: short,
      layout: { enum: ['auto', ...layouts] },
      client: short,
      tracks: {
        type: 'integer',
        minimum: 1,
        maximum: 2,
        description:
          'How many tracks the client can show. The offer has as many, also where there is only one picture, and a change of layout needs no new offer then: `tracks` says what they show. Left out: as many as there are pictures.',
      },
    } as const,
    [],
  ),
  answer: message('answer', { sdp: text, offer } as const, ['sdp'] as const),
  candidate: message(
    'candidate',
    {
      candidate: text,
      sdpMLineIndex: { type: 'integer', minimum: 0, maximum: 31 },
      sdpMid: { type: ['string', 'null'], maxLength: 256 },
      offer,
    } as const,
    ['candidate', 'sdpMLineIndex'] as const,
  ),
  set: message(
    'set',
    {
      id,
      patch: { type: 'object', description: 'JSON Merge Patch (RFC 7386) on the profile.' },
      ifRevision: {
        type: 'integer',
        description: 'Refused as stale-revision unless the profile has this revision. Left out: the last one wins.',
      },
    } as const,
    ['id', 'patch'] as const,
  ),
  save: message('save', { id } as const, ['id'] as const),
  rollback: message('rollback', { id } as const, ['id'] as const),
  keyframe: message('keyframe', { id } as const, ['id'] as const),
  ping: message('ping', { id, t: { type: 'number' } } as const, ['id', 't'] as const),
  report: {
    type: 'object',
    description: 'The viewer’s own getStats summary, once a second; names of the W3C’s webrtc-stats.',
    properties: {
      type: { const: 'report' },
      framesDecoded: { type: 'number' },
      framesDropped: { type: 'number' },
      framesPerSecond: { type: 'number' },
      freezeCount: { type: 'number' },
      packetsReceived: { type: 'number' },
      packetsLost: { type: 'number' },
      jitter: { type: 'number', description: 'seconds' },
      jitterBufferDelay: { type: 'number', description: 'mean of the last second, seconds per frame' },
      roundTripTime: { type: 'number', description: 'seconds' },
      bytesReceived: { type: 'number' },
      captureToDisplay: { type: 'number', description: 'median of the last 300 frames, seconds' },
      captureToDisplayP95: { type: 'number', description: '95th percentile of the same, seconds' },
      shown: {
        type: 'object',
        description:
          'Of every frame shown since the last report, seconds; a stage that the browser does not tell of is left out. `skew`: between the eyes of two tracks.',
        additionalProperties: false,
        properties: {
          receive: durations,
          jitter_buffer: durations,
          decode: durations,
          display: durations,
          unattributed: durations,
          total: durations,
          skew: durations,
        } as const satisfies Record<Stage | 'skew', object>,
      },
    },
    required: ['type'],
  },
} as const;

type ClientMessages = { [T in keyof typeof clientMessages]: FromSchema<(typeof clientMessages)[T]> };
export type ClientMessageType = keyof ClientMessages;
export type ClientMessageOf<T extends ClientMessageType> = ClientMessages[T];
export type ClientMessage = ClientMessages[ClientMessageType];

/**
 * One media section of an offer: `mid` as in the SDP, and what its pictures show, which are of this size in pixels. Sections that are not named show nothing (see `hello`).
 */
export interface OfferedTrack {
  mid: string;
  eye: Content;
  layout: Layout;
  width: number;
  height: number;
}

/** Same units as the browser’s RTCIceServer. */
export interface IceServer {
  urls: string;
  username?: string;
  credential?: string;
}

/** One frame of a track whose capture time is known; the line through it with slope 1/clockRate gives all others. */
export interface TrackTiming {
  mid: string;
  /** RTP ticks per second. */
  clockRate: number;
  /** RTP timestamp of that frame, 32 bits, wraps. */
  rtpTimestamp: number;
  /** When it was captured: milliseconds of the engine host’s monotonic clock, the clock of `pong`. */
  captureMs: number;
}

/** What a change did: `none` nothing that runs, `hot` the next frame shows it, `encoder` and `graph` replace a part or all of the graph. */
export const appliedCosts = ['none', 'hot', 'encoder', 'graph'] as const;
export type AppliedCost = (typeof appliedCosts)[number];

/** A change that is in force. */
export interface Applied {
  revision: number;
  cost: AppliedCost;
  /** From the request to its effect. */
  ms: number;
  /** As it is now, read back from the graph. */
  profile: Profile;
  unsaved: Unsaved;
}

/** Keys of the profile that differ from what the files say, as dotted paths below the profile: `encode.bitrate_mbps`. A list differs as a whole. */
export type Unsaved = string[];

/** What was written where. Keys are dotted paths below the profile. */
export interface Saved {
  /** The file written, or the last of several; null where there was nothing to write. */
  file: string | null;
  keys: string[];
  /** Every file written. */
  files: { file: string; keys: string[] }[];
  /** Keys that were not written since `--set` on the command line decides them. */
  held: string[];
}

export interface ServerMessages {
  welcome: {
    protocol: typeof subprotocol;
    session: string;
    role: Role;
    rig: string;
    revision: number;
    profile: Profile;
    unsaved: Unsaved;
    iceServers: IceServer[];
  };
  /** To who asked for the change. */
  applied: { id: string | number } & Applied;
  /**
   * To everyone when the profile or what is unsaved of it changed: `patch` leads from the previous profile to this one. `by` is the session that asked,
   * or `http`, `file` (edited on disk, SIGHUP), `rollback`, or `undone` (what had been changed gave no picture).
   */
  profile: { revision: number; patch: object; by: string; unsaved: Unsaved };
  saved: { id: string | number } & Saved;
  /** `offer` counts those of the session. */
  offer: { sdp: string; tracks: OfferedTrack[]; revision: number; offer: number };
  candidate: { candidate: string; sdpMLineIndex: number };
  /** Another graph takes over on the connection that there is: what was offered shows this from its first picture of that size on, and nothing in sections that are not named. */
  tracks: { tracks: OfferedTrack[] };
  pong: { id: string | number; t: number; received: number; sent: number };
  ok: { id: string | number };
  error: { id?: string | number; code: Reason; message: string; path?: string };
  /** The rig as it is now, once a second. */
  stats: { rig: RigReadings; viewers: number };
  timing: { tracks: TrackTiming[] };
  /** No picture comes for a while; then a new offer follows, or `tracks`. */
  interrupted: { reason: Reason; message: string };
}
export type ServerMessageType = keyof ServerMessages;
export type ServerMessageOf<T extends ServerMessageType> = { type: T } & ServerMessages[T];
export type ServerMessage = { [T in ServerMessageType]: ServerMessageOf<T> }[ServerMessageType];

/** One encoded picture of the graph. */
export interface OutputReadings {
  content: Content;
  /** Since the engine started. */
  encodedFrames: number;
  encodedBytes: number;
}

/** What the engine reads off the graph once a second. */
export interface RigReadings {
  /** Engine host’s monotonic clock, ms. */
  at: number;
  uptimeMs: number;
  /** Frames that left each camera since the engine started. */
  capturedFrames: Partial<Record<Eye, number>>;
  outputs: OutputReadings[];
  /** Engine process: share of its JS thread in use over the last second, 0..1. */
  jsBusy: number;
  /** CPU seconds used by the engine process since it started, all threads. */
  cpuSeconds: number;
  /** Resident memory, bytes. */
  residentBytes: number;
  viewers: ViewerReadings[];
}

export interface ViewerReadings {
  viewer: string;
  state: ViewerState;
  sentPackets: number;
  sentBytes: number;
  /** From RTCP receiver reports; absent until the first one. */
  packetsLost?: number;
  /** Seconds. */
  roundTripTime?: number;
  /** Seconds. */
  jitter?: number;
}

export const viewerStates = ['new', 'connecting', 'connected', 'disconnected', 'failed', 'closed'] as const;
export type ViewerState = (typeof viewerStates)[number];
