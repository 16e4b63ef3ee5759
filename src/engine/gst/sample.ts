import type { Element } from './gst.js';

interface AppSink {
  tryPullSample(timeoutNs: bigint): { getBuffer(): Buffer | null } | null;
}
interface Buffer {
  /** ns */
  pts: bigint | number;
  getSize(): bigint | number;
  extractDup(offset: number, size: number): Uint8Array | number[];
}

export interface Sample {
  bytes: Uint8Array;
  /** ns in the segment of the stream. */
  pts: number;
}

/** A sample that waits in an appsink, or null; never blocks. */
export function pullSample(appsink: Element): Sample | null {
  const buffer = (appsink as unknown as AppSink).tryPullSample(0n)?.getBuffer() ?? null;
  if (buffer === null) return null;
  return { bytes: Uint8Array.from(buffer.extractDup(0, Number(buffer.getSize()))), pts: Number(buffer.pts) };
}
