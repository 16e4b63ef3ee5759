import assert from 'node:assert/strict';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Applied, Saved } from '../../src/protocol/ws.js';
import { ask, Client, rigged, type Rigged, type Response } from './fixture.js';

const path = '/api/v1/rigs/default/profile';
const operator = ({ server }: Rigged): string => server.tokens!.operator;
const settings = ({ server }: Rigged) => server.rigs.get('default')!.settings;

function patch(rig: Rigged, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return ask(rig, path, {
    method: 'PATCH',
    token: operator(rig),
    headers: { 'content-type': 'application/merge-patch+json', ...headers },
    body: JSON.stringify(body),
  });
}

test('a change is applied to who asked, and announced to everyone with the patch and who it was', async () => {
  await using rig = await rigged();
  const one = await Client.watching(rig);
  const two = await Client.open(rig);
  two.send({ type: 'hello', token: rig.server.tokens!.viewer });
  assert.deepEqual((await two.next('welcome')).unsaved, []);
  one.send({ type: 'set', id: 7, patch: { view: { left: { zoom: 1.2 } } } });
  const [applied, told] = await Promise.all([one.next('applied'), two.next('profile')]);
  const { profile, ms, ...rest } = applied;
  assert.deepEqual(rest, { type: 'applied', id: 7, revision: 2, cost: 'hot', unsaved: ['view.left.zoom'] });
  assert.equal(profile.view.left.zoom, 1.2);
  assert.ok(ms >= 0);
  assert.deepEqual(told.patch, { view: { left: { zoom: 1.2 } } });
  assert.deepEqual([told.revision, told.unsaved], [2, ['view.left.zoom']]);
  const [session] = rig.server.rigs.size === 1 ? [told.by] : [];
  assert.match(session!, /^[-0-9a-f]{36}$/);
  const late = await Client.open(rig);
  late.send({ type: 'hello', token: operator(rig) });
  const welcome = await late.next('welcome');
  assert.deepEqual([welcome.revision, welcome.unsaved, welcome.profile], [2, ['view.left.zoom'], profile]);
  for (const client of [one, two, late]) client.close();
});

test('a viewer changes nothing, and stays', async () => {
  await using rig = await rigged();
  const client = await Client.watching(rig, rig.server.tokens!.viewer);
  for (const message of [{ type: 'set', patch: { layout: 'tab' } }, { type: 'save' }, { type: 'rollback' }]) {
    client.send({ ...message, id: message.type });
    const error = await client.next('error');
    assert.deepEqual([error.id, error.code], [message.type, 'forbidden']);
  }
  client.send({ type: 'ping', id: 1, t: 0 });
  await client.next('pong');
  assert.equal(settings(rig).revision, 1);
  client.close();
});

test('one bad key of ten: nothing changes, every fault is named, the engine is not asked', async () => {
  await using rig = await rigged();
  const bad = {
    layout: 'tab',
    view: { left: { zoom: 2, roll_deg: 1, zom: 1 }, right: { zoom: 2, shift_x: 0.1 } },
    encode: { bitrate_mbps: 900, gop_frames: 30, qp_min: 10 },
    capture: { fps: 20 },
  };
  const answer = await patch(rig, bad);
  assert.equal(answer.status, 422);
  const problem = answer.json() as { detail: string; path: string; reason: string };
  assert.equal(problem.reason, 'bad-config');
  assert.match(problem.detail, /profile\.encode\.bitrate_mbps {2}must be between 0\.1 and 200/);
  assert.match(problem.detail, /profile\.view\.left\.zom {2}unknown key, did you mean "zoom"/);
  assert.match(problem.path, /^profile\./);
  assert.deepEqual(settings(rig).profile, rig.profile);
  assert.equal(settings(rig).revision, 1);
});

const refusals: Record<string, [patch: object, path: string, message: RegExp]> = {
  'a key of the server': [{ server: { port: 1 } }, 'profile.server', /no part of a profile/],
  'a rule between keys': [{ encode: { qp_min: 40, qp_max: 20 } }, 'profile.encode.qp_min', /not be above/],
  'a calibration without its parts': [{ calibration: { model: 'pinhole' } }, 'profile.calibration.size', /missing/],
  'a crop that leaves nothing': [
    { view: { left: { crop: { left: 0.6, right: 0.6 } } } },
    'profile.view.left.crop',
    /./,
  ],
  'a template that is not there': [{ encode: { encoder: 'x265enc' } }, 'profile.encode.encoder', /no encode template/],
  'a file that is not there': [{ calibration: { file: '/nowhere.yaml' } }, 'profile.calibration.file', /no such file/],
  'a key that every object has': [JSON.parse('{"__proto__":{"x":1}}') as object, 'profile.__proto__', /unknown key/],
  'more depth than a profile has': [
    JSON.parse('{"view":'.repeat(40) + '1' + '}'.repeat(40)) as object,
    'profile',
    /nested too deeply/,
  ],
  'what only the engine knows': [{ encode: { mtu: 666 } }, 'profile.cameras', /no such camera/],
};
test('what cannot be is refused with the key and why', async (t) => {
  await using rig = await rigged();
  for (const [what, [body, where, message]] of Object.entries(refusals))
    await t.test(what, async () => {
      await assert.rejects(settings(rig).set(body as Record<string, unknown>, 'test'), (error: Error) => {
        assert.match(error.message, message);
        assert.equal((error as { path?: string }).path, where);
        return true;
      });
      assert.deepEqual(settings(rig).profile, rig.profile);
    });
});

test('HTTP: media types, ETag, If-Match', async () => {
  await using rig = await rigged();
  const wrong = await patch(rig, {}, { 'content-type': 'application/x-www-form-urlencoded' });
  assert.equal(wrong.status, 415);
  assert.equal((await patch(rig, [])).status, 400);
  const first = await patch(rig, { encode: { bitrate_mbps: 6 } }, { 'if-match': '"1"' });
  assert.equal(first.status, 200);
  assert.equal(first.headers['etag'], '"2"');
  const { cost, revision, unsaved } = first.json() as Applied;
  assert.deepEqual({ cost, revision, unsaved }, { cost: 'hot', revision: 2, unsaved: ['encode.bitrate_mbps'] });
  for (const tag of ['"1"', 'W/"2"', '"nonsense"']) {
    const stale = await patch(rig, { encode: { bitrate_mbps: 7 } }, { 'if-match': tag });
    assert.equal(stale.status, 412, tag);
    assert.match(stale.text, /revision 2/);
  }
  for (const tag of ['"1", "2"', '*', '"4"'])
    assert.equal((await patch(rig, { description: tag }, { 'if-match': tag })).status, 200, tag);
  const plain = await patch(rig, { encode: { bitrate_mbps: null } }, { 'content-type': 'application/json' });
  assert.deepEqual((plain.json() as Applied).profile.encode.bitrate_mbps, 4);
  const metrics = (await ask(rig, '/metrics', { token: operator(rig) })).text;
  assert.match(metrics, /^binocle_profile_changes_total\{rig="default",cost="hot"\} 2$/m);
  assert.match(metrics, /^binocle_profile_changes_total\{rig="default",cost="none"\} 3$/m);
});

test('two who change at once: a stale ifRevision is refused with the current one; without it the last one wins, in order', async () => {
  await using rig = await rigged();
  const [one, two] = [await Client.watching(rig), await Client.watching(rig)];
  one.send({ type: 'set', id: 1, patch: { view: { left: { zoom: 2 } } }, ifRevision: 1 });
  await one.next('applied');
  two.send({ type: 'set', id: 2, patch: { view: { left: { zoom: 3 } } }, ifRevision: 1 });
  const error = await two.next('error');
  assert.deepEqual([error.id, error.code, error.path], [2, 'stale-revision', 'ifRevision']);
  assert.match(error.message, /revision 2/);
  const results = await Promise.all(
    Array.from({ length: 50 }, (_, i) => settings(rig).set({ view: { left: { zoom: 1 + i / 100 } } }, 'test')),
  );
  assert.deepEqual(
    results.map(({ revision, profile }) => [revision, profile.view.left.zoom]),
    Array.from({ length: 50 }, (_, i) => [3 + i, 1 + i / 100]),
  );
  one.close();
  two.close();
});

test('the file edited on disk, also by an editor that replaces it, takes effect by itself; what is live and unsaved stays', async () => {
  await using rig = await rigged();
  const client = await Client.watching(rig);
  client.send({ type: 'set', id: 1, patch: { view: { right: { zoom: 1.5 } } } });
  await client.next('applied');
  const text = await readFile(rig.file, 'utf8');
  await writeFile(rig.file, `${text}    view: { left: { zoom: 1.25 } }\n`);
  let told = await client.next('profile');
  while (told.by !== 'file') told = await client.next('profile');
  assert.deepEqual(told.patch, { view: { left: { zoom: 1.25 } } });
  assert.deepEqual(told.unsaved, ['view.right.zoom']);
  const other = join(rig.state, 'new.yaml');
  await writeFile(other, `${text}    view: { left: { zoom: 1.75 } }\n`);
  await rename(other, rig.file);
  assert.deepEqual((await client.next('profile')).patch, { view: { left: { zoom: 1.75 } } });
  await writeFile(rig.file, 'profiles: [\n');
  await settings(rig).reread();
  assert.equal(settings(rig).profile.view.left.zoom, 1.75);
  await writeFile(rig.file, `${text}    view: { left: { zoom: 1 }, right: { zoom: 1.5 } }\n`);
  told = await client.next('profile');
  assert.deepEqual([told.patch, told.unsaved], [{ view: { left: { zoom: 1 } } }, []]);
  client.close();
});

test('save writes what changed and nothing else; it does not come back as a change; rollback is what the file says', async () => {
  await using rig = await rigged();
  const client = await Client.watching(rig);
  const before = `# mine\n${await readFile(rig.file, 'utf8')}    encode: { bitrate_mbps: 5 } # enough\n`;
  await writeFile(rig.file, before);
  await client.next('profile');
  client.send({ type: 'set', id: 1, patch: { encode: { bitrate_mbps: 6 }, view: { left: { zoom: 2 } } } });
  await client.next('applied');
  client.send({ type: 'save', id: 2 });
  const saved = await client.next('saved');
  assert.deepEqual(saved.file, rig.file);
  assert.deepEqual(saved.keys.toSorted(), ['encode.bitrate_mbps', 'view.left.zoom']);
  const after = await readFile(rig.file, 'utf8');
  const line = '    encode: { bitrate_mbps: 6 } # enough\n';
  assert.ok(after.startsWith(before.replace('    encode: { bitrate_mbps: 5 } # enough\n', line)), after);
  assert.match(after, /zoom: 2/);
  const { revision } = settings(rig);
  await settings(rig).reread();
  assert.equal(settings(rig).revision, revision);
  assert.deepEqual(settings(rig).unsaved, []);
  await settings(rig).set({ encode: { bitrate_mbps: 9 } }, 'test');
  client.send({ type: 'rollback', id: 3 });
  const applied = await client.next('applied');
  assert.deepEqual([applied.id, applied.profile.encode.bitrate_mbps, applied.unsaved], [3, 6, []]);
  const token = operator(rig);
  await settings(rig).set({ encode: { bitrate_mbps: 7 } }, 'test');
  const overHttp = (await ask(rig, `${path}/save`, { method: 'POST', token })).json() as Saved;
  assert.deepEqual(overHttp.keys, ['encode.bitrate_mbps']);
  const back = await ask(rig, `${path}/rollback`, { method: 'POST', token });
  assert.deepEqual((back.json() as Applied).cost, 'none');
  client.close();
});

test('what somebody else writes into the file right before it is saved is kept', async () => {
  await using rig = await rigged();
  await settings(rig).set({ view: { left: { zoom: 2 } } }, 'test');
  await writeFile(rig.file, `${await readFile(rig.file, 'utf8')}    encode: { bitrate_mbps: 8 } # theirs\n`);
  await settings(rig).save('test');
  assert.match(await readFile(rig.file, 'utf8'), /bitrate_mbps: 8 } # theirs[^]*zoom: 2/);
  assert.equal(settings(rig).profile.encode.bitrate_mbps, 8);
  await settings(rig).set({ view: { left: { zoom: 3 } } }, 'test');
  await writeFile(rig.file, 'profiles: {{\n');
  await assert.rejects(settings(rig).save('test'), /robot\.yaml/);
  assert.equal(await readFile(rig.file, 'utf8'), 'profiles: {{\n');
});

test('keys that --set decides are said, not written', async () => {
  await using rig = await rigged(['profile.encode.bitrate_mbps=3']);
  await settings(rig).set({ encode: { bitrate_mbps: 9 }, view: { left: { zoom: 2 } } }, 'test');
  const saved = await settings(rig).save('test');
  assert.deepEqual([saved.keys, saved.held], [['view.left.zoom'], ['encode.bitrate_mbps']]);
  assert.doesNotMatch(await readFile(rig.file, 'utf8'), /bitrate/);
  assert.deepEqual(settings(rig).unsaved, ['encode.bitrate_mbps']);
});

test('a camera that only one graph can have: the old graph lets go before the new one starts, and takes it again where that fails', async () => {
  await using folder = await rigged([], {}, false);
  const diary = join(folder.state, 'diary');
  await using rig = await rigged([], { exclusive: true, diary });
  const client = await Client.watching(rig);
  await settings(rig).set({ layout: 'tab' }, 'test');
  const entries = async () =>
    (await readFile(diary, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => line.split(' ') as [string, string]);
  const first = await entries();
  assert.deepEqual(
    first.map(([, what]) => what),
    ['start', 'release', 'start'],
  );
  await client.next('interrupted');
  assert.equal((await client.next('offer')).revision, 2);
  const refused = { layout: 'sbs', description: JSON.stringify({ exclusive: true, start: 'refuse', diary }) };
  await assert.rejects(settings(rig).set(refused, 'test'), /nosuch/);
  const second = (await entries()).slice(3);
  assert.deepEqual(
    second.map(([, what]) => what),
    ['release', 'start', 'start'],
  );
  assert.equal(new Set([...first, ...second].map(([pid]) => pid)).size, 1, 'one engine');
  assert.equal((await client.next('offer')).revision, 2);
  assert.equal(settings(rig).profile.layout, 'tab');
  client.close();
});

test('while no engine runs a change is tried at once: another camera brings the picture back', async () => {
  await using folder = await rigged([], {}, false);
  const marker = join(folder.state, 'first');
  await using rig = await rigged([], { onlyOnce: marker });
  const client = await Client.watching(rig);
  client.send({ type: 'answer', sdp: 'fail' });
  await client.next('interrupted');
  const { cost } = await settings(rig).set({ description: null, layout: 'tab' }, 'test');
  assert.equal(cost, 'graph');
  await client.next('offer');
  assert.equal(rig.server.rigs.get('default')!.supervisor.state, 'running');
  client.close();
});

test('a graph that fails right after it was changed is taken back, and everyone is told', async () => {
  await using rig = await rigged();
  const client = await Client.watching(rig);
  await settings(rig).set({ layout: 'tab' }, 'test');
  await client.next('offer');
  client.send({ type: 'answer', sdp: 'fail' });
  let told = await client.next('profile');
  while (told.by !== 'undone') told = await client.next('profile');
  assert.deepEqual([told.revision, told.patch, told.unsaved], [3, { layout: 'auto' }, []]);
  await client.next('offer');
  assert.deepEqual(settings(rig).profile, rig.profile);
  client.close();
});
