import { performance, type EventLoopUtilization } from 'node:perf_hooks';
import type { Eye, RigReadings } from '../protocol/ws.js';
import type { Graph } from './graph.js';
import type { Polled } from './pump.js';
import type { Viewers } from './viewers.js';

const everyMs = 1_000;

/** Reads the graph once a second: counters that GStreamer keeps anyway. */
export class Readings implements Polled {
  readonly #graph: Graph;
  readonly #viewers: Viewers;
  readonly #take: (readings: RigReadings) => void;
  readonly #since = performance.now();
  #utilization: EventLoopUtilization = performance.eventLoopUtilization();
  #due = performance.now();

  constructor(graph: Graph, viewers: Viewers, take: (readings: RigReadings) => void) {
    this.#graph = graph;
    this.#viewers = viewers;
    this.#take = take;
  }

  tick(now: number): void {
    if (now < this.#due) return;
    this.#due = Math.max(this.#due + everyMs, now);
    this.#take(this.#read(now));
  }

  #read(now: number): RigReadings {
    const utilization = performance.eventLoopUtilization();
    const busy = performance.eventLoopUtilization(utilization, this.#utilization).utilization;
    this.#utilization = utilization;
    const { user, system } = process.cpuUsage();
    const captured: Partial<Record<Eye, number>> = {};
    for (const eye of this.#graph.captured.keys()) captured[eye] = this.#graph.capturedFrames(eye);
    return {
      at: Number(process.hrtime.bigint()) / 1e6,
      uptimeMs: now - this.#since,
      capturedFrames: captured,
      outputs: this.#graph.outputs.map((output) => ({ content: output.content, ...this.#graph.encoded(output) })),
      jsBusy: busy,
      cpuSeconds: (user + system) / 1e6,
      residentBytes: process.memoryUsage.rss(),
      viewers: this.#viewers.readings(),
    };
  }
}
