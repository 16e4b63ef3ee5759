import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { version } from '../../src/engine/gst/gst.js';
import { probeCameras } from '../../src/engine/probe-cameras.js';
import { probeGl } from '../../src/engine/probe-gl.js';
import { probeAgain, probeMachine } from '../../src/engine/probe.js';
import { pi4, profileWith } from './machines.js';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'binocle-probe-'));
});
after(() => rm(folder, { recursive: true, force: true }));

test('this machine: its version, its elements, those of a launch fragment, software GL as such', async () => {
  const machine = await probeMachine(
    await profileWith('cameras.left.launch=audiotestsrc ! nosuchelement ! video/x-raw,width=10'),
  );
  assert.deepEqual(machine.gstreamer, version());
  for (const element of ['x264enc', 'compositor', 'webrtcbin', 'audiotestsrc'])
    assert.ok(machine.elements.has(element), element);
  assert.ok(!machine.elements.has('nosuchelement'));
  if (machine.gl.available) assert.equal(machine.gl.software, /llvmpipe|softpipe/.test(machine.gl.renderer));
  assert.deepEqual(machine.files, {});
});

/** The cameras of a Raspberry Pi 4 after a change. Here there are none: who lists them finds that out. */
async function camerasAfter(...changed: string[]) {
  return (await probeAgain(pi4, await profileWith(), await profileWith(...changed), assert.fail)).cameras;
}

test('a change that asks for no other camera does not list them anew, which takes libcamera seconds', async () => {
  assert.equal(pi4.cameras.length, 2);
  assert.equal(await camerasAfter('layout=tab'), pi4.cameras);
  assert.equal(await camerasAfter('capture.fps=60'), pi4.cameras);
  assert.notEqual(await camerasAfter('cameras.left.device=1'), pi4.cameras);
});

/** Runs with a `gst-launch-1.0` of our own: the driver of another machine. */
async function withDriver<T>(script: string, work: () => Promise<T>): Promise<T> {
  const program = join(folder, 'gst-launch-1.0');
  await writeFile(program, `#!/bin/bash\n${script}\n`);
  await chmod(program, 0o755);
  const path = process.env['PATH'];
  process.env['PATH'] = `${folder}:${path}`;
  try {
    return await work();
  } finally {
    process.env['PATH'] = path;
  }
}

test('a GL driver that crashes, fails, or is there only for surfaceless', async () => {
  const crashed = await withDriver('kill -SEGV $$', () => probeGl([1, 22, 0]));
  assert.deepEqual(crashed, {
    available: false,
    because: 'no GL context can be had here (the driver ended with SIGSEGV)',
  });

  const failed = await withDriver('echo "ERROR: from element /GstPipeline:pipeline0/x: no EGL" >&2; exit 1', () =>
    probeGl([1, 22, 0]),
  );
  assert.ok(!failed.available && /no EGL/.test(failed.because));

  const missing = await withDriver('echo \'WARNING: erroneous pipeline: no element "gltestsrc"\' >&2; exit 1', () =>
    probeGl([1, 22, 0]),
  );
  assert.ok(!missing.available && /apt install gstreamer1\.0-gl/.test(missing.because));

  const surfaceless = 'test "$GST_GL_WINDOW" = surfaceless && echo "x GL_RENDERER: V3D 7.1" >&2 && exit 0; exit 1';
  assert.equal((await withDriver(surfaceless, () => probeGl([1, 22, 0]))).available, false, 'it came with 1.24');
  const found = await withDriver(surfaceless, () => probeGl([1, 24, 0]));
  assert.deepEqual(found, {
    available: true,
    renderer: 'V3D 7.1',
    software: false,
    environment: { GST_GL_WINDOW: 'surfaceless', GST_GL_PLATFORM: 'egl', GST_GL_API: 'gles2' },
  });
});

test('a GL driver that hangs is told of with how long it was waited for', async () => {
  const hung = await withDriver('exec sleep 60', () => probeGl([1, 22, 0], 200));
  assert.deepEqual(hung, {
    available: false,
    because: 'no GL context can be had here (the driver drew no frame within 0.2 s)',
  });
});

test('cameras are listed in a process of its own, and quickly where there is none', async () => {
  const { cameras, leftOut } = await probeCameras();
  for (const { api, id } of [...cameras, ...leftOut]) assert.ok(id.length > 0, api);
  const nodes = (await readdir('/dev')).filter((name) => /^video\d+$/.test(name));
  const told = new Set([...cameras, ...leftOut].map(({ id }) => id));
  for (const node of nodes) assert.ok(told.has(`/dev/${node}`), `${node} is neither a camera nor left out`);
});
