import { randomUUID } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BinocleError } from '../../protocol/errors.js';
import { Gst, type Element } from './gst.js';
import { parse } from './parse.js';
import { elementNamed, toNull } from './pipeline.js';

interface AppSink {
  tryPullSample(timeoutNs: bigint): GstSample | null;
}
interface AppSource {
  pushSample(sample: GstSample): unknown;
  endOfStream(): unknown;
}
type GstSample = InstanceType<typeof Gst.Sample>;

export interface Sample {
  /** ns in the segment of the stream. */
  pts: number;
  bytes(): Uint8Array;
}

/** To write what takes some milliseconds, ns. */
const writeLimit = 1_000_000_000;

/** A sample that waits in an appsink, or null; never blocks. */
export function pullSample(appsink: Element): Sample | null {
  const sample = (appsink as unknown as AppSink).tryPullSample(0n);
  const buffer = sample?.getBuffer() ?? null;
  if (sample === null || buffer === null) return null;
  return { pts: Number(buffer.pts), bytes: () => bytesOf(sample) };
}

/**
 * By way of a file without a name, which GStreamer writes: node-gtk makes numbers of a buffer's bytes one after the other, and the thread would stand still
 * for a second and more, in which it is taken for hung.
 */
function bytesOf(sample: GstSample): Uint8Array {
  const path = join(tmpdir(), `binocle-${randomUUID()}`);
  const file = openSync(path, 'wx+', 0o600);
  try {
    unlinkSync(path);
    write(sample, file);
    const bytes = Buffer.alloc(fstatSync(file).size);
    readSync(file, bytes, 0, bytes.length, 0);
    return bytes;
  } finally {
    closeSync(file);
  }
}

/** @throws BinocleError `timeout` for a disk that is full or hangs. */
function write(sample: GstSample, file: number): void {
  const pipeline = parse(`appsrc name=source ! fdsink fd=${file} sync=false`);
  const source = elementNamed(pipeline, 'source') as unknown as AppSource;
  pipeline.setState(Gst.State.PLAYING);
  source.pushSample(sample);
  source.endOfStream();
  const end = pipeline.getBus()!.timedPopFiltered(writeLimit, Gst.MessageType.EOS | Gst.MessageType.ERROR);
  toNull(pipeline);
  if (end?.type !== Gst.MessageType.EOS) throw new BinocleError('timeout', 'the picture could not be written');
}
