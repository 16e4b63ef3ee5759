import assert from 'node:assert/strict';
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { select } from '../../src/config/select.js';
import { findFiles } from '../../src/engine/find-files.js';
import { framesOfVideo } from '../../src/engine/frames-of-video.js';
import { packagePath } from '../../src/paths.js';
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

test(
  'a cache that another user made is gone without',
  { skip: userInfo().uid === 0 && 'root writes everywhere' },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'binocle-cache-'));
    const before = process.env['XDG_CACHE_HOME'];
    try {
      await mkdir(join(folder, 'binocle', 'files'), { recursive: true });
      await chmod(join(folder, 'binocle', 'files'), 0o555);
      await copyFile(packagePath('web', 'screenshots', 'page.jpg'), join(folder, '1.jpg'));
      process.env['XDG_CACHE_HOME'] = folder;
      const set = ['profile.layout=mono', `profile.cameras.left.path=${folder}/1.jpg`];
      const { left } = await findFiles((await select({ set })).profile, () => undefined);
      assert.ok(left!.pattern.startsWith(join(tmpdir(), `binocle-${userInfo().uid}`)), left!.pattern);
    } finally {
      if (before === undefined) delete process.env['XDG_CACHE_HOME'];
      else process.env['XDG_CACHE_HOME'] = before;
      await chmod(join(folder, 'binocle', 'files'), 0o755);
      await rm(folder, { recursive: true, force: true });
    }
  },
);
