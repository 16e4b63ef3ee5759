/** `npm test [-- PATTERN…]`: types, style, then the tests whose path contains a pattern, and one summary of them all. `--NAME` adds a lane (lanes.mjs). */
import { availableParallelism } from 'node:os';
import { relative, sep } from 'node:path';
import { check } from './checks.mjs';
import { testsOnDebian13 } from './debian13.mjs';
import { lanes, prepare, readArguments, withRoots } from './lanes.mjs';
import { inPackage } from './places.mjs';
import { filesBelow } from './stamp.mjs';
import { say } from './step.mjs';
import { runTests } from './test-run.mjs';

/** Folders of tests that only compute: they share the processors. All others stream or measure and have the machine to themselves. */
const quiet = new Set(['config', 'cli', 'setup', 'calibration', 'protocol', 'roots']);

/** @param {string[]} args @returns {Promise<number>} exit status */
export async function main(args) {
  const { asked, patterns } = readArguments(args);
  const files = testFiles().filter(
    ({ folder, path }) =>
      (patterns.length === 0 || patterns.some((pattern) => path.includes(pattern))) &&
      (!(folder in lanes) || asked.has(folder)),
  );
  const failures = patterns.length === 0 ? await check() : [];
  for (const failure of failures) say(`\n${failure.tail}\n${failure.message}\n${failure.mend}`);
  const alike = files.filter(({ folder }) => quiet.has(folder)).map(({ path }) => path);
  const alone = files.filter(({ folder }) => !quiet.has(folder)).map(({ path }) => path);
  const passed = await withRoots(asked.keys(), async () => {
    await Promise.all([...asked.keys()].map(prepare));
    return runTests([
      { files: alike, concurrency: availableParallelism() },
      { files: alone, concurrency: 1 },
      ...(asked.has('debian13') ? [await testsOnDebian13(asked.get('debian13') ?? [])] : []),
    ]);
  });
  if (failures.length > 0) say(`${failures.length} of the checks before the tests failed; see above.`);
  return passed && failures.length === 0 ? 0 : 1;
}

/** Compiled ones, and those of the set-up, which are plain JavaScript like itself. @returns {{ folder: string, path: string }[]} folder: below test/ */
export function testFiles() {
  return [inPackage('dist', 'test'), inPackage('test')].flatMap((root) =>
    filesBelow(root)
      .filter((path) => /\.test\.m?js$/.test(path))
      .map((path) => ({ folder: relative(root, path).split(sep)[0] ?? '', path })),
  );
}
