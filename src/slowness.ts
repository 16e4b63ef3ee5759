/** Nanoseconds that one step of {@link rounds} takes where limits were chosen: 2-core amd64, EPYC. */
const referenceNs = 1.15;
const steps = 300_000;
const rounds = 7;
/** Limits grow at most by this: what takes longer hangs on any machine. */
const most = 5;

/** Environment variable by which a process tells those that it starts, so that all wait equally long. */
export const slownessVariable = 'BINOCLE_SLOWNESS';

let known: number | null = null;

/**
 * How many times slower this machine computes than the one that time limits were chosen on, 1 to 5: a Raspberry Pi 5
 * about 1.5, a Zero 2 W 4. Measured once a process, in a few milliseconds, or taken from {@link slownessVariable}.
 */
export function slowness(): number {
  known ??= slownessFrom(Number(process.env[slownessVariable]) || measured() / referenceNs);
  return known;
}

/** A limit of `ms` as it is on this machine, milliseconds, in whole tenths of a second. */
export function onThisMachine(ms: number): number {
  return Math.ceil((ms * slowness()) / 100) * 100;
}

export function slownessFrom(ratio: number): number {
  return Math.min(most, Math.max(1, ratio));
}

/** Median nanoseconds of one step: an integer recurrence, which no compiler shortens. The first rounds warm the compiler up. */
function measured(): number {
  const times = Array.from({ length: rounds }, () => {
    const began = performance.now();
    let value = 1;
    for (let step = 0; step < steps; step += 1) value = (Math.imul(value, 1_664_525) + 1_013_904_223) | 0;
    const took = performance.now() - began;
    // The value is looked at, so that the loop is run.
    return value === 0 ? Infinity : took;
  });
  return (times.toSorted((one, other) => one - other)[rounds >> 1]! * 1e6) / steps;
}
