import type { Element } from './gst.js';

interface AppSink {
  tryPullSample(timeoutNs: bigint): { getBuffer(): Buffer | null } | null;
}
interface Buffer {
  getSize(): bigint | number;
  extractDup(offset: number, size: number): Uint8Array | number[];
}

/** The bytes of a sample that waits in an appsink, or null; never blocks. */
export function pullBytes(appsink: Element): Uint8Array | null {
  const buffer = (appsink as unknown as AppSink).tryPullSample(0n)?.getBuffer() ?? null;
  if (buffer === null) return null;
  return Uint8Array.from(buffer.extractDup(0, Number(buffer.getSize())));
}
