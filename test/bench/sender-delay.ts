import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { binocle } from '../harness/binocle.js';
import { percentile, type Measure, type Row } from './measure.js';
import { testPictures } from './watched.js';

const seconds = 5;

/** From the source to the encoder's end, by GStreamer's own tracer on the text that the engine runs (gst-launch-1.0, no JS involved). */
export const senderDelay: Measure = {
  name: 'sender',
  title: `Delay from source to encoded frame, ${seconds} s`,
  async run() {
    const { stdout: line } = await binocle('graph', ...testPictures);
    const shell = spawn('bash', ['-c', line.replace(/\bgst-launch-1\.0/, `timeout -s INT ${seconds} gst-launch-1.0`)], {
      env: {
        ...process.env,
        GST_TRACERS: 'latency(flags=pipeline)',
        GST_DEBUG: 'GST_TRACER:7',
        GST_DEBUG_NO_COLOR: '1',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const delays: number[] = [];
    let text = '';
    shell.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const lines = text.split('\n');
      text = lines.pop()!;
      for (const traced of lines) {
        const ns = /latency, src-element.*\btime=\(guint64\)(\d+)/.exec(traced)?.[1];
        if (ns !== undefined) delays.push(Number(ns) / 1e6);
      }
    });
    await once(shell, 'close');
    const sorted = delays.toSorted((a, b) => a - b);
    if (sorted.length === 0) throw new Error('the latency tracer said nothing');
    const row = (percent: number): Row => ({
      what: `source to encoded frame, p${percent}`,
      unit: 'ms',
      value: percentile(sorted, percent),
      least: sorted[0]!,
      greatest: sorted.at(-1)!,
      note: `${sorted.length} frames, latency tracer`,
    });
    return [row(50), row(95), row(99)];
  },
};
