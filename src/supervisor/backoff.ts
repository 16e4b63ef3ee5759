const delaysMs = [0, 250, 500, 1000, 2000, 4000, 8000] as const;

/** An engine that ran this long before it ended was well: the next restart counts as the first again. */
export const wellAfterMs = 10_000;

/** How long to wait before restart number `attempt` (0 is the first after a good run, and is immediate); milliseconds. */
export function restartDelayMs(attempt: number): number {
  return delaysMs[Math.min(Math.max(0, Math.floor(attempt)), delaysMs.length - 1)]!;
}
