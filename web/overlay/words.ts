import type { OffsetReading } from './offset-meter.js';

/** Turned by less than this is not worth a word, degrees. */
const straight = 0.1;

/** The read-out of the vertical offset, for a person. */
export function offsetWords(reading: OffsetReading | null): string {
  switch (reading?.kind) {
    case undefined:
      return 'Measuring …';
    case 'measured': {
      const { dy, roll, error } = reading;
      const height =
        Math.abs(dy) < 0.05 ? 'Eyes level' : `Right eye ${Math.abs(dy).toFixed(1)} px ${dy > 0 ? 'lower' : 'higher'}`;
      const turn =
        Math.abs(roll) < straight ? '' : `, turned ${Math.abs(roll).toFixed(1)}° ${roll > 0 ? '' : 'anti'}clockwise`;
      return `${height}${turn} (± ${Math.max(0.1, error).toFixed(1)} px)`;
    }
    case 'no-texture':
      return 'Not enough texture to measure';
    case 'no-agreement':
      return 'No measure: the eyes see different things, or are too far apart';
    case 'one-eye':
      return 'One eye alone: nothing to compare';
  }
}
