/** What is checked of the sources without running them, in the order in which a fault is cheapest to find. */
import { inPackage } from './places.mjs';
import { run, step } from './step.mjs';

const tool = (/** @type {string[]} */ ...parts) => inPackage('node_modules', ...parts);
const tsc = tool('typescript', 'bin', 'tsc');

/** @type {{ title: string, args: string[], mend: string }[]} */
const checks = [
  ...['tsconfig.json', 'test/tsconfig.json', 'web/tsconfig.json', 'src/setup/tsconfig.json'].map((project) => ({
    title: `Types of ${project}`,
    args: [tsc, '-p', inPackage(project), '--noEmit'],
    mend: 'npm run typecheck says the same.',
  })),
  {
    title: 'Lint',
    args: [tool('oxlint', 'bin', 'oxlint'), '--type-aware', '--deny-warnings'],
    mend: 'npm run lint says the same.',
  },
  {
    title: 'Format',
    args: [tool('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.'],
    mend: 'npm run format mends it.',
  },
];

/** All of them, also after one failed. @returns {Promise<import('./step.mjs').StepFailed[]>} the failures */
export async function check() {
  const failures = [];
  for (const { title, args, mend } of checks)
    await step(title, () =>
      run(process.execPath, args, { log: 'check', mend, env: { ...process.env, NO_COLOR: '1' } }),
    ).catch((error) => failures.push(error));
  return failures;
}
