import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { EncoderChange } from '../../src/engine/encoder-change.js';
import { Graph } from '../../src/engine/graph.js';
import { drain } from '../../src/engine/gst/bus.js';
import { factoryName } from '../../src/engine/gst/pipeline.js';
import { saysTheSame, setAndReadBack } from '../../src/engine/gst/property.js';
import { Memory } from '../../src/engine/memory.js';
import { Pump, type Polled } from '../../src/engine/pump.js';
import { BinocleError } from '../../src/protocol/errors.js';
import type { Content } from '../../src/protocol/ws.js';
import { literalBlueprint } from './literal.js';

const fps = 30;
const pump = new Pump();
const memory = new Memory();
let graph: Graph;
const faults: string[] = [];

/** Resolves when `holds`, asked by the pump. */
function until(holds: () => boolean, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const polled: Polled = {
      hurried: () => true,
      tick: (now) => {
        const over = now - began > 20_000;
        if (!over && !holds()) return;
        pump.delete(polled);
        if (over) reject(new Error(`${what} not within 20 s`));
        else resolve();
      },
    };
    pump.add(polled);
  });
}

const threads = (): number => readdirSync('/proc/self/task').length;
const descriptors = (): number => readdirSync('/proc/self/fd').length;
const frames = (): number => graph.encodedFrames(graph.output('both'));

before(async () => {
  const { text } = literalBlueprint({ source: 'videotestsrc is-live=true pattern=snow' });
  graph = new Graph(text, { eyes: ['left', 'right'], contents: ['both'] });
  pump.add({
    tick: () => faults.push(...drain(graph.pipeline).flatMap((said) => (said.kind === 'error' ? [said.text] : []))),
  });
  pump.add(memory);
  graph.play();
  await until(() => frames() > 5, 'the first frames');
});
after(() => {
  pump.close();
  graph.close();
});

const encoders = {
  openh264:
    'openh264enc name=both_encoder ! video/x-h264,profile=constrained-baseline ! h264parse ! video/x-h264,stream-format=avc,alignment=au',
  vp8: 'vp8enc name=both_encoder deadline=1 cpu-used=12',
  x264: 'x264enc name=both_encoder tune=zerolatency speed-preset=ultrafast bitrate=1000 ! video/x-h264,profile=constrained-baseline ! h264parse ! video/x-h264,stream-format=avc,alignment=au',
};

/** Resolves with whether viewers that were offered the old encoder's pictures can keep their connections. */
async function change(text: string): Promise<boolean | undefined> {
  let kept: boolean | undefined;
  const changing = new EncoderChange(graph, new Map<Content, string>([['both', text]]), (asOffered) => {
    kept = asOffered;
  });
  pump.add(changing);
  try {
    await changing.done;
    return kept;
  } finally {
    pump.delete(changing);
    memory.released();
  }
}

test('encoders take each other’s place while the cameras go on, and leave nothing behind', async () => {
  for (const text of Object.values(encoders)) await change(text);
  const once = { threads: threads(), descriptors: descriptors() };
  const [began, captured] = [performance.now(), graph.capturedFrames('left')];
  for (let round = 0; round < 6; round++)
    for (const [name, text] of Object.entries(encoders)) {
      const seen = frames();
      await change(text);
      assert.equal(factoryName(graph.output('both').encoder), `${name}enc`);
      await until(() => frames() > seen + 2, 'frames of the new encoder');
    }
  const expected = ((performance.now() - began) / 1000) * fps;
  const lost = expected - (graph.capturedFrames('left') - captured);
  assert.ok(lost < 0.05 * expected + 3, `the camera missed ${lost.toFixed(1)} of ${expected.toFixed(1)} frames`);
  await until(
    () => threads() <= once.threads + 1 && descriptors() <= once.descriptors + 1,
    'threads and descriptors back',
  );
  assert.deepEqual(faults, []);
});

test('viewers keep their connections where codec and profile stay as they were offered', async () => {
  await change(encoders.x264);
  assert.equal(await change(encoders.x264.replace('ultrafast', 'superfast')), true, 'another preset');
  assert.equal(
    await change(encoders.x264.replace('! h264parse', ',level=(string)4 ! h264parse')),
    true,
    'another level',
  );
  assert.equal(await change(encoders.openh264), false, 'another element');
  assert.equal(await change(encoders.vp8), false, 'another codec');
});

test('what is not there or refuses the picture is refused, and the old encoder goes on', async () => {
  const refused = [
    [encoders.x264.replace('x264enc', 'x265encoder'), 'missing-software', /x265encoder/],
    [encoders.x264.replace('constrained-baseline', 'high-4:2:2-intra'), 'bad-graph', /encoder/],
    [encoders.x264.replace('stream-format=avc', 'stream-format=byte-stream'), 'bad-graph', /byte-stream/],
    [encoders.x264.replace('bitrate=1000', 'birate=1000'), 'bad-graph', /birate/],
    ['identity name=both_encoder drop-probability=1', 'engine-failed', /no frame/],
  ] as const;
  for (const [text, reason, message] of refused) {
    const encoder = graph.output('both').encoder;
    const seen = frames();
    await assert.rejects(
      async () => change(text),
      (error: BinocleError) => {
        assert.equal(error.reason, reason, error.message);
        assert.match(error.message, message);
        return true;
      },
    );
    assert.equal(graph.output('both').encoder, encoder);
    await until(() => frames() > seen + 3, 'frames of the old encoder');
  }
  assert.deepEqual(faults, []);
});

test('the rate of a playing encoder is another by its property, and is read back', async () => {
  await change(encoders.x264);
  const bytesOf = async (count: number): Promise<number> => {
    const output = graph.output('both');
    const start = graph.encoded(output);
    await until(() => frames() >= start.encodedFrames + count, 'frames');
    const end = graph.encoded(output);
    return (end.encodedBytes - start.encodedBytes) / (end.encodedFrames - start.encodedFrames);
  };
  await bytesOf(20);
  const low = await bytesOf(45);
  setAndReadBack(graph.output('both').encoder, 'bitrate', '4000');
  await bytesOf(20);
  const high = await bytesOf(45);
  assert.ok(high > 2 * low, `${low.toFixed(0)} bytes a frame at 1 Mbit/s, ${high.toFixed(0)} at 4`);
  assert.throws(() => setAndReadBack(graph.output('both').encoder, 'birate', '1'), /no property "birate"/);
});

test('what is read back is compared field by field, to the precision of a float', () => {
  const asked = 'rectify,k1=(float)-0.123456789,m00=(float)1';
  assert.ok(saysTheSame(asked, 'rectify, k1=(float)-0.12345679, m00=(float)1, tex=(int)0;'));
  assert.ok(!saysTheSame(asked, 'rectify, k1=(float)-0.123, m00=(float)1;'));
  assert.ok(!saysTheSame(asked, 'rectify, m00=(float)1;'));
  assert.ok(saysTheSame('4000', '4000'));
  assert.ok(!saysTheSame('4000', '2000'));
});
