import { parseArgs } from 'node:util';
import { cpus } from 'node:os';
import { liveChanges } from './changes.js';
import { delays } from './delay.js';
import { engineProcessor } from './engine-processor.js';
import { exchange } from './exchange.js';
import { keepsPromise, type Measure, type Row } from './measure.js';
import { recovery } from './recovery.js';
import { roadsToRectify } from './roads.js';
import { senderDelay } from './sender-delay.js';
import { load, start } from './start.js';
import { tableOf } from './table.js';
import { threads } from './threads.js';
import { viewers } from './viewers.js';

const measures: readonly Measure[] = [
  engineProcessor,
  threads,
  start,
  load,
  viewers,
  recovery,
  ...liveChanges,
  exchange,
  roadsToRectify,
  senderDelay,
  ...delays,
];

/**
 * `npm run bench -- [--only NAME]… [--long] [--peers] [--json]`: one table of what this machine does, side by side in one run.
 * @returns exit status: 1 when a figure is beyond its limit, or could not be measured
 */
export async function main(args: string[]): Promise<number> {
  const names = measures.map(({ name }) => name);
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', multiple: true },
      long: { type: 'boolean', default: false },
      peers: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    const parts = measures.map(({ name, title }) => `  ${name.padEnd(20)} ${title}`).join('\n');
    process.stdout.write(`npm run bench -- [--only NAME]… [--long] [--peers] [--json]\n\n${parts}\n`);
    return 0;
  }
  const unknown = values.only?.find((only) => !names.some((name) => called(name, only)));
  if (unknown !== undefined) {
    process.stderr.write(`no measure ${unknown}; there are ${names.join(', ')}\n`);
    return 2;
  }
  const chosen = measures.filter(({ name }) => values.only?.some((only) => called(name, only)) ?? true);
  const rows: Row[] = [];
  let failed = false;
  const started = performance.now();
  for (const [index, { name, title, run }] of chosen.entries()) {
    const passed = ((performance.now() - started) / 1000).toFixed(0);
    process.stderr.write(`[${index + 1}/${chosen.length}, ${passed} s] ${title} …\n`);
    try {
      rows.push(...(await run({ long: values.long, peers: values.peers })));
    } catch (error) {
      // The others' figures are minutes of work.
      failed = true;
      process.stderr.write(`${name} could not be measured: ${error instanceof Error ? error.stack : String(error)}\n`);
    }
  }
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.version}`;
  process.stdout.write(values.json ? `${JSON.stringify({ machine, rows })}\n` : `${machine}\n\n${tableOf(rows)}\n`);
  return !failed && rows.every(keepsPromise) ? 0 : 1;
}

function called(name: string, only: string): boolean {
  return name === only || name.startsWith(`${only}-`);
}
