import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, test } from 'node:test';
import { Graph } from '../../src/engine/graph.js';
import { drain } from '../../src/engine/gst/bus.js';
import { Gst, version, type Pipeline } from '../../src/engine/gst/gst.js';
import { parse } from '../../src/engine/gst/parse.js';
import { capsInto, elementNamed, play, sawEndOfStream, toNull } from '../../src/engine/gst/pipeline.js';
import { field, setAndReadBack, structureProperty } from '../../src/engine/gst/property.js';
import { Memory } from '../../src/engine/memory.js';
import { loadNativePlugin } from '../../src/engine/native-plugin.js';
import { probeGl } from '../../src/engine/probe-gl.js';
import { Pump, type Polled } from '../../src/engine/pump.js';
import { RectifyChange } from '../../src/engine/rectify-change.js';
import { planHere } from '../../src/engine/plan-here.js';
import { rectifyBranch } from '../../src/pipeline/rectify-branch.js';
import { forParser, graphText } from '../../src/pipeline/text.js';
import { BinocleError } from '../../src/protocol/errors.js';
import type { Eye, Layout } from '../../src/protocol/ws.js';
import { profileWith } from '../pipeline/machines.js';

/** Between two frames at least, whatever the machine was busy with: leaky queues lose frames that come at once. */
const pauseUs = 100_000;
const size = 'width=320,height=240';
const layouts: Layout[] = ['sbs', 'tab', 'twin', 'mono'];
const eyesOf = (layout: Layout): Eye[] => (layout === 'mono' ? ['left'] : ['left', 'right']);
const cpu = 'videoconvert ! video/x-raw,format=RGBA ! videoflip method=horizontal-flip ! videoconvert';
const identity = Array.from('012', (row) =>
  Array.from('012', (column) => `m${row}${column}=(float)${row === column ? 1 : 0}`),
);
const uniforms = `rectify,${[...identity.flat(), 'fx=(float)1', 'fy=(float)1', 'cx=(float)0', 'cy=(float)0'].join(',')}`;
const gl = `videoconvert ! video/x-raw,format=RGBA ! glupload
  ! glshader name=left_rectify uniforms="${uniforms}" ! video/x-raw(memory:GLMemory),format=RGBA,${size} ! gldownload ! videoconvert`;

const pump = new Pump();
const memory = new Memory();
loadNativePlugin((message) => assert.fail(message));
const probed = await probeGl(version());
if (probed.available) Object.assign(process.env, probed.environment);
pump.add(memory);
after(() => pump.close());

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

/** Followed by an identity that says when a frame is not the next one in time. */
const camera = (eye: Eye): string =>
  `videotestsrc ! video/x-raw,format=I420,${size},framerate=10/1 ! identity sleep-time=${pauseUs} ! identity name=${eye}_captured silent=true
   ! queue ! detour name=${eye}_detour ! identity name=${eye}_after silent=true check-imperfect-timestamp=true`;
const encode = (content: string): string =>
  `tee name=${content}_raw allow-not-linked=true ! queue name=${content}_encoder_queue leaky=downstream max-size-buffers=1
   ! x264enc name=${content}_encoder tune=zerolatency speed-preset=ultrafast ! h264parse ! video/x-h264,stream-format=avc,alignment=au
   ! tee name=${content}_encoded allow-not-linked=true ! queue ! identity name=${content}_counted silent=true
   ! fakesink name=${content}_monitor sync=false async=false`;

/** A graph of this layout with a place for each eye. */
async function running(layout: Layout): Promise<Graph> {
  const eyes = eyesOf(layout);
  const contents = layout === 'twin' ? eyes : layout === 'mono' ? (['left'] as const) : (['both'] as const);
  const pair = { sbs: 'side-by-side', tab: 'top-bottom' }[layout as 'sbs' | 'tab'] as string | undefined;
  const text =
    pair === undefined
      ? eyes.map((eye) => `${camera(eye)} ! ${encode(eye)}`)
      : [
          `stereopair name=both_layout layout=${pair} ! ${encode('both')}`,
          ...eyes.map((eye, i) => `${camera(eye)} ! both_layout.sink_${i}`),
        ];
  const graph = new Graph(text.join('\n'), { eyes, contents });
  graph.play();
  await until(() => graph.outputs.every((output) => graph.encodedFrames(output) > 2), `the first frames of ${layout}`);
  return graph;
}

async function change(graph: Graph, eye: Eye, text: string | null): Promise<void> {
  const changing = new RectifyChange(graph, eye, text);
  pump.add(changing);
  try {
    await changing.done;
  } finally {
    pump.delete(changing);
    memory.released();
  }
}

/** What the identities said, and errors; empties the bus. */
function complaints(graph: Graph): string[] {
  const bus = graph.pipeline.getBus()!;
  const found: string[] = [];
  for (;;) {
    const message = bus.popFiltered(Gst.MessageType.ELEMENT);
    if (message === null) break;
    const said = message.getStructure()?.toString() ?? '';
    if (said.startsWith('imperfect')) found.push(said);
  }
  return found;
}

const passed = (graph: Graph, eye: Eye, where: 'captured' | 'after'): number =>
  field(structureProperty(elementNamed(graph.pipeline, `${eye}_${where}`), 'stats'), 'num-buffers');

for (const layout of layouts)
  test(`${layout}: a branch comes and goes, no frame is lost or comes twice, and nothing is negotiated again`, async () => {
    const graph = await running(layout);
    const caps = capsInto(graph.outputs[0]!.raw);
    try {
      for (let round = 0; round < 2; round++)
        for (const eye of eyesOf(layout)) {
          await change(graph, eye, cpu);
          const through = passed(graph, eye, 'after');
          await until(() => passed(graph, eye, 'after') > through + 3, 'frames by the branch');
          if (round === 0) await change(graph, eye, null);
        }
      await until(() => eyesOf(layout).every((eye) => passed(graph, eye, 'after') >= 10), 'ten frames');
      assert.deepEqual(complaints(graph), []);
      for (const eye of eyesOf(layout)) {
        const missing = passed(graph, eye, 'captured') - passed(graph, eye, 'after');
        assert.ok(missing >= 0 && missing <= 1, `${missing} frames of the ${eye} eye are on the way`);
      }
      assert.equal(capsInto(graph.outputs[0]!.raw), caps);
    } finally {
      graph.close();
    }
  });

test(
  'the shader in a running graph; its uniforms are read back from the element',
  { skip: !probed.available },
  async () => {
    const graph = await running('mono');
    try {
      await change(graph, 'left', gl);
      assert.deepEqual(complaints(graph), []);
      const shader = elementNamed(graph.pipeline, 'left_rectify');
      setAndReadBack(shader, 'uniforms', uniforms.replace('cx=(float)0', 'cx=(float)0.125'));
      assert.throws(() => setAndReadBack(shader, 'uniforms', 'no structure,'), BinocleError);
      // A display of its own would end that of all others when it goes.
      const other = parse('fakesrc ! glupload ! fakesink');
      play(other);
      assert.equal(displayOf(graph.pipeline), displayOf(other));
      toNull(other);
      await change(graph, 'left', null);
      assert.deepEqual(complaints(graph), []);
    } finally {
      graph.close();
    }
  },
);

function displayOf(pipeline: Pipeline): string {
  return pipeline.getContext('gst.gl.GLDisplay')?.getStructure().toString() ?? '';
}

for (const layout of ['sbs', 'mono'])
  test(`the planner's rectification in the planner's graph: ${layout}`, { skip: !probed.available }, async () => {
    const settings = [`layout=${layout}`, 'cameras.left.source=sim', 'cameras.right.source=sim', 'capture.fps=10'];
    const planned = async (...more: string[]) => (await planHere(await profileWith(...settings, ...more))).plan;
    const [straight, rolled] = [await planned(), await planned('view.left.roll_deg=5')];
    assert.equal(rectifyBranch(straight, 'left'), null);
    const text = rectifyBranch(rolled, 'left')!;
    assert.match(text, /left_rectify/);
    const contents = straight.outputs.map(({ content }) => content);
    const graph = new Graph(forParser(graphText(straight)), { eyes: eyesOf(layout as Layout), contents });
    try {
      graph.play();
      await until(() => graph.outputs.every((output) => graph.encodedFrames(output) > 2), 'the first frames');
      const caps = capsInto(graph.outputs[0]!.raw);
      await change(graph, 'left', text);
      const encoded = graph.encodedFrames(graph.outputs[0]!);
      await until(() => graph.encodedFrames(graph.outputs[0]!) > encoded + 3, 'frames with it');
      assert.equal(capsInto(graph.outputs[0]!.raw), caps);
      await change(graph, 'left', null);
      assert.deepEqual(
        drain(graph.pipeline).filter(({ kind }) => kind === 'error'),
        [],
      );
    } finally {
      graph.close();
    }
  });

test('what does not work is refused with nothing touched, and frames go on', async () => {
  const graph = await running('mono');
  try {
    for (const [text, reason, message] of [
      ['nosuchelement', 'missing-software', /nosuchelement/],
      ['videoconvert ! video/x-raw,format=NV12', 'bad-graph', /does not take this/],
      ['videoscale ! video/x-raw,width=160', 'bad-graph', /does not take this/],
      ['videoconvert nosuchproperty=1', 'bad-graph', /nosuchproperty/],
    ] as const) {
      const before = passed(graph, 'left', 'after');
      await assert.rejects(change(graph, 'left', text), (error: BinocleError) => {
        assert.equal(error.reason, reason, error.message);
        assert.match(error.message, message);
        return true;
      });
      await until(() => passed(graph, 'left', 'after') > before + 1, 'frames as before');
    }
    await assert.rejects(async () => change(graph, 'right', cpu), /no place .* right eye/);
    assert.deepEqual(complaints(graph), []);
    assert.deepEqual(
      drain(graph.pipeline).filter(({ kind }) => kind === 'error'),
      [],
    );
    assert.equal(sawEndOfStream(graph.captured.get('left')!), false);
  } finally {
    graph.close();
  }
});

const owned = (): number => readdirSync('/proc/self/task').length + readdirSync('/proc/self/fd').length;

test('a hundred changes leave no thread and no descriptor behind', async () => {
  const graph = await running('mono');
  try {
    for (let i = 0; i < 5; i++) for (const text of [cpu, null]) await change(graph, 'left', text);
    const before = owned();
    for (let i = 0; i < 50; i++) for (const text of [cpu, null]) await change(graph, 'left', text);
    await until(() => owned() <= before + 2, 'threads and descriptors as before');
  } finally {
    graph.close();
  }
});
