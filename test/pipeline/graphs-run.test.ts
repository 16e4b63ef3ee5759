import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { planHere } from '../../src/engine/plan-here.js';
import { planGraph } from '../../src/pipeline/plan-graph.js';
import type { Plan } from '../../src/pipeline/plan.js';
import { loadTemplates } from '../../src/pipeline/templates.js';
import { launchCommand } from '../../src/pipeline/text.js';
import { calibrated, profileWith, withoutPlugin } from './machines.js';

const run = promisify(execFile);
let folder: string;
let cacheBefore: string | undefined;
const small = ['capture.width=160', 'capture.height=120'];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'binocle-graphs-'));
  cacheBefore = process.env['XDG_CACHE_HOME'];
  process.env['XDG_CACHE_HOME'] = join(folder, 'cache');
});
after(async () => {
  if (cacheBefore === undefined) delete process.env['XDG_CACHE_HOME'];
  else process.env['XDG_CACHE_HOME'] = cacheBefore;
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
});

async function plan(...settings: string[]): Promise<Plan> {
  return (await planHere(await profileWith(...small, ...settings))).plan;
}

/** Presentation times, ns, of `count` frames at each monitor, of the printed line run by bash. */
async function presented(of: Plan, count: number): Promise<number[][]> {
  const line = launchCommand(of)
    .replace('gst-launch-1.0', 'gst-launch-1.0 -v')
    .replaceAll(/name=(\w+)_monitor /g, 'name=$1_monitor silent=false ');
  const shell = spawn('bash', ['-c', line.replace(/^/, 'exec env ')], { stdio: ['ignore', 'pipe', 'pipe'] });
  const times = new Map(of.outputs.map(({ content }) => [`${content}_monitor`, [] as number[]]));
  let [rest, errors] = ['', ''];
  shell.stderr.on('data', (chunk) => (errors += String(chunk)));
  shell.stdout.on('data', (chunk) => {
    const lines = `${rest}${String(chunk)}`.split('\n');
    rest = lines.pop()!;
    for (const text of lines) {
      const [, monitor, hours, minutes, seconds] =
        /:(\w+_monitor): last-message = chain .*pts: (\d+):(\d+):([\d.]+)/.exec(text) ?? [];
      if (monitor !== undefined)
        times.get(monitor)!.push(Math.round(((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1e9));
    }
    if ([...times.values()].every((each) => each.length >= count)) shell.kill('SIGINT');
  });
  const overdue = setTimeout(() => shell.kill('SIGKILL'), 40_000);
  await once(shell, 'close');
  clearTimeout(overdue);
  assert.doesNotMatch(errors, /ERROR/, line);
  for (const [monitor, each] of times)
    assert.ok(each.length >= count, `${monitor} saw ${each.length} frames: ${errors}`);
  return [...times.values()];
}

for (const settings of [
  ['layout=sbs'],
  ['layout=tab'],
  ['layout=twin'],
  ['layout=mono'],
  ['layout=sbs', calibrated],
  ['layout=twin', calibrated, 'view.left.rotate=90', 'view.right.rotate=270'],
  ['encode.encoder=openh264enc'],
  ['encode.codec=vp8'],
  ['encode.codec=vp8', 'layout=twin', 'encode.rate_control=vbr', 'encode.qp_min=4', 'encode.qp_max=50'],
  ['encode.rate_control=vbr', 'encode.qp_min=10', 'encode.qp_max=40', 'encode.profile=main', 'encode.preset=veryfast'],
])
  test(`the printed line runs: ${settings.map((setting) => setting.replace(/=\{.*/, '')).join(', ')}`, async () => {
    const times = await presented(await plan(...settings), 15);
    for (const each of times) assert.ok(each.every((time, index) => index === 0 || time >= each[index - 1]!));
  });

test('without GL: the simulated scene, turned and cropped by the CPU', async () => {
  const profile = await profileWith(
    ...small,
    'view.left.rotate=90',
    'view.right.flip=both',
    'view.left.crop.left=0.25',
  );
  const { machine } = await planHere(profile);
  const without = { ...machine, gl: { available: false as const, because: 'none for this test' } };
  await presented(planGraph(profile, without, loadTemplates()), 15);
});

test('a scene that this machine is too slow to draw leaves frames out and does not fall behind', async () => {
  const began = performance.now();
  const [times] = await presented(await plan('capture={width: 3840, height: 2160, fps: 120}', 'layout=mono'), 40);
  // x264enc's timestamps begin at 1000 hours.
  const lag = performance.now() - began - (times!.at(-1)! % 3.6e12) / 1e6;
  // Before the first frame come the shell, GStreamer and what stands still of the scene.
  assert.ok(lag < 2500, `${lag.toFixed(0)} ms behind`);
});

test('launch fragments of another size, rate and format', async () => {
  const [times] = await presented(
    await plan(
      'cameras.left.launch=videotestsrc is-live=true ! video/x-raw, format=(string){ YUY2, I420 }, width=320, height=100, framerate=20/1',
      'cameras.right.launch=videotestsrc is-live=true pattern=ball',
    ),
    15,
  );
  // Cameras of two rates: never slower than the slower one, never faster than the faster one.
  const mean = (times!.at(-1)! - times![0]!) / (times!.length - 1);
  assert.ok(mean > 1e9 / 30 - 5e6 && mean < 1e9 / 20 + 5e6, `a pair every ${(mean / 1e6).toFixed(1)} ms`);
});

/** What a picture of the printed line shows, of a red camera on the left and a blue one on the right; from its top left corner to its bottom right one. */
async function shown(path: string, eyes: 1 | 2): Promise<string> {
  const raw = join(folder, 'shown.raw');
  await launch(
    `-q filesrc location=${path} ! matroskademux ! h264parse ! openh264dec ! video/x-raw,format=I420 ! filesink location=${raw}`,
  );
  const luma = (await readFile(raw)).subarray(0, eyes * 160 * 120);
  return [luma[0]!, luma.at(-1)!].map((level) => (level > 60 ? 'red' : 'blue')).join(' ');
}

/** By layout: what each file shows as it is connected, and exchanged. */
const exchanged: Record<string, [straight: string[], swapped: string[]]> = {
  sbs: [['red blue'], ['blue red']],
  tab: [['red blue'], ['blue red']],
  twin: [
    ['red red', 'blue blue'],
    ['blue blue', 'red red'],
  ],
  mono: [['red red'], ['blue blue']],
};
/** What each file of the printed line shows. */
async function shownBy(layout: string, plugin: boolean, swap: boolean): Promise<string[]> {
  const profile = await profileWith(
    ...small,
    'cameras.left.launch=videotestsrc is-live=true num-buffers=20 pattern=red',
    'cameras.right.launch=videotestsrc is-live=true num-buffers=20 pattern=blue',
    `layout=${layout}`,
    `view.swap=${swap}`,
  );
  const { machine } = await planHere(profile);
  const drawn = planGraph(profile, plugin ? machine : withoutPlugin(machine), loadTemplates(profile));
  await run('bash', ['-c', launchCommand(drawn, { kind: 'file', path: join(folder, 'swap.mkv') })]);
  const files = layout === 'twin' ? ['swap-left.mkv', 'swap-right.mkv'] : ['swap.mkv'];
  const eyes = layout === 'sbs' || layout === 'tab' ? 2 : 1;
  const pictures = [];
  for (const file of files) pictures.push(await shown(join(folder, file), eyes));
  return pictures;
}

for (const [layout, [straight, swapped]] of Object.entries(exchanged))
  for (const plugin of [true, false])
    test(`${layout}${plugin ? '' : ', without the plugin'}: view.swap is in the picture of the printed line`, async () => {
      assert.deepEqual(await shownBy(layout, plugin, false), straight);
      assert.deepEqual(await shownBy(layout, plugin, true), swapped);
    });

/** Runs `gst-launch-1.0` with a chain as one types it; paths in it without spaces. */
async function launch(chain: string): Promise<string> {
  return (await run('gst-launch-1.0', chain.split(' '))).stdout;
}

async function picture(name: string, pattern: string, encoder = 'jpegenc'): Promise<string> {
  const path = join(folder, name);
  await launch(
    `-q videotestsrc num-buffers=1 pattern=${pattern} ! video/x-raw,width=64,height=48 ! ${encoder} ! filesink location=${path}`,
  );
  return path;
}

/** Ten frames at 25 a second. */
async function video(name: string, encoded: string): Promise<string> {
  const path = join(folder, name);
  const source = 'videotestsrc num-buffers=10 ! video/x-raw,format=I420,width=64,height=48,framerate=25/1';
  await launch(`-q ${source} ! ${encoded} ! filesink location=${path}`);
  return path;
}

test('files: a folder with gaps in its numbers in natural order, a glob of PNG; looped without a gap or a jump', async () => {
  const left = join(folder, "it's the $left one");
  await mkdir(left);
  const jpeg = await picture('a.jpg', 'red');
  for (const name of ['view10.jpg', 'view2.jpg', 'view1.JPG', 'notes.txt']) await copyFile(jpeg, join(left, name));
  const png = await picture('b.png', 'blue', 'pngenc');
  for (const name of ['p1.png', 'p3.png', 'q9.png']) await copyFile(png, join(folder, name));

  const profile = await profileWith(
    ...small,
    `cameras.left.path=${JSON.stringify(left)}`,
    `cameras.right.path=${JSON.stringify(join(folder, 'p[0-9].*'))}`,
  );
  const { plan: files, machine } = await planHere(profile);
  assert.equal(machine.files!.left!.last, 2);
  assert.equal(machine.files!.right!.last, 1);
  const links = join(machine.files!.left!.pattern, '..');
  const { stdout } = await run(
    'readlink',
    (await readdir(links)).toSorted().map((name) => join(links, name)),
  );
  assert.deepEqual(
    stdout
      .trim()
      .split('\n')
      .map((path) => path.slice(left.length + 1)),
    ['view1.JPG', 'view2.jpg', 'view10.jpg'],
  );
  const [times] = await presented(files, 40);
  assertSteady(times!, 1e9 / 30);
});

test('files: videos in MP4 and Matroska at their own speed and the capture’s rate, looped without a seam; made once', async () => {
  const left = await video('clip.mp4', 'x264enc ! h264parse ! mp4mux');
  const right = await video('clip.mkv', 'vp8enc ! matroskamux');
  const settings = [`cameras.left.path=${left}`, `cameras.right.path=${right}`, 'layout=twin', 'capture.fps=50'];
  const { plan: videos, machine } = await planHere(await profileWith(...small, ...settings));
  for (const eye of ['left', 'right'] as const) {
    const { last } = machine.files![eye]!;
    assert.ok(last >= 18 && last <= 20, `10 frames at 25 a second are 20 at 50, not ${last + 1}`);
  }
  for (const times of await presented(videos, 60)) assertSteady(times, 1e9 / 50);
  const made = (await stat(join(machine.files!.left!.pattern, '..'))).ino;
  const again = await planHere(await profileWith(...small, ...settings));
  assert.equal((await stat(join(again.machine.files!.left!.pattern, '..'))).ino, made);
  assert.equal(launchCommand(again.plan), launchCommand(videos));
});

test('files that cannot be played are refused in words', async () => {
  const file = await picture('c.jpg', 'green');
  await mkdir(join(folder, 'empty'));
  await mkdir(join(folder, 'mixed'));
  for (const name of ['a.jpg', 'b.png']) await copyFile(file, join(folder, 'mixed', name));
  await copyFile(process.execPath, join(folder, 'video.mp4'));
  for (const [path, message] of [
    ['nowhere', /cameras\.left\.path: there is no .*nowhere/],
    ['empty', /no picture and no video/],
    ['mixed', /JPEG and PNG/],
    ['*.gif', /no picture and no video/],
    ['video.mp4', /cannot be played|no decoder/],
  ] as const)
    await assert.rejects(() => plan(`cameras.left.path=${JSON.stringify(join(folder, path))}`), message);
});

test('--sink file: a finished Matroska and MP4 file that plays', async () => {
  const of = await plan('layout=sbs');
  for (const name of ["it's mine.mkv", 'out.mp4']) {
    const path = join(folder, name);
    const line = launchCommand(of, { kind: 'file', path }).replaceAll(/name=\w+_source/g, '$& num-buffers=20');
    await run('bash', ['-c', line], { timeout: 40_000 });
    const plain = join(folder, 'finished');
    await rename(path, plain);
    const demuxer = name.endsWith('mp4') ? 'qtdemux' : 'matroskademux';
    const stdout = await launch(
      `-v filesrc location=${plain} ! ${demuxer} ! h264parse ! openh264dec ! video/x-raw,width=320,height=120 ! fakesink silent=false`,
    );
    assert.ok(stdout.split('last-message = chain').length > 10, stdout.slice(-500));
  }
});

/**
 * Every frame a whole number of frame times after the one before it, and few missing: a seam in a loop would be a fraction, a jump, or a step back. (Now and
 * then gst-launch-1.0 tells of a frame twice and of its neighbour not at all.)
 */
function assertSteady(times: number[], frame: number): void {
  const steps = times.slice(1).map((time, index) => (time - times[index]!) / frame);
  const odd = steps.filter((step) => step < -0.1 || Math.abs(step - Math.round(step)) > 0.1);
  assert.deepEqual(odd, [], 'frames that are not a whole number of frame times apart');
  const took = (times.at(-1)! - times[0]!) / frame;
  assert.ok(took < steps.length * 1.5, `${steps.length} frames took the time of ${took.toFixed(1)}`);
}
