import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { test } from 'node:test';
import { drain } from '../../src/engine/gst/bus.js';
import { iterateMainContext, version, type Pipeline } from '../../src/engine/gst/gst.js';
import { parse } from '../../src/engine/gst/parse.js';
import { elementNamed, play, toNull } from '../../src/engine/gst/pipeline.js';
import { field, structureProperty } from '../../src/engine/gst/property.js';
import { probeGl } from '../../src/engine/probe-gl.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const probed = await probeGl(version());
if (probed.available) Object.assign(process.env, probed.environment);

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function start(): Pipeline {
  const pipeline = parse(
    'videotestsrc num-buffers=3 ! video/x-raw,format=RGBA,width=64,height=64 ! glupload ! fakesink name=sink sync=false async=false',
  );
  play(pipeline);
  return pipeline;
}

/** Resolves with what went wrong, or '' at the third frame. */
async function outcome(pipeline: Pipeline): Promise<string> {
  const sink = elementNamed(pipeline, 'sink');
  for (;;) {
    const fault = drain(pipeline).find(({ kind }) => kind === 'error');
    if (fault !== undefined) return `${fault.text} ${fault.debug}`;
    if (field(structureProperty(sink, 'stats'), 'rendered') >= 3) return '';
    await turn();
  }
}

test('graphs with GL start while others of the same process are freed', { skip: !probed.available }, async () => {
  const faults: string[] = [];
  for (let round = 0; round < 40; round++) {
    const pair = [start(), start()];
    // The wrappers of the round before are freed here, while these two make their contexts.
    collect();
    iterateMainContext();
    const said = await Promise.all(pair.map(outcome));
    faults.push(...said.filter((fault) => fault !== ''));
    for (const pipeline of pair) toNull(pipeline);
    await turn();
  }
  assert.deepEqual(faults, []);
});
