import type { Profile } from '../protocol/configuration.js';
import { fraction } from './fraction.js';
import { h264Level } from './h264-level.js';
import type { Output } from './plan.js';
import type { Parameters } from './template.js';

/** Pixels a second that a thread of a software encoder is given. */
const pixelsPerThread = 30e6;
/** From as many on, an encoder that is the only one has two: 0.3 ms less of 640x480 side by side at 30 fps, for the same processor time. */
const pixelsForTwo = 15e6;
const mostThreads = 4;
/** What the encoder may run ahead of its rate, ms: with `cbr` a keyframe takes at most this long on a line of that rate. */
const buffers = { cbr: 250, vbr: 1500 } as const;

/** The parameters of an encoder's template; units in their names where there is a choice. */
export function encodeParameters({ encode, capture, layout }: Profile, output: Output): Parameters {
  const { content, width, height, bitrateKbps } = output;
  const vbvMs = buffers[encode.rate_control];
  return {
    content,
    width,
    height,
    fps: fraction(capture.fps),
    bitrate_kbps: bitrateKbps,
    bitrate_bps: bitrateKbps * 1000,
    gop_frames: encode.gop_frames,
    qp_min: encode.qp_min,
    qp_max: encode.qp_max,
    profile: encode.profile,
    preset: encode.preset,
    level: h264Level(width, height, capture.fps),
    rate_control: encode.rate_control,
    bitrate_mode: encode.rate_control === 'cbr' ? 1 : 0,
    vbv_ms: vbvMs,
    cpb_kbit: Math.round((bitrateKbps * vbvMs) / 1000),
    qp_controls: v4l2Quantizers(encode),
    threads: threadsFor(width * height * capture.fps, layout !== 'twin'),
  };
}

function threadsFor(pixelsPerSecond: number, alone: boolean): number {
  const least = alone && pixelsPerSecond >= pixelsForTwo ? 2 : 1;
  return Math.min(mostThreads, Math.max(least, Math.ceil(pixelsPerSecond / pixelsPerThread)));
}

/** Fields of `extra-controls`, which is one property. */
function v4l2Quantizers({ qp_min: low, qp_max: high }: Profile['encode']): string {
  return [
    low === undefined ? '' : `,h264_minimum_qp_value=(int)${low}`,
    high === undefined ? '' : `,h264_maximum_qp_value=(int)${high}`,
  ].join('');
}
