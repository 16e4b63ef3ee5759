import type { Page } from 'playwright-core';

/** A way of bringing two cameras into a page. */
export interface System {
  name: string;
  /** Starts to stream; `opened` when the page shows frames. */
  play(page: Page): Promise<Playing>;
}

export interface Playing {
  /** Whose processor time is counted, by name: pids, with whatever they start. */
  processes: Record<string, number>;
  opened: Promise<void>;
  stop(): Promise<void>;
}

/** Resolves when every player of a page that is not ours shows frames. */
export async function untilPlayers(page: Page, count: number): Promise<void> {
  await page.waitForFunction(
    (wanted) => window.players.length === wanted && window.players.every(({ videoWidth }) => videoWidth > 0),
    count,
    { timeout: 30_000, polling: 50 },
  );
}
