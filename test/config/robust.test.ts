import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigurationError } from '../../src/config/problem.js';
import { select, shippedConfiguration } from '../../src/config/select.js';
import { withFiles } from './folder.js';

const scraps = ['&a', '*a', '<<:', '- ', '? ', ': ', '{', '}', '[', ']', '"', "'", '|', '>', '!!', '%', '---', '\t'];
scraps.push('\n', '\0', '~', 'null', '.inf', '__proto__: 1', 'toString: 1', '1e999', ',', '#', '@', '\r', '\uFEFF');

/** Numbers below `limit`, the same in every run. */
function dice(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** The shipped file with a few scraps thrown into it, and at times its end torn off. */
function damaged(text: string, throwDice: (limit: number) => number): string {
  let result = throwDice(2) === 0 ? text : text.slice(0, throwDice(text.length));
  for (let count = 1 + throwDice(4); count > 0; count--) {
    const from = throwDice(result.length + 1);
    const to = from + throwDice(3) * throwDice(12);
    result = result.slice(0, from) + scraps[throwDice(scraps.length)]! + result.slice(to);
  }
  return result;
}

test('whatever a file contains, it is taken or refused with places, and never anything else', async () => {
  const whole = await readFile(shippedConfiguration, 'utf8');
  const text = whole.replaceAll(/^\s*#.*\n/gm, '');
  const throwDice = dice(7);
  let refused = 0;
  await withFiles({}, async (folder) => {
    const path = join(folder, 'a.yaml');
    for (let round = 0; round < 300; round++) {
      const content = damaged(text, throwDice);
      await writeFile(path, content);
      try {
        await select({ config: [path] });
      } catch (error) {
        refused++;
        assert.ok(error instanceof ConfigurationError, `${String(error)}\nfor:\n${content}`);
        for (const line of error.message.split('\n')) {
          assert.match(line.replace(path, ''), /^:\d+:\d+ {2}\S/, `for:\n${content}`);
        }
      }
    }
  });
  assert.ok(refused > 50, `${refused} refused`);
});
