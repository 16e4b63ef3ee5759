import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isExclusive } from '../../src/engine/temper.js';
import { pcWithVa, planOn } from '../pipeline/machines.js';

test('a camera and a hardware encoder belong to one graph at a time; scenes, files and software to any number, a template of the user’s by its header', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'binocle-temper-'));
  try {
    const own = join(folder, 'mine.gst');
    const header = 'stage: encode\nsummary: mine\ncodec: h264\nneeds: [x264enc]\nformat: I420\n';
    await writeFile(own, `---\n${header}---\nx264enc name=\${content}_encoder bitrate=\${bitrate_kbps}\n`);
    assert.equal(isExclusive(await planOn(pcWithVa, `encode.encoder=${own}`)), false);
    assert.equal(isExclusive(await planOn(pcWithVa, 'encode.encoder=x264enc')), false);
    assert.equal(isExclusive(await planOn(pcWithVa, 'encode.encoder=vah264enc')), true);
    const camera = ['encode.encoder=x264enc', 'cameras.left.launch=videotestsrc'];
    assert.equal(isExclusive(await planOn(pcWithVa, ...camera)), true);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
