import type { IceSettings, Profile } from './configuration.js';
import type { ErrorShape } from './errors.js';
import type { AppliedCost, Content, Eye, Layout, OfferedTrack, RigReadings, TrackTiming, ViewerState } from './ws.js';

/**
 * What the server process and an engine process say to each other over Node's IPC (`child_process.fork`, JSON). Both ends are of one version, so the
 * shapes are types only. A request is `{ id, method, params }`, its answer `{ id, result }` or `{ id, error }`; an event is `{ event, data }`.
 */
export interface EngineMethods {
  /** Probe, plan and parse, so that what cannot be is refused before anything is touched: no camera is opened, and a graph that runs runs on. */
  prepare: { params: Drawing; result: Prepared };
  /**
   * Build and play, after preparing where that was not done. Answers when every output has produced its first encoded frame; a graph that ran beside it
   * goes then, and its viewers are offered the new one. Where it does not play, that one runs on. `within`: ms to the first frame for sources that start quickly.
   */
  start: { params: Drawing & { within?: number }; result: Started };
  /** The cheapest step from the graph that runs to the one of this profile, done and read back; or that it takes a new graph, with nothing touched. */
  apply: { params: { profile: Profile }; result: AppliedStep };
  /** The graph closed: whatever it held of cameras and encoders is free, for a graph that needs them. Viewers wait for that. */
  release: { params: Record<string, never>; result: null };
  /** Adds a viewer; its `offer` comes as an event, then its `candidate`s. `tracks`: how many it can show, which keep it on its connection when the layout changes. */
  addViewer: { params: { viewer: string; ice: IceSettings; tracks?: number }; result: null };
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

/** What a graph is drawn from. `known` is what an engine of this rig found out about the machine, in the engine's own words; left out, it probes. */
export interface Drawing {
  rig: string;
  profile: Profile;
  known?: string;
}

/** What runs, and what was found out about the machine for it, as {@link Drawing} takes it. */
export type Started = GraphReport & { known?: string };

export interface Prepared {
  /** It needs what no two graphs can have at once: a camera, a hardware encoder. */
  exclusive: boolean;
}

export type AppliedStep =
  | { cost: Exclude<AppliedCost, 'graph'>; report: GraphReport }
  | {
      cost: 'graph';
      /** What differs, for the log. */
      because: string;
    };

export interface EngineEvents {
  /** What start-up is doing, for the log. */
  progress: { message: string };
  offer: { viewer: string; sdp: string; tracks: OfferedTrack[] };
  candidate: { viewer: string; candidate: string; sdpMLineIndex: number };
  /** It goes on with what another graph gives. */
  tracks: { viewer: string; tracks: OfferedTrack[] };
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
  /** As in {@link Prepared}. */
  exclusive: boolean;
  /** From PLAYING to the first encoded frame of every output, ms. */
  startMs: number;
}
