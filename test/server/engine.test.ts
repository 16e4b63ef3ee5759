import assert from 'node:assert/strict';
import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { BinocleError } from '../../src/protocol/errors.js';
import { descendants } from '../harness/binocle.js';
import { ask, Client, fakeEngine, rigged, type Rigged } from './fixture.js';
import type { Misdeed } from './fake-engine.js';

const alive = (pid: number): Promise<boolean> =>
  access(`/proc/${String(pid)}`).then(
    () => true,
    () => false,
  );
/** The fake engine says its pid in its offers. */
const pidOf = ({ sdp }: { sdp: string }): number => Number(/\d+/.exec(sdp)![0]);
const token = ({ server }: Rigged): string => server.tokens!.operator;

/** How long the end takes, milliseconds. */
async function closing(rig: Rigged): Promise<number> {
  const started = performance.now();
  await rig[Symbol.asyncDispose]();
  return performance.now() - started;
}

const misdeeds: { misdeed: Misdeed; what: string; cause: string; reason: string; withinMs: number }[] = [
  { misdeed: 'crash', what: 'dies', cause: 'crashed', reason: 'engine-failed', withinMs: 3000 },
  { misdeed: 'fail', what: 'loses a camera', cause: 'failed', reason: 'source-failed', withinMs: 3000 },
  { misdeed: 'hang', what: 'hangs', cause: 'silent', reason: 'engine-failed', withinMs: 8000 },
  { misdeed: 'silent', what: 'falls silent', cause: 'silent', reason: 'engine-failed', withinMs: 8000 },
];
for (const { misdeed, what, cause, reason, withinMs } of misdeeds)
  test(`an engine that ${what} is replaced, and every viewer offered anew over its open WebSocket`, async () => {
    await using rig = await rigged();
    const [one, two] = [await Client.open(rig), await Client.open(rig)];
    for (const client of [one, two]) client.send({ type: 'hello', token: token(rig) });
    const before = pidOf(await one.next('offer'));
    await two.next('offer');
    one.send({ type: 'answer', sdp: misdeed });
    const started = performance.now();
    const told = await two.next('interrupted');
    assert.equal(told.reason, reason);
    const offers = await Promise.all([one.next('offer'), two.next('offer')]);
    const ms = performance.now() - started;
    assert.ok(ms < withinMs, `took ${ms.toFixed(0)} ms`);
    for (const offer of offers) assert.notEqual(pidOf(offer), before);
    assert.equal(await alive(before), false);
    const metrics = (await ask(rig, '/metrics', { token: token(rig) })).text;
    assert.match(metrics, new RegExp(`^binocle_engine_restarts_total\\{rig="default",reason="${cause}"\\} 1$`, 'm'));
    assert.equal((await ask(rig, '/readyz')).status, 200);
    one.close();
    two.close();
  });

/** All engine processes, when there are that many. */
async function engines(count: number): Promise<number[]> {
  const limit = performance.now() + 20_000;
  for (;;) {
    const found = (await descendants(process.pid)).filter(({ command }) => command.includes(fakeEngine));
    if (found.length === count) return found.map(({ pid }) => pid);
    assert.ok(performance.now() < limit, `${String(found.length)} engines, not ${String(count)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('an engine waits beside the one that runs, takes over when that ends, and another waits', async () => {
  await using rig = await rigged();
  const client = await Client.open(rig);
  client.send({ type: 'hello', token: token(rig) });
  const first = pidOf(await client.next('offer'));
  const waiting = (await engines(2)).find((pid) => pid !== first);
  process.kill(first, 'SIGKILL');
  assert.equal(pidOf(await client.next('offer')), waiting);
  await engines(2);
  client.close();
});

test('what ends all engines at once is got over too', async () => {
  await using rig = await rigged();
  const client = await Client.open(rig);
  client.send({ type: 'hello', token: token(rig) });
  await client.next('offer');
  const all = await engines(2);
  for (const pid of all) process.kill(pid, 'SIGKILL');
  assert.ok(!all.includes(pidOf(await client.next('offer'))));
  const { restarts } = rig.server.rigs.get('default')!.supervisor;
  assert.deepEqual([...restarts], [['crashed', 1]]);
  client.close();
});

test('a camera that stays away: not ready, the reason is shown, tried again until it is back', async () => {
  await using folder = await rigged([], {}, false);
  const marker = join(folder.state, 'first');
  await using rig = await rigged([], { onlyOnce: marker });
  const client = await Client.watching(rig);
  client.send({ type: 'answer', sdp: 'fail' });
  await client.next('interrupted');
  const { supervisor } = rig.server.rigs.get('default')!;
  while ((supervisor.restarts.get('start-failed') ?? 0) < 2) await new Promise((resolve) => setImmediate(resolve));
  assert.equal((await ask(rig, '/readyz')).status, 503);
  assert.equal((await ask(rig, '/healthz')).status, 200);
  const state = (await ask(rig, '/api/v1/rigs/default', { token: token(rig) })).json() as {
    state: string;
    error: string;
  };
  assert.equal(state.state, 'restarting');
  assert.match(state.error, /nosuch/);
  const answer = await ask(rig, '/api/v1/rigs/default/snapshot', { token: token(rig) });
  assert.equal(answer.status, 503);
  client.send({ type: 'ping', id: 1, t: 0 });
  await client.next('pong');
  await rm(marker);
  await client.next('offer');
  assert.equal((await ask(rig, '/readyz')).status, 200);
  client.close();
});

for (const [start, reason] of [
  ['refuse', 'missing-software'],
  ['crash', 'engine-failed'],
] as const)
  test(`a first start that ends in "${start}" is the caller's: ${reason}`, async () => {
    await assert.rejects(rigged([], { start }), (error) => error instanceof BinocleError && error.reason === reason);
  });

test('an engine that hangs while starting, and one that ignores stop, are gone with the server', async () => {
  const hanging = await rigged([], { start: 'hang' }, false);
  const starting = assert.rejects(hanging.server.startRigs());
  const first = await closing(hanging);
  await starting;
  const deaf = await rigged([], { deaf: true });
  const client = await Client.open(deaf);
  client.send({ type: 'hello', token: token(deaf) });
  const pid = pidOf(await client.next('offer'));
  const closed = client.closed();
  const second = await closing(deaf);
  assert.equal(await closed, 1001);
  assert.equal(await alive(pid), false);
  for (const ms of [first, second]) assert.ok(ms < 2000, `took ${ms.toFixed(0)} ms`);
});

test('another profile: viewers are offered anew with its revision; one that does not play changes nothing', async () => {
  await using rig = await rigged();
  const served = rig.server.rigs.get('default')!;
  const client = await Client.open(rig);
  client.send({ type: 'hello', token: token(rig) });
  assert.equal((await client.next('offer')).revision, 1);
  const changed = { ...rig.profile, layout: 'tab' as const };
  await served.settings.set({ layout: 'tab' }, 'test');
  assert.equal((await client.next('offer')).revision, 2);
  assert.deepEqual(served.settings.profile, changed);
  const refused = { layout: 'sbs', description: JSON.stringify({ start: 'refuse' }) };
  await assert.rejects(served.settings.set(refused, 'test'), /nosuch/);
  assert.deepEqual(served.settings.profile, changed);
  assert.equal(served.supervisor.state, 'running');
  client.close();
});

test('an answer that crosses a new offer is left out, and does not reach the viewer of the new one', async () => {
  await using rig = await rigged();
  const client = await Client.open(rig);
  client.send({ type: 'hello', token: token(rig) });
  const first = await client.next('offer');
  await rig.server.rigs.get('default')!.settings.set({ layout: 'tab' }, 'test');
  const second = await client.next('offer');
  assert.deepEqual([first.offer, second.offer], [1, 2]);
  let refused = 0;
  client.socket.on('message', (data: Buffer) => (refused += data.includes('no such answer') ? 1 : 0));
  // The fake engine refuses what reaches it.
  client.send({ type: 'candidate', candidate: 'candidate:9', sdpMLineIndex: 0, offer: first.offer });
  client.send({ type: 'answer', sdp: 'refuse', offer: first.offer });
  client.send({ type: 'answer', sdp: 'refuse', offer: second.offer });
  await client.next('error');
  client.send({ type: 'answer', sdp: 'refuse' });
  await client.next('error');
  assert.equal(refused, 2);
  client.close();
});

test('viewers that come and go leave nothing behind in the engine', async () => {
  await using rig = await rigged();
  await Promise.all(
    Array.from({ length: 40 }, async (_, i) => {
      const client = await Client.open(rig);
      client.send({ type: 'hello', token: token(rig) });
      if (i % 2 === 0) await client.next('offer');
      client.close();
    }),
  );
  const served = rig.server.rigs.get('default')!;
  const last = await Client.watching(rig);
  for (;;) {
    const { rig: readings, viewers } = await last.next('stats');
    if (viewers === 1 && served.ledger.readings?.viewers.length === 1) {
      assert.equal(readings.viewers.length, 1);
      break;
    }
  }
  last.close();
});
