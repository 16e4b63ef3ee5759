import type { Readings } from '../viewer.js';

/** The line of figures: what is not known is left out. */
export function figures({ latency, skew, framesPerSecond, loss }: Readings): string {
  return [
    latency && `${latency.p50.toFixed(0)} ms ± ${Math.max(1, latency.clockErrorMs).toFixed(0)} delay`,
    `${framesPerSecond.toFixed(0)} fps`,
    loss > 0 && `${(loss * 100).toFixed(loss < 0.1 ? 1 : 0)} % lost`,
    skew && (skew.paired === 1 ? 'eyes in step' : `eyes ${skew.p95.toFixed(0)} ms apart`),
  ]
    .filter(Boolean)
    .join('  ·  ');
}

/** The longer explanation, for whoever points at the line. */
export function explanation({ latency }: Readings): string {
  if (!latency) return 'The delay is known once the clocks of server and page have been compared.';
  const { stages } = latency;
  return [
    `Capture to display, last ${String(latency.frames)} frames: half within ${ms(latency.p50)}, 95 % within ${ms(latency.p95)}, 99 % within ${ms(latency.p99)}`,
    ...(stages.receive === null ? [] : [`capture, encode, network: ${ms(stages.receive)}`]),
    ...(stages.jitterBuffer === null ? [] : [`jitter buffer: ${ms(stages.jitterBuffer)}`]),
    ...(stages.decode === null ? [] : [`decode: ${ms(stages.decode)}`]),
    `to the display: ${ms(stages.display)}`,
    `unattributed: ${ms(latency.unattributed)}`,
  ].join('\n');
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
