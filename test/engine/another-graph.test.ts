import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, test } from 'node:test';
import type { Profile } from '../../src/protocol/configuration.js';
import type { EngineEvents } from '../../src/protocol/engine.js';
import { anyIce, EngineProcess } from './engine-process.js';
import { profileWith } from './profile.js';

const moving = 'videotestsrc is-live=true pattern=ball';
const cameras = { left: moving, right: moving };
const viewers = ['one', 'two', 'three'];

const rectified = (['left', 'right'] as const).map((eye) => `profile.view.${eye}.zoom=1.1`);
const [sideBySide, topAndBottom, twin] = await Promise.all([
  profileWith(cameras, rectified),
  profileWith(cameras, ['profile.layout=tab']),
  profileWith(cameras, ['profile.layout=twin']),
]);
const engine = new EngineProcess('src/engine/main.js');
after(() => engine.close());
await engine.start(sideBySide);

/** What the engine says of its viewers from now on, in order, as `viewer: what`. */
function diary(): { entries: string[]; stop(): void } {
  const entries: string[] = [];
  const stop = engine.listen((event, data) => {
    if (event === 'offer') {
      const { viewer, tracks } = data as EngineEvents['offer'];
      entries.push(`${viewer}: offer of ${tracks.map(({ eye }) => eye).join(' and ')}`);
    } else if (event === 'tracks') {
      const { viewer, tracks } = data as EngineEvents['tracks'];
      entries.push(`${viewer}: goes on with ${tracks.map(({ layout }) => layout).join(' and ')}`);
    } else if (event === 'viewerState') {
      const { viewer, state } = data as EngineEvents['viewerState'];
      entries.push(`${viewer}: ${state}`);
    }
  });
  return { entries, stop };
}

const offers = () => Promise.all(viewers.map((name) => engine.next('offer', ({ viewer }) => viewer === name)));

test('another graph starts beside the one that runs, and viewers go on with it where it gives what they were offered', async () => {
  const first = offers();
  for (const viewer of viewers) await engine.ask('addViewer', { viewer, ice: anyIce });
  await first;
  const said = diary();
  await engine.start(topAndBottom);
  await engine.next('readings', (readings) => readings.uptimeMs < 60_000);
  said.stop();
  assert.deepEqual(
    said.entries,
    viewers.map((viewer) => `${viewer}: goes on with tab`),
  );
});

test('one that gives something else is offered anew: every viewer is told that its own has gone, then offered the new one', async () => {
  const said = diary();
  const next = offers();
  const report = await engine.start(twin);
  await next;
  said.stop();
  assert.equal(report.layout, 'twin');
  for (const viewer of viewers)
    assert.deepEqual(
      said.entries.filter((entry) => entry.startsWith(`${viewer}:`)),
      [`${viewer}: closed`, `${viewer}: offer of left and right`],
    );
  const { outputs, viewers: counted } = await engine.next('readings', (readings) => readings.uptimeMs < 60_000);
  assert.equal(outputs.length, 2);
  assert.equal(counted.length, viewers.length);
});

const hopeless: Record<string, () => Promise<Profile>> = {
  'whose camera cannot be opened': () => profileWith({ ...cameras, right: 'v4l2src device=/dev/video-none' }),
  'whose camera gives no frame': () => profileWith({ ...cameras, right: `${moving} ! valve drop=true` }),
  'that GStreamer’s parser refuses': () => profileWith({ ...cameras, right: `${moving} nosuch=1` }),
};
for (const [what, profile] of Object.entries(hopeless))
  test(`a graph ${what} leaves the one that runs, and its viewers, alone`, async () => {
    const before = await engine.next('readings');
    const said = diary();
    await assert.rejects(engine.ask('start', { rig: 'test', profile: await profile(), within: 1_500 }));
    const afterwards = await engine.next('readings');
    said.stop();
    assert.deepEqual(said.entries, []);
    const frames = afterwards.outputs[0]!.encodedFrames - before.outputs[0]!.encodedFrames;
    const expected = ((afterwards.at - before.at) * 30) / 1000;
    assert.ok(frames > 0.9 * expected, `${String(frames)} frames, ${expected.toFixed(0)} expected`);
    assert.equal(afterwards.viewers.length, viewers.length);
  });

const count = (what: 'task' | 'fd'): number => readdirSync(`/proc/${String(engine.pid)}/${what}`).length;

/** The fewest threads and descriptors over some seconds: what a graph leaves behind goes by and by. */
async function settled() {
  const seen = { task: Infinity, fd: Infinity };
  for (let i = 0; i < 4; i += 1) {
    await engine.next('readings');
    for (const what of ['task', 'fd'] as const) seen[what] = Math.min(seen[what], count(what));
  }
  return seen;
}

async function exchange(profile: Profile): Promise<void> {
  const next = offers();
  await engine.start(profile);
  await next;
}

test('graphs let go for others: who leaves meanwhile is gone, who stays goes on with the next one', async () => {
  await engine.ask('release', {});
  await engine.ask('removeViewer', { viewer: 'three' });
  const said = diary();
  await engine.start(twin);
  const { viewers: counted } = await engine.next('readings');
  said.stop();
  assert.deepEqual(
    said.entries,
    ['one', 'two'].map((viewer) => `${viewer}: goes on with twin and twin`),
  );
  assert.deepEqual(
    counted.map(({ viewer }) => viewer),
    ['one', 'two'],
  );
  const offered = engine.next('offer', ({ viewer }) => viewer === 'three');
  await engine.ask('addViewer', { viewer: 'three', ice: anyIce });
  await offered;
});

test('who can show two tracks goes on also where there is another number of pictures', async () => {
  await exchange(sideBySide);
  const offered = engine.next('offer', ({ viewer }) => viewer === 'able');
  await engine.ask('addViewer', { viewer: 'able', ice: anyIce, tracks: 2 });
  const { sdp, tracks } = await offered;
  assert.equal(sdp.match(/^m=video/gm)?.length, 2);
  assert.deepEqual(
    tracks.map(({ eye }) => eye),
    ['both'],
  );
  const said = diary();
  await exchange(twin);
  await exchange(sideBySide);
  await engine.next('readings');
  said.stop();
  assert.deepEqual(
    said.entries.filter((entry) => entry.startsWith('able:')),
    ['able: goes on with twin and twin', 'able: goes on with sbs'],
  );
  await engine.ask('removeViewer', { viewer: 'able' });
  await exchange(twin);
});

async function round(): Promise<void> {
  await exchange(sideBySide);
  await engine.start(topAndBottom);
  await exchange(twin);
}

test('thirty graphs one after the other leave no thread and no descriptor behind', async () => {
  await round();
  const before = await settled();
  for (let i = 0; i < 10; i += 1) await round();
  const afterwards = await settled();
  const counts = `before ${JSON.stringify(before)}, afterwards ${JSON.stringify(afterwards)}`;
  assert.ok(afterwards.task <= before.task + 2 && afterwards.fd <= before.fd + 8, counts);
});
