import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { digestOfFiles, readStamp, stamped } from '../../src/setup/stamp.mjs';

describe('a stamp', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'binocle-stamp-'));
    mkdirSync(join(folder, 'deep'));
    writeFileSync(join(folder, 'deep', 'a.ts'), 'one');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('holds while nothing changes, and not when a file changes, comes or goes', () => {
    const before = digestOfFiles([folder]);
    assert.equal(digestOfFiles([folder]), before);
    writeFileSync(join(folder, 'deep', 'a.ts'), 'three');
    const changed = digestOfFiles([folder]);
    assert.notEqual(changed, before);
    writeFileSync(join(folder, 'b.ts'), '');
    assert.notEqual(digestOfFiles([folder]), changed);
    rmSync(join(folder, 'b.ts'));
    assert.equal(digestOfFiles([folder]), changed);
  });

  test('is written only after the work succeeded', async () => {
    const file = join(folder, 'made', 'stamp');
    await stamped(file, 'first', async () => {});
    assert.equal(readStamp(file), 'first');
    await assert.rejects(
      stamped(file, 'second', async () => {
        throw new Error('broken off');
      }),
    );
    assert.equal(readStamp(file), null);
  });
});
