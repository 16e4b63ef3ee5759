import type { EngineMethod } from '../protocol/engine.js';

/** How long each request may take, milliseconds. `start` covers probing, shader compilation and the first frame of a slow camera. */
export const deadlinesMs = {
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

/** Readings come once a second; an engine that misses this many half-second beats hangs. */
export const beatMs = 500;
export const beatsMissed = 6;
