/** Runs groups of test files one after the other, as if they were one run of Node's test runner: one report, one summary. */
import { setMaxListeners } from 'node:events';
import { Readable } from 'node:stream';
import { run } from 'node:test';
import { spec, tap } from 'node:test/reporters';
import { asLines, eventsOf, linesAreWanted } from './test-elsewhere.mjs';

/** A file that hangs is ended after this; the slowest takes a minute or two. */
const timeout = 600_000;
/** Counts of a run's summary, in its order. */
const counts = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) ([\d.]+)$/;

/**
 * @typedef {{ files: string[], concurrency: number }} Files
 * @typedef {{ place: string, command: string[] }} Elsewhere command: one that runs tests in another place and reports them as lines
 * @typedef {Files | Elsewhere} Group
 */

/** @param {Group[]} groups @returns {Promise<boolean>} whether all passed, and there were any */
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
  const reporter = linesAreWanted ? asLines : process.stdout.isTTY ? new spec() : tap;
  const events = Readable.from(asOne(groups, totals, interrupted.signal));
  await new Promise((resolve, reject) => {
    const report = events.compose(reporter).on('error', reject).on('end', resolve);
    report.pipe(process.stdout);
  });
  return totals.get('tests') > 0 && totals.get('fail') === 0 && totals.get('cancelled') === 0;
}

/**
 * The events of all groups, with their plans and summaries added up at the end.
 * @param {Group[]} groups @param {Map<string, number>} totals filled in @param {AbortSignal} signal
 */
async function* asOne(groups, totals, signal) {
  let planned = 0;
  for (const group of groups) {
    if (signal.aborted || ('files' in group && group.files.length === 0)) continue;
    const before = planned;
    for await (const event of 'files' in group ? run({ ...group, timeout, signal }) : eventsOf(group, signal)) {
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
