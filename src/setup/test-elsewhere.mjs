/** Tests that run in another place: there the events of Node's test runner are written as lines, here they are events again, a part of this run. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { inspect } from 'node:util';
import { say } from './step.mjs';

/** What the environment of the other place says, so that it writes lines. */
export const reportAsLines = { BINOCLE_TEST_REPORT: 'lines' };
export const linesAreWanted = process.env['BINOCLE_TEST_REPORT'] === reportAsLines.BINOCLE_TEST_REPORT;

/** A reporter. @param {AsyncIterable<object>} events */
export async function* asLines(events) {
  for await (const event of events) yield `${JSON.stringify(event, flat)}\n`;
}

/**
 * The events that a command reports. One that fails without a failed test to show for it becomes one.
 * @param {import('./test-run.mjs').Elsewhere} elsewhere @param {AbortSignal} signal
 */
export async function* eventsOf({ place, command: [program = '', ...args] }, signal) {
  // What it started ends with it (test/roots/enter.sh), and nothing less than this ends it.
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], signal, killSignal: 'SIGKILL' });
  const ended = once(child, 'close').then(
    ([status, killed]) => killed ?? `status ${status}`,
    (error) => error.message,
  );
  const seen = { passed: 0, failed: 0, planned: 0, last: 0, summed: false };
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{"type":"test:')) {
      say(line);
      continue;
    }
    const event = JSON.parse(line, revive);
    const { type, data } = event;
    if (data?.nesting === 0) {
      if (data.name !== undefined) data.name = `${place}: ${data.name}`;
      if (type === 'test:plan') seen.planned += data.count;
      if (type === 'test:pass') seen.passed += 1;
      if (type === 'test:fail') seen.failed += 1;
      seen.last = data.testNumber ?? seen.last;
      seen.summed ||= type === 'test:diagnostic' && data.message.startsWith('tests ');
    }
    yield event;
  }
  const end = await ended;
  const accounted = seen.failed > 0 || (end === 'status 0' && seen.passed > 0);
  if (signal.aborted || (seen.summed && accounted)) return;
  yield* failure(`${place}: ${program} ended with ${end} after ${seen.passed} tests that passed`, seen);
}

/** A test that failed, and what a run says of it, and of what came before where that broke off. @param {string} name */
function* failure(name, { passed, failed, planned, last, summed }) {
  const error = Object.assign(new Error('What it said stands above.'), { code: 'ERR_TEST_FAILURE' });
  yield { type: 'test:start', data: { nesting: 0, name } };
  yield {
    type: 'test:fail',
    data: { nesting: 0, name, testNumber: last + 1, details: { duration_ms: 0, error } },
  };
  yield { type: 'test:plan', data: { nesting: 0, count: last + 1 - planned } };
  const counted = summed
    ? { tests: 1, fail: 1 }
    : { tests: passed + failed + 1, pass: passed, fail: failed + 1, cancelled: 0 };
  for (const [what, count] of Object.entries(counted))
    yield { type: 'test:diagnostic', data: { nesting: 0, message: `${what} ${count}` } };
}

/** Errors lose themselves in JSON. What a test compared may be anything, and is only shown. @param {string} _key @param {unknown} value */
function flat(_key, value) {
  if (typeof value === 'bigint') return String(value);
  if (!(value instanceof Error)) return value;
  const shown = Object.entries(value).map(([key, one]) => [key, Object(one) === one ? inspect(one) : one]);
  const { name, message, stack, cause } = value;
  const named = name === 'Error' ? {} : { name };
  return { ...Object.fromEntries(shown), isError: true, ...named, message, stack, cause };
}

/** @param {string} _key @param {any} value */
function revive(_key, value) {
  if (!value?.isError) return value;
  const { isError: _, ...rest } = value;
  return Object.assign(new Error(rest.message), rest);
}
