import { BinocleError } from '../protocol/errors.js';
import type { Content } from '../protocol/ws.js';
import type { Machine } from './machine.js';
import type { Plan } from './plan.js';
import { fill, loadTemplate } from './template.js';

/** Frames that wait for a slow viewer before the oldest is dropped: more would only be late. */
const queueFrames = 5;
/** Dynamic payload type (RFC 3551, section 6). */
const payloadType = 96;

/** Of the elements of a viewer's track in {@link viewerText}. */
export const trackElements = (track: number) =>
  ({ gate: `track${track}_gate`, queue: `track${track}_queue`, payloader: `track${track}_pay` }) as const;

/**
 * The branch of one viewer as launch text: per track a leaky queue and a payloader, all into one `webrtcbin name=webrtc`; a track for each encoded picture, in their order.
 * Equal timestamps of both eyes stay equal: one `timestampOffset` (0 to 2^32 - 1) for all payloaders. Where our own element is there, a gate stands before each queue, the
 * branch may be taken to another graph, and there are at least as many tracks as are wished for: what is shut out of one keeps it ready for a layout that has more pictures.
 */
export function viewerText(
  plan: Pick<Plan, 'codec' | 'outputs' | 'mtu'>,
  wishedTracks: number,
  timestampOffset: number,
  { elements }: Pick<Machine, 'elements'>,
): string {
  const gated = elements.has('keyframegate');
  const count = Math.max(plan.outputs.length, gated ? wishedTracks : 0);
  const tracks = Array.from({ length: count }, (_, track) =>
    trackText(
      plan,
      `track${track}`,
      timestampOffset,
      gated ? `keyframegate name=${trackElements(track).gate}` : undefined,
    ),
  );
  return [fill(loadTemplate('webrtc', 'viewer'), {}), ...tracks].join('\n');
}

/** The same, hanging on the tees of a graph's text: a viewer that nobody signals with. */
export function viewerOfGraph(plan: Pick<Plan, 'codec' | 'outputs' | 'mtu'>): string[] {
  const pictures = plan.outputs.map(({ content }) => `${content}_encoded. ! ${trackText(plan, content, 0)}`);
  return [fill(loadTemplate('webrtc', 'viewer'), {}), ...pictures];
}

function trackText(plan: Pick<Plan, 'codec' | 'mtu'>, track: string, timestampOffset: number, gate?: string): string {
  return fill(loadTemplate(plan.codec, 'viewer'), {
    gate,
    track,
    mtu: plan.mtu,
    payload_type: payloadType,
    timestamp_offset: timestampOffset,
    queue_frames: queueFrames,
  });
}

/**
 * The branch that makes one picture, from `queue name=snapshot_queue` to `appsink name=snapshot_sink`, and the output whose raw picture it takes. One eye
 * of a picture with both is cut out of it. `colours` converts, see {@link coloursOf}.
 * @throws BinocleError `not-found` for an eye that the layout does not have.
 */
export function snapshotText(
  plan: Pick<Plan, 'layout' | 'outputs'>,
  eye: Content,
  format: 'jpeg' | 'png',
  colours: string,
): { output: Content; text: string } {
  const output =
    plan.outputs.find(({ content }) => content === eye) ??
    plan.outputs.find(({ content }) => content === 'both' && eye !== 'both');
  if (output === undefined)
    throw new BinocleError(
      'not-found',
      `the layout ${plan.layout} has no picture of ${eye === 'both' ? 'both eyes' : `the ${eye} eye`}`,
    );
  const edges = output.content === eye ? none : edgesOf(plan.layout, eye, output);
  return { output: output.content, text: fill(loadTemplate(format, 'snapshot'), { ...edges, colours }) };
}

const none = { left: 0, right: 0, top: 0, bottom: 0 };

/** What videocrop cuts off so that one eye is left. */
function edgesOf(layout: Plan['layout'], eye: Content, { width, height }: { width: number; height: number }) {
  if (layout === 'sbs') return eye === 'left' ? { ...none, right: width / 2 } : { ...none, left: width / 2 };
  return eye === 'left' ? { ...none, bottom: height / 2 } : { ...none, top: height / 2 };
}
