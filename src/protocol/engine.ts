import type { IceSettings, Profile } from './configuration.js';
import type { ErrorShape } from './errors.js';
import type { Content, Eye, Layout, OfferedTrack, RigReadings, TrackTiming, ViewerState } from './ws.js';

/**
 * What the server process and an engine process say to each other over Node's IPC (`child_process.fork`, JSON). Both ends are of one version, so the
 * shapes are types only. A request is `{ id, method, params }`, its answer `{ id, result }` or `{ id, error }`; an event is `{ event, data }`.
 */
export interface EngineMethods {
  /** Probe, plan, build, play. Answers when every output has produced its first encoded frame. Asked once, first. */
  start: { params: { rig: string; profile: Profile }; result: GraphReport };
  /** Adds a viewer; its `offer` comes as an event, then its `candidate`s. */
  addViewer: { params: { viewer: string; ice: IceSettings }; result: null };
  answer: { params: { viewer: string; sdp: string }; result: null };
  candidate: { params: { viewer: string; candidate: string; sdpMLineIndex: number }; result: null };
  /** Asking to remove a viewer that is not there is no error. */
  removeViewer: { params: { viewer: string }; result: null };
  keyframe: { params: Record<string, never>; result: null };
  snapshot: { params: { eye: Content; format: 'jpeg' | 'png' }; result: { base64: string } };
  graph: { params: { format: GraphFormat }; result: { text: string } };
  /** Viewers closed, graph to NULL, then the process exits 0. */
  stop: { params: Record<string, never>; result: null };
}
export type EngineMethod = keyof EngineMethods;

export interface EngineEvents {
  /** What start-up is doing, for the log. */
  progress: { message: string };
  offer: { viewer: string; sdp: string; tracks: OfferedTrack[] };
  candidate: { viewer: string; candidate: string; sdpMLineIndex: number };
  viewerState: { viewer: string; state: ViewerState };
  /** Once a second; also the heartbeat that the supervisor watches. */
  readings: RigReadings;
  timing: { viewer: string; tracks: TrackTiming[] };
  /** A GStreamer warning worth a line in the log. */
  warning: { message: string };
  /** The graph is broken (camera gone, encoder error); the process exits 1 right after. */
  failed: ErrorShape;
}
export type EngineEvent = keyof EngineEvents;

export type EngineRequest = {
  [M in EngineMethod]: { id: number; method: M; params: EngineMethods[M]['params'] };
}[EngineMethod];
export type EngineReply = { id: number; result: unknown } | { id: number; error: ErrorShape };
export type EngineNotice = { [E in EngineEvent]: { event: E; data: EngineEvents[E] } }[EngineEvent];

export const graphFormats = ['launch', 'dot', 'json'] as const;
export type GraphFormat = (typeof graphFormats)[number];

/** What runs, as people and programs outside are told. */
export interface GraphReport {
  layout: Layout;
  codec: 'h264' | 'vp8';
  /** Template names. */
  encoder: string;
  sources: Partial<Record<Eye, string>>;
  capture: { width: number; height: number; fps: number };
  /** The encoded pictures, pixels. */
  outputs: { content: Content; width: number; height: number }[];
  /** GL renderer in use, or null where the graph has no GL. */
  gl: string | null;
  /** One line a decision: what was chosen and why. */
  choices: string[];
  /** The shell command that `binocle graph` prints for this graph. */
  launch: string;
}
