/** CLOCK_MONOTONIC, milliseconds: the same clock in every process of this machine, and the clock of `pong` and `timing`. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
