import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { packagePath } from '../../src/paths.js';

/** Every module of ours and every package that `entry` leads to when it is loaded. */
async function reached(entry: string, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  const text = await readFile(entry, 'utf8');
  for (const [, specifier] of text.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)) {
    if (specifier!.startsWith('.')) await reached(join(dirname(entry), specifier!), seen);
    else seen.add(specifier!);
  }
  return seen;
}

test('the process that serves people holds no native code: it reaches neither node-gtk nor the engine', async () => {
  const all = await reached(packagePath('dist', 'src', 'cli', 'run.js'));
  assert.ok(all.has(packagePath('dist', 'src', 'supervisor', 'supervisor.js')), 'the walk finds what is there');
  assert.ok(all.has('ws'));
  assert.deepEqual(
    [...all].filter((module) => module === 'node-gtk' || module.startsWith(packagePath('dist', 'src', 'engine'))),
    [],
  );
});
