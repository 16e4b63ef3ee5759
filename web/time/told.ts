import { stages, type ClientMessageOf } from '../../src/protocol/ws.js';
import type { Meters } from './meters.js';

type Report = Pick<ClientMessageOf<'report'>, 'shown' | 'captureToDisplay' | 'captureToDisplayP95'>;

/** What the page tells the server of the frames it has shown since it was last asked. */
export function tellShown({ latency, skew }: Pick<Meters, 'latency' | 'skew'>): Report {
  const frames = latency.take();
  const columns = [
    ...stages.map((stage) => [stage, frames.map((frame) => frame[stage])] as const),
    ['skew', skew.take()] as const,
  ];
  const shown = Object.fromEntries(
    columns
      .map(([name, column]) => [name, column.filter(Number.isFinite).map(seconds)] as const)
      .filter(([, column]) => column.length > 0),
  );
  const window = latency.read();
  return {
    ...(Object.keys(shown).length === 0 ? {} : { shown }),
    ...(window === null ? {} : { captureToDisplay: seconds(window.p50), captureToDisplayP95: seconds(window.p95) }),
  };
}

/** To the tenth of a millisecond. The clocks' error can make a short time less than none; it counts as none. */
function seconds(ms: number): number {
  return Math.min(Math.max(0, Math.round(ms * 10)) / 10_000, 3600);
}
