import { Histogram, type Registry } from 'prom-client';
import { stages, type ClientMessageOf } from '../protocol/ws.js';

type Shown = NonNullable<ClientMessageOf<'report'>['shown']>;

/** Upper bounds of the buckets, seconds. A display frame at 72 Hz is 0.014. */
const stageBuckets = [
  0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.0125, 0.015, 0.02, 0.025, 0.03, 0.04, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5,
  1, 2.5,
];
const skewBuckets = [0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.033, 0.066, 0.1, 0.25];

/** What all viewers of a rig tell of the frames that they show. It goes on when a viewer leaves: its labels are the rig's. */
export class ShownFrames {
  readonly #stages: Histogram<'rig' | 'stage'>;
  readonly #skew: Histogram<'rig'>;

  constructor(registry: Registry) {
    this.#stages = new Histogram({
      name: 'binocle_stage_latency_seconds',
      help: 'From capture to display (total) and the parts of it, of every frame that a viewer shows; unattributed is what no part explains.',
      labelNames: ['rig', 'stage'],
      buckets: stageBuckets,
      registers: [registry],
    });
    this.#skew = new Histogram({
      name: 'binocle_stereo_skew_seconds',
      help: 'Between the captures of the two eyes that a viewer shows together, where each has a track of its own.',
      labelNames: ['rig'],
      buckets: skewBuckets,
      registers: [registry],
    });
  }

  add(rig: string, shown: Shown): void {
    for (const stage of stages) for (const seconds of shown[stage] ?? []) this.#stages.observe({ rig, stage }, seconds);
    for (const seconds of shown.skew ?? []) this.#skew.observe({ rig }, seconds);
  }
}
