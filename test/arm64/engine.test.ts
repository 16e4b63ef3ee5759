import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { EngineProcess } from '../engine/engine-process.js';
import { emulated, environment } from './rig.js';

/** An emulated processor is slow, and this machine may be busy. */
const patienceMs = 90_000;

/** Few pictures a second, and elements of ours among those that make them. */
const graph = {
  layout: 'mono',
  fps: 3,
  source: `videotestsrc is-live=true ! video/x-raw,format=GRAY8,width=16,height=16,framerate=3/1 ! stereoscene
    ! video/x-raw,format=I420,width=320,height=240 ! lensremap uniforms=rectify,k1=(float)-0.1`,
};

test('node-gtk, compiled for arm64, runs an engine: pictures through elements of ours, readings, an orderly end', async () => {
  const [execPath, ...execArgv] = emulated('node');
  const engine = new EngineProcess(
    'test/engine/literal-engine.js',
    { ...environment, LITERAL: JSON.stringify(graph) },
    { execPath: execPath!, execArgv },
  );
  after(() => engine.close());
  const report = await engine.start({} as never);
  assert.deepEqual(report.outputs, [{ content: 'left', width: 320, height: 240 }]);
  const first = await engine.next('readings', undefined, patienceMs);
  await engine.next(
    'readings',
    ({ outputs }) => outputs[0]!.encodedFrames >= first.outputs[0]!.encodedFrames + 3,
    patienceMs,
  );
  await engine.ask('stop', {});
  assert.deepEqual(await engine.ended(), { status: 0, signal: null });
});
