import type { Content, Eye, Layout } from '../protocol/ws.js';
import type { TemplateKind } from './template-header.js';

/** A template filled in later, and the values of its parameters. `undefined` leaves out the line that names it. */
export interface Stage {
  /** Folder of `pipelines/`. */
  kind: TemplateKind;
  /** Name of the file there, or the path of a template of the user's. */
  template: string;
  parameters: Record<string, string | number | undefined>;
}

/** A decision, for `binocle plan`: what was chosen and what was not, each with a reason that a person understands. */
export interface Choice {
  what: string;
  chosen: string;
  because: string;
  rejected: { option: string; because: string }[];
}

/** One encoded picture. Its elements are named `${content}_raw` (tee), `${content}_encoder`, `${content}_encoded` (tee), `${content}_monitor` (fakesink). */
export interface Output {
  content: Content;
  width: number;
  height: number;
  bitrateKbps: number;
}

/** Everything that is to be known of a graph before it is text. */
export interface Plan {
  layout: Layout;
  codec: 'h264' | 'vp8';
  encoder: string;
  sources: Partial<Record<Eye, string>>;
  capture: { width: number; height: number; fps: number };
  gl: string | null;
  outputs: Output[];
  /** Largest RTP packet, bytes. */
  mtu: number;
  /** In the order of the text. Per eye: source (`${eye}_source`), count (`${eye}_captured`), rectify (`${eye}_rectify`); then layout, encode. */
  stages: Stage[];
  /** Variables of the environment that the graph needs, e.g. GST_GL_WINDOW. */
  environment: Record<string, string>;
  choices: Choice[];
  /** Stages that this configuration does without, and why. */
  omitted: { stage: string; because: string }[];
  /** What else is to be known of the parts in use, e.g. of this version of GStreamer. */
  notes: string[];
  /** Expected delay by stage, ms. */
  delay: { stage: string; ms: number; basis: string }[];
}
