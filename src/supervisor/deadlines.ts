import type { EngineMethod } from '../protocol/engine.js';
import { onThisMachine } from '../slowness.js';

/** What a slow machine takes longer for: the others are quick on any. */
const slow: ReadonlySet<EngineMethod> = new Set(['prepare', 'start', 'apply', 'snapshot']);

/** How long each request may take, milliseconds. `start` covers probing, shader compilation and the first frame of a slow camera. */
const deadlinesMs = {
  prepare: 30_000,
  start: 30_000,
  apply: 30_000,
  release: 2_000,
  addViewer: 5_000,
  answer: 5_000,
  candidate: 5_000,
  removeViewer: 5_000,
  keyframe: 2_000,
  snapshot: 10_000,
  graph: 5_000,
  stop: 1_000,
} as const satisfies Record<EngineMethod, number>;

/** How long a request may take on this machine, milliseconds. */
export function deadlineMs(method: EngineMethod): number {
  return slow.has(method) ? onThisMachine(deadlinesMs[method]) : deadlinesMs[method];
}

/** Readings come once a second; an engine that misses this many half-second beats hangs. */
export const beatMs = 500;
export const beatsMissed = 6;
