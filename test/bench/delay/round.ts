import { setTimeout as pause } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { processorShares, waitingForCores } from '../../harness/processor-time.js';
import type { Shape } from './cameras.js';
import { collect, compareClocks, installReader, startReading, type Presented } from './reader.js';
import { summarise, type Summary } from './summary.js';
import type { System } from './system.js';

/** A stream that has just begun still settles. */
const settleMs = 1500;

export interface Round extends Summary {
  /** Cores in use by each process that sends. */
  cores: Record<string, number>;
  /** All that send together: how long their threads waited for a core, ms a frame. */
  waited: number;
  clockErrorMs: number;
}

/** Streams with one system, and watches for some seconds. */
export async function watchRound(browser: Browser, system: System, shape: Shape, seconds: number): Promise<Round> {
  const page = await browser.newPage({ viewport: { width: 2 * shape.width, height: shape.height } });
  try {
    await installReader(page);
    const playing = await system.play(page);
    try {
      await playing.opened;
      await startReading(page, shape.layout === 'sbs');
      await pause(settleMs);
      const { offsetMs, errorMs } = await compareClocks(page);
      const presented: Presented[] = [];
      await collect(page);
      const started = performance.now();
      const names = Object.keys(playing.processes);
      const pids = Object.values(playing.processes);
      const [shares, waits] = await Promise.all([
        processorShares(pids, seconds),
        processorShares(pids, seconds, waitingForCores),
      ]);
      presented.push(...(await collect(page)));
      const passed = (performance.now() - started) / 1000;
      return {
        ...summarise(
          presented.toSorted((a, b) => a.at - b.at),
          offsetMs,
          passed,
          1000 / shape.fps,
        ),
        cores: Object.fromEntries(names.map((name, index) => [name, shares[index]!])),
        waited: (waits.reduce((sum, share) => sum + share, 0) * 1000) / shape.fps,
        clockErrorMs: errorMs,
      };
    } finally {
      await playing.stop();
    }
  } finally {
    await page.close();
  }
}
