/** `npm run test:debian13 [-- PATTERN…]`: `npm test` as the user pi in a Debian 13 root. */
import { prepare, withRoots } from './lanes.mjs';
import { runTests } from './test-run.mjs';
import { reportAsLines } from './test-elsewhere.mjs';

/** @param {string[]} patterns @returns {Promise<number>} exit status */
export async function main(patterns) {
  return (await withRoots(['debian13'], async () => runTests([await testsOnDebian13(patterns)]))) ? 0 : 1;
}

/** @param {string[]} patterns @returns {Promise<import('./test-run.mjs').Elsewhere>} */
export async function testsOnDebian13(patterns) {
  const { onDebian13 } = await prepare('debian13');
  const command = onDebian13(['npm', 'test', '--silent', '--', ...patterns], reportAsLines);
  return { place: 'Debian 13', command };
}
