import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { framesOfVideo } from '../../src/engine/frames-of-video.js';
import { BinocleError } from '../../src/protocol/errors.js';

test('a decoder that hangs is ended, and the file refused in words', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'binocle-hang-'));
  const path = process.env['PATH'];
  try {
    await writeFile(join(folder, 'gst-launch-1.0'), '#!/bin/sh\nexec sleep 600\n', { mode: 0o755 });
    await mkdir(join(folder, 'frames'));
    process.env['PATH'] = `${folder}:${path}`;
    await assert.rejects(
      framesOfVideo('/robot/clip.mp4', { width: 64, height: 64, fps: 30 }, join(folder, 'frames'), () => undefined),
      (error) =>
        error instanceof BinocleError && error.reason === 'source-failed' && /clip\.mp4.*no frame/.test(error.message),
    );
  } finally {
    process.env['PATH'] = path;
    await rm(folder, { recursive: true, force: true });
  }
});
