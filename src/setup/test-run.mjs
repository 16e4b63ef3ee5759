/** Runs groups of test files one after the other, as if they were one run of Node's test runner: one report, one summary. */
import { setMaxListeners } from 'node:events';
import { Readable } from 'node:stream';
import { run } from 'node:test';
import { spec, tap } from 'node:test/reporters';

/** A file that hangs is ended after this; the slowest takes a minute or two. */
const timeout = 600_000;
/** Counts of a run's summary, in its order. */
const counts = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) ([\d.]+)$/;

/** @param {{ files: string[], concurrency: number }[]} groups @returns {Promise<boolean>} whether all passed, and there were any */
export async function runTests(groups) {
  const totals = new Map();
  const interrupted = new AbortController();
  // Every file listens to it.
  setMaxListeners(0, interrupted.signal);
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => {
      interrupted.abort();
      setTimeout(() => process.exit(signal === 'SIGINT' ? 130 : 143), 1500);
    });
  const reporter = process.stdout.isTTY ? new spec() : tap;
  const events = Readable.from(asOne(groups, totals, interrupted.signal));
  await new Promise((resolve, reject) => {
    const report = events.compose(reporter).on('error', reject).on('end', resolve);
    report.pipe(process.stdout);
  });
  return totals.get('tests') > 0 && totals.get('fail') === 0 && totals.get('cancelled') === 0;
}

/**
 * The events of all groups, with their plans and summaries added up at the end.
 * @param {{ files: string[], concurrency: number }[]} groups @param {Map<string, number>} totals filled in @param {AbortSignal} signal
 */
async function* asOne(groups, totals, signal) {
  let planned = 0;
  for (const { files, concurrency } of groups) {
    if (files.length === 0 || signal.aborted) continue;
    const before = planned;
    for await (const event of run({ files, concurrency, timeout, signal })) {
      const { type, data } = event;
      const count = type === 'test:diagnostic' && data.nesting === 0 && counts.exec(data.message);
      if (count) totals.set(count[1], (totals.get(count[1]) ?? 0) + Number(count[2]));
      else if (type === 'test:plan' && data.nesting === 0) planned += data.count;
      else {
        if (data?.nesting === 0 && data.testNumber) data.testNumber += before;
        yield event;
      }
    }
  }
  yield { type: 'test:plan', data: { nesting: 0, count: planned } };
  for (const [name, total] of totals)
    yield { type: 'test:diagnostic', data: { nesting: 0, message: `${name} ${total}` } };
}
