import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { costOf } from '../../src/config/cost.js';
import { keyPaths, schemaAt, type SchemaNode } from '../../src/config/defaults.js';
import { patchBetween } from '../../src/config/difference.js';
import { profileSchema, type Profile } from '../../src/protocol/configuration.js';
import { nested } from '../../src/protocol/merge-patch.js';
import type { Applied, ServerMessage } from '../../src/protocol/ws.js';
import { likeAGraphicsCard, Running } from '../harness/binocle.js';
import { launchChromium } from '../harness/chromium.js';
import { Operator } from '../harness/operator.js';
import type { Decoded } from '../scene/decoded-scene.js';
import { expectedScene, shareOff } from '../scene/expected-scene.js';
import { calibrated, type Change, changesOf } from './hot-changes.js';
import { lost, numberOf, Watcher } from './watcher.js';

/** Of the blocks of an eye that may be off in a picture that is as expected; in these tests any other picture has at least 3 % off. */
const mostOff = 0.01;
/** A processor that others use too loses frames now and then; a change that loses one loses one every time. */
const attempts = 5;

let browser: Browser;
const folder = await mkdtemp(join(tmpdir(), 'binocle-hot-'));
const lens = join(folder, 'lens.yaml');
const changes = changesOf(lens);
before(async () => {
  browser = await launchChromium({ display: 'software' });
  await writeFile(lens, JSON.stringify(calibrated({ left: { D: [-0.2, 0, 0, 0] } }).calibration));
});
after(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

async function watching(
  zoom: number,
  use: (watcher: Watcher) => Promise<void>,
  env: NodeJS.ProcessEnv = {},
): Promise<void> {
  const file = join(folder, 'robot.yaml');
  const view = `view: { left: { zoom: ${String(zoom)} }, right: { zoom: ${String(zoom)} } }`;
  await writeFile(file, `profiles: { default: { sim: { motion: 0 }, ${view} } }\n`);
  const program = await Running.start(['-c', file], { env });
  try {
    const watcher = await Watcher.open(browser, program);
    await use(watcher);
    await watcher.page.close();
  } catch (error) {
    throw new Error(`${String((error as Error).stack)}\nthe program said:\n${program.stderr}`, { cause: error });
  } finally {
    assert.deepEqual((await program.stop()).leftBehind, []);
  }
}

/** One change, and what was decoded meanwhile. */
interface Seen {
  applied: Applied;
  previous: Profile;
  /** Before it was asked for. */
  earlier: Decoded[];
  later: Decoded[];
  /** Of the later ones, due after the answer. */
  due: Decoded[];
}

async function changeSeen(watcher: Watcher, patch: object): Promise<Seen> {
  const previous = watcher.profile;
  await watcher.frames(1);
  const first = await watcher.frames(5);
  const { applied, asked, answered } = await watcher.set(patch);
  const frames = [...first, ...(await watcher.frames(10, answered))];
  const later = frames.filter(({ at }) => at >= asked);
  const due = later.filter((frame) => watcher.due(frame) > answered);
  return { applied, previous, earlier: frames.filter(({ at }) => at < asked), later, due };
}

/** How many frames that were due after the answer do not show the change yet; those after the first that does show it too, and none before it was asked for. */
async function requireShown({ applied, earlier, later, due }: Seen): Promise<number> {
  const expected = await expectedScene(applied.profile);
  const shows = (frame: Decoded): boolean => shareOff(frame, expected) <= mostOff;
  const said = [...earlier, ...later].map(
    (frame) => `${numberOf(frame)}: ${(100 * shareOff(frame, expected)).toFixed(1)} % off`,
  );
  const told = `${said.join(', ')}; due after the answer from ${numberOf(due[0]!)} on`;
  assert.ok(!earlier.some(shows), `nothing shows it before it is asked for: ${told}`);
  const first = later.findIndex(shows);
  assert.ok(first >= 0 && later.slice(first).every(shows), `it shows, and stays: ${told}`);
  const without = due.filter((frame) => !shows(frame)).length;
  assert.ok(without < 2, `the second frame after the answer shows it at the latest: ${told}`);
  return without;
}

async function requireUnseen({ previous, applied, earlier, later }: Seen): Promise<void> {
  for (const profile of [previous, applied.profile]) {
    const expected = await expectedScene(profile);
    const off = Math.max(...[...earlier, ...later].map((frame) => shareOff(frame, expected)));
    assert.ok(off <= mostOff, `${(100 * off).toFixed(1)} % of the picture is another one`);
  }
}

/** So many frames, and what was lost among them. */
interface Span {
  frames: number;
  lost: string[];
}

const spanOf = (frames: readonly Decoded[]): Span => ({ frames: frames.length - 1, lost: lost(frames) });
const sum = (spans: readonly Span[]): Span => ({
  frames: spans.reduce((total, { frames }) => total + frames, 0),
  lost: spans.flatMap((span) => span.lost),
});
const share = (span: Span): number => span.lost.length / span.frames;

interface Attempt {
  /** From the last frame before a change was asked for to the fourth after the answer. */
  changing: Span;
  /** Before and after that. */
  otherwise: Span;
  /** How many frames after each answer were still without the change. */
  without: number[];
}

/** Sets it, looks, and sets it back. */
async function attempt(watcher: Watcher, key: string, change: Change): Promise<Attempt> {
  const start = watcher.profile;
  if (change.first !== undefined) await watcher.frames(5, (await watcher.set(change.first)).answered);
  const there = await changeSeen(watcher, nested(key.split('.'), change.value) as object);
  assert.equal(there.applied.cost, change.unseen ?? 'hot');
  if (change.graph !== undefined) {
    const text = await (await fetch(`${watcher.program.origin}/api/v1/rigs/default/graph`)).text();
    assert.match(text, change.graph);
  }
  const late = Math.min(...there.due.slice(-3).map((frame) => frame.at - watcher.due(frame)));
  assert.ok(late >= (change.later ?? 0), `the last frames came ${late.toFixed(0)} ms later`);
  const back = await changeSeen(watcher, patchBetween(watcher.profile, start));
  await watcher.requireTheSame();
  const without = [];
  for (const seen of [there, back]) {
    if (change.unseen !== undefined) await requireUnseen(seen);
    else if (seen.applied.cost !== 'none') without.push(await requireShown(seen));
  }
  const settled = [there, back].map(({ due }) => due.slice(3));
  const changing = [there, back].map(({ earlier, later }, i) => [
    ...earlier.slice(-1),
    ...later.filter((frame) => !settled[i]!.slice(1).includes(frame)),
  ]);
  return {
    changing: sum(changing.map(spanOf)),
    otherwise: sum([there.earlier, back.earlier, ...settled].map(spanOf)),
    without,
  };
}

/** Until nothing is lost. Where something is every time, as much must be lost without a change: then the machine is too busy to tell. */
async function requireNothingLost(watcher: Watcher, key: string, change: Change): Promise<Attempt[]> {
  const all: Attempt[] = [];
  while (all.length < attempts) {
    all.push(await attempt(watcher, key, change));
    if (all.at(-1)!.changing.lost.length === 0) return all;
  }
  const [changing, otherwise] = (['changing', 'otherwise'] as const).map((when) => sum(all.map((each) => each[when])));
  assert.ok(
    share(changing!) < 2 * share(otherwise!),
    `lost every time: of ${changing!.frames} frames at a change ${changing!.lost.join(', ')}; of ${otherwise!.frames} others ${otherwise!.lost.length}`,
  );
  return all;
}

const schema = profileSchema as SchemaNode;
const isHot = (path: string): boolean =>
  costOf(path) === 'hot' && schemaAt(schema, path.split('.'))?.properties === undefined;

test('every key that is tagged hot is looked at here', () => {
  assert.deepEqual(Object.keys(changes).toSorted(), keyPaths(schema).filter(isHot).toSorted());
});

const someKeys = [
  'sim.distortion',
  'calibration.file',
  'calibration.right.R',
  'view.left.roll_deg',
  'view.right.rotate',
  'view.swap',
];
const programs: { what: string; zoom: number; keys: string[]; env?: NodeJS.ProcessEnv }[] = [
  { what: 'with a remap in the graph of both eyes', zoom: 1.01, keys: Object.keys(changes) },
  { what: 'with nothing to rectify at first', zoom: 1, keys: someKeys },
  {
    what: 'with a shader in the graph of both eyes',
    zoom: 1.01,
    keys: [...someKeys, 'calibration.left.D', 'calibration.model', 'view.left.crop.top'],
    env: likeAGraphicsCard,
  },
  { what: 'with a shader to come', zoom: 1, keys: ['calibration.file', 'view.right.rotate'], env: likeAGraphicsCard },
];
for (const { what, zoom, keys, env } of programs)
  test(`hot, ${what}: in the second frame after \`applied\`, no frame lost, nothing negotiated again`, (t) =>
    watching(zoom, (watcher) => everyKey(t, watcher, keys), env));

async function everyKey(t: TestContext, watcher: Watcher, keys: readonly string[]): Promise<void> {
  const start = watcher.profile;
  const all: Attempt[] = [];
  const busy: string[] = [];
  for (const key of keys)
    await t.test(key, async () => {
      await watcher.set(patchBetween(watcher.profile, start));
      const own = await requireNothingLost(watcher, key, changes[key]!);
      all.push(...own);
      if (own.at(-1)!.changing.lost.length > 0) busy.push(key);
    });
  const without = all.flatMap((each) => each.without);
  const at = without.filter((frames) => frames === 0).length;
  t.diagnostic(`the first frame after the answer showed it ${at} times, the second one ${without.length - at} times`);
  for (const when of ['changing', 'otherwise'] as const) {
    const span = sum(all.map((each) => each[when]));
    t.diagnostic(`${when}: ${span.lost.length} lost of ${span.frames} frames of two eyes, ${all.length} attempts`);
  }
  if (busy.length > 0) t.diagnostic(`the machine was too busy to tell what is lost by ${busy.join(', ')}`);
}

test('sixty changes a second for ten seconds: each is answered, frames keep their rate, the last is in the picture', (t) =>
  watching(1.01, async (watcher) => {
    const operator = await Operator.enter(watcher.program);
    for (let tried = 1; ; tried++) {
      const { usual, kept, told } = await sixtyASecond(watcher, operator);
      t.diagnostic(told);
      if (kept > 0.9 * usual) break;
      assert.ok(tried < 3, told);
    }
    operator.leave();
  }));

/** Frames a second without and with the changes. */
async function sixtyASecond(
  watcher: Watcher,
  operator: Operator,
): Promise<{ usual: number; kept: number; told: string }> {
  const { page } = watcher;
  await watcher.frames(1);
  const usual = rateOf(await watcher.frames(90, await page.evaluate(() => performance.now())));
  const received = await framesReceived(page);
  const answers: Promise<ServerMessage>[] = [];
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const i = answers.length + 1;
      answers.push(operator.ask('set', { patch: { view: { left: { shift_x: i / 1000, zoom: 1.01 + i / 1000 } } } }));
      if (i < 600) return;
      clearInterval(timer);
      resolve();
    }, 1000 / 60);
  });
  const applied = (await Promise.all(answers)) as (Applied & ServerMessage)[];
  const answered = await page.evaluate(() => performance.now());
  const came = (await framesReceived(page)) - received;
  const frames = await watcher.frames(8, answered);
  await watcher.requireTheSame();

  assert.ok(applied.every(({ type, cost }) => type === 'applied' && cost === 'hot'));
  const { revision } = applied[0]!;
  assert.deepEqual(
    applied.map((each) => each.revision),
    applied.map((_, i) => revision + i),
  );
  const { profile } = applied.at(-1)!;
  assert.equal(profile.view.left.shift_x, 0.6);
  const expected = await expectedScene(profile);
  const settled = frames.filter((frame) => watcher.due(frame) > answered).slice(1);
  const off = settled.map((frame) => `${numberOf(frame)}: ${(100 * shareOff(frame, expected)).toFixed(1)} %`);
  assert.ok(settled.length > 0 && settled.every((frame) => shareOff(frame, expected) <= mostOff), off.join(', '));

  const during = frames.filter(({ at }) => at <= answered);
  const kept = rateOf(during);
  const captured = numberOf(during.at(-1)!) - numberOf(during[0]!) + 1;
  const seconds = (answered - during[0]!.at) / 1000;
  const told = `${kept.toFixed(1)} frames a second for ${seconds.toFixed(1)} s, ${usual.toFixed(1)} before; ${during.length} decoded, ${came} received, ${captured} captured; lost: ${lost(during).join(', ') || 'none'}`;
  return { usual, kept, told };
}

/** By their numbers, each once; the scene's own rate at the most. */
function rateOf(frames: readonly Decoded[]): number {
  const numbers = new Set(frames.map((frame) => numberOf(frame)));
  return Math.min(30, ((numbers.size - 1) * 1000) / (frames.at(-1)!.at - frames[0]!.at));
}

/** From the network, whole; in all. */
function framesReceived(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const stats = [...(await window.binocle.connection!.getStats()).values()] as RTCInboundRtpStreamStats[];
    return stats.find(({ type }) => type === 'inbound-rtp')!.framesReceived!;
  });
}
