import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { packagePath } from '../../src/paths.js';

const run = promisify(execFile);
const installed = spawnSync('valgrind', ['--version']).status === 0;
const plugin = packagePath('dist', 'native', 'libgstbinocle.so');

const environment = { ...process.env, GST_PLUGIN_PATH: packagePath('dist', 'native') };

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'binocle-memory-'));
});
after(() => rm(folder, { recursive: true, force: true }));

/** Errors that memcheck finds in a run of gst-launch-1.0, and memory lost, with our code on the stack; the rest is others’. */
async function complaints(line: string): Promise<string[]> {
  const report = join(folder, 'report.xml');
  const checks = ['--leak-check=full', '--show-leak-kinds=definite', '--num-callers=40', '--keep-debuginfo=yes'];
  await run(
    'valgrind',
    [...checks, '--xml=yes', `--xml-file=${report}`, 'gst-launch-1.0', '-q', ...line.split(/\s+/)],
    {
      // As GLib's documentation asks for: no allocator of its own, nothing left uncleared.
      env: { ...environment, G_SLICE: 'always-malloc', G_DEBUG: 'gc-friendly' },
      timeout: 240_000,
    },
  );
  const xml = await readFile(report, 'utf8');
  assert.match(xml, /<state>FINISHED<\/state>/);
  return [...xml.matchAll(/<error>[\s\S]*?<\/error>/g)]
    .map(([error]) => error)
    .filter((error) => error.includes(plugin));
}

/** What of GStreamer’s is still there at the end, by its own tracer: a frame that we kept was not allocated by us. */
async function leftAlive(line: string): Promise<string[]> {
  const { stderr } = await run('gst-launch-1.0', ['-q', ...line.split(/\s+/)], {
    env: { ...environment, GST_TRACERS: 'leaks', GST_DEBUG: 'GST_TRACER:7', GST_DEBUG_NO_COLOR: '1' },
    timeout: 60_000,
    maxBuffer: 64e6,
  });
  return [...stderr.matchAll(/object-alive, type-name=\(string\)(\w+)/g)].map(([, type]) => type!);
}

const camera = (eye: number, frames: number, phaseMs = 0): string =>
  `videotestsrc is-live=true num-buffers=${frames} timestamp-offset=${phaseMs * 1e6}
   ! video/x-raw,format=I420,width=64,height=32,framerate=20/1 ! clocksync ! queue ! pair.sink_${eye}`;
const extensions = [
  'extmap-5=(string)http://www.webrtc.org/experiments/rtp-hdrext/playout-delay',
  'extmap-6=(string)http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time',
].join(',');

for (const [what, line] of [
  [
    'pairs, an eye that stops, both header extensions',
    `stereopair name=pair ! queue ! x264enc tune=zerolatency speed-preset=ultrafast
     ! rtph264pay mtu=200 ! application/x-rtp,${extensions} ! fakesink ${camera(0, 40)} ${camera(1, 20)}`,
  ],
  [
    'a branch at a detour',
    'videotestsrc is-live=true num-buffers=30 ! video/x-raw,format=I420,width=64,height=32,framerate=20/1 ! detour name=way around=true ! fakesink way.out ! queue ! videoconvert ! way.back',
  ],
  [
    'the simulated scene in all its formats',
    ['NV12', 'I420', 'RGBA']
      .map(
        (format) => `videotestsrc num-buffers=4 ! video/x-raw,width=16,height=16,framerate=30/1 ! stereoscene k1=-0.5
     ! video/x-raw,format=${format},width=162,height=90 ! fakesink`,
      )
      .join(' '),
  ],
  [
    'a remap of every format, of lenses that give no number, and of pictures of one pixel',
    [
      'm22=(float)1e-30,k1=(float)-1',
      'm22=(float)0',
      'k4=(float)nan',
      'k1=(float)3e38,fx=(float)-3e38',
      'fisheye=(float)1,m02=(float)-0.5',
    ]
      .flatMap((lens) =>
        [
          ['NV12', 'I420', '162', '90'],
          ['YV12', 'NV21', '33', '17'],
          ['I420', 'NV12', '1', '1'],
        ].map(
          ([
            from,
            to,
            width,
            height,
          ]) => `videotestsrc num-buffers=2 ! video/x-raw,format=${from},width=${width},height=${height}
     ! lensremap uniforms=rectify,${lens} ! video/x-raw,format=${to} ! fakesink`,
        ),
      )
      .join(' '),
  ],
  [
    'eyes most of a frame apart, one above the other',
    `stereopair name=pair layout=top-bottom ! queue ! fakesink ${camera(0, 20)} ${camera(1, 20, 40)}`,
  ],
] as const) {
  test(`memory is in order: ${what}`, { skip: !installed && 'valgrind is not installed' }, async () => {
    assert.deepEqual(await complaints(line), []);
  });

  test(`nothing is left alive: ${what}`, async () => {
    assert.deepEqual(await leftAlive(line), []);
  });
}
