/** Milliseconds to wait before each attempt, the first being the one right after the loss; the last value repeats. */
export const delays = [0, 250, 500, 1000, 2000, 4000] as const;
/** Attempts spread by this fraction either way, so that a room full of headsets does not call all at once. */
export const spread = 0.2;

/** Milliseconds before attempt `attempt` (0 is the first); `random` gives 0..1. */
export function delayBefore(attempt: number, random: () => number): number {
  const base = delays[Math.min(attempt, delays.length - 1)]!;
  return base * (1 + spread * (2 * random() - 1));
}
