import type { OutputReadings, RigReadings } from '../protocol/ws.js';

export interface FrameCount {
  eye: 'left' | 'right' | 'both';
  stage: 'captured' | 'encoded';
  frames: number;
}

export interface DropCount {
  eye: 'left' | 'right' | 'both';
  stage: 'encode';
  reason: 'late';
  frames: number;
}

/** Frames that stop advancing for this long are said to stand still, milliseconds. */
export const stillAfterMs = 3_000;

/**
 * One rig's counts over the lives of all its engines: an engine counts from zero, the ledger goes on. Fed with readings; asks no clock.
 */
export class RigLedger {
  readonly #before = new Map<string, number>();
  readonly #current = new Map<string, number>();
  readonly #fewestOnTheWay = new Map<string, number>();
  readonly #dropped = new Map<string, number>();
  readonly #droppedBefore = new Map<string, number>();
  #last: RigReadings | null = null;
  #bitrate = 0;
  #advancedAt: { monotonicMs: number; unixMs: number } | null = null;

  /** A new engine has produced its first frames. */
  engineUp(monotonicMs: number, unixMs: number): void {
    this.engineDown();
    this.#advancedAt = { monotonicMs, unixMs };
  }

  /** Its counts are kept, its rates are not. */
  engineDown(): void {
    for (const [key, count] of this.#current) this.#before.set(key, (this.#before.get(key) ?? 0) + count);
    for (const [key, count] of this.#dropped) this.#droppedBefore.set(key, (this.#droppedBefore.get(key) ?? 0) + count);
    this.#current.clear();
    this.#dropped.clear();
    this.#fewestOnTheWay.clear();
    this.#last = null;
    this.#bitrate = 0;
    this.#advancedAt = null;
  }

  read(readings: RigReadings, unixMs: number): void {
    const previous = this.#last;
    this.#last = readings;
    for (const [eye, frames] of Object.entries(readings.capturedFrames)) this.#current.set(`${eye} captured`, frames);
    for (const { content, encodedFrames } of readings.outputs) this.#current.set(`${content} encoded`, encodedFrames);
    for (const output of readings.outputs) this.#countDrops(readings, output);
    if (readings.outputs.length > 0 && readings.outputs.every((output) => advanced(previous, output)))
      this.#advancedAt = { monotonicMs: readings.at, unixMs };
    if (previous !== null && readings.at > previous.at)
      this.#bitrate = (8 * 1000 * (bytes(readings) - bytes(previous))) / (readings.at - previous.at);
  }

  /** Whether every output has had a new frame lately. */
  advances(monotonicMs: number): boolean {
    return this.#advancedAt !== null && monotonicMs - this.#advancedAt.monotonicMs < stillAfterMs;
  }

  /** Latest readings of the running engine. */
  get readings(): RigReadings | null {
    return this.#last;
  }

  /** When the last frame was seen, seconds since 1970; null while no engine runs. */
  get lastFrameUnixSeconds(): number | null {
    return this.#advancedAt === null ? null : this.#advancedAt.unixMs / 1000;
  }

  /** All encoders together, over the last second. */
  get bitsPerSecond(): number {
    return this.#bitrate;
  }

  get frames(): FrameCount[] {
    return [...sum(this.#before, this.#current)].map(([key, frames]) => {
      const [eye, stage] = key.split(' ') as [FrameCount['eye'], FrameCount['stage']];
      return { eye, stage, frames };
    });
  }

  /** Captured and never encoded; exact to the few frames that are on their way through the graph. */
  get drops(): DropCount[] {
    return [...sum(this.#droppedBefore, this.#dropped)].map(([eye, frames]) => ({
      eye: eye as DropCount['eye'],
      stage: 'encode',
      reason: 'late',
      frames,
    }));
  }

  #countDrops({ capturedFrames }: RigReadings, { content, encodedFrames }: OutputReadings): void {
    // One camera alone may be the right one, whose picture is for both eyes.
    const captured = capturedFrames[content === 'both' ? 'left' : content] ?? capturedFrames.right;
    if (captured === undefined) return;
    const missing = captured - encodedFrames;
    const onTheWay = Math.min(missing, this.#fewestOnTheWay.get(content) ?? missing);
    this.#fewestOnTheWay.set(content, onTheWay);
    this.#dropped.set(content, Math.max(this.#dropped.get(content) ?? 0, missing - onTheWay));
  }
}

function advanced(previous: RigReadings | null, { content, encodedFrames }: OutputReadings): boolean {
  const before = previous?.outputs.find((output) => output.content === content)?.encodedFrames ?? 0;
  return encodedFrames > before;
}

function bytes(readings: RigReadings): number {
  return readings.outputs.reduce((total, { encodedBytes }) => total + encodedBytes, 0);
}

function sum(before: Map<string, number>, current: Map<string, number>): Map<string, number> {
  const total = new Map(before);
  for (const [key, count] of current) total.set(key, (total.get(key) ?? 0) + count);
  return total;
}
