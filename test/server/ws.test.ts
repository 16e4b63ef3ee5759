import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { ask, Client, rigged, type Rigged } from './fixture.js';

let rig: Rigged;
before(async () => {
  rig = await rigged();
});
after(() => rig[Symbol.asyncDispose]());

const operator = (): string => rig.server.tokens!.operator;
const viewer = (): string => rig.server.tokens!.viewer;

test('hello is answered by welcome, then an offer and its candidates; stats and timing follow', async () => {
  const client = await Client.open(rig);
  client.send({ type: 'hello', token: viewer(), layout: 'twin', client: 'test' });
  const welcome = await client.next('welcome');
  assert.equal(welcome.protocol, 'binocle.v1');
  assert.equal(welcome.role, 'viewer');
  assert.equal(welcome.rig, 'default');
  assert.equal(welcome.revision, 1);
  assert.deepEqual(welcome.profile, rig.profile);
  assert.deepEqual(welcome.iceServers, []);
  assert.match(welcome.session, /^[-0-9a-f]{36}$/);
  const offer = await client.next('offer');
  assert.deepEqual(offer.tracks, [{ mid: 'video0', eye: 'both', layout: 'sbs', width: 640, height: 240 }]);
  assert.equal((await client.next('candidate')).candidate, 'candidate:1');
  client.send({ type: 'answer', sdp: 'v=0' });
  client.send({ type: 'candidate', candidate: 'candidate:2', sdpMLineIndex: 0, sdpMid: null });
  assert.equal((await client.next('stats')).viewers, 1);
  assert.equal((await client.next('timing')).tracks[0]!.clockRate, 90_000);
  client.close();
});

test('a ping is answered on the monotonic clock', async () => {
  const client = await Client.watching(rig);
  const asked = Number(process.hrtime.bigint()) / 1e6;
  client.send({ type: 'ping', id: 'x', t: 12.5 });
  const pong = await client.next('pong');
  const answered = Number(process.hrtime.bigint()) / 1e6;
  assert.equal(pong.id, 'x');
  assert.equal(pong.t, 12.5);
  assert.ok(asked <= pong.received && pong.received <= pong.sent && pong.sent <= answered);
  client.close();
});

for (const [what, token] of [
  ['no token', undefined],
  ['a wrong token', 'x'.repeat(32)],
] as const)
  test(`${what}: error, then 4401`, async () => {
    const client = await Client.open(rig);
    const closed = client.closed();
    client.send({ type: 'hello', token });
    assert.equal((await client.next('error')).code, 'unauthorized');
    assert.equal(await closed, 4401);
  });

test('a keyframe is the operator’s to ask for; a viewer that asks stays', async () => {
  const watching = await Client.watching(rig, viewer());
  watching.send({ type: 'keyframe', id: 3 });
  const error = await watching.next('error');
  assert.equal(error.code, 'forbidden');
  assert.equal(error.id, 3);
  watching.send({ type: 'ping', id: 4, t: 0 });
  assert.equal((await watching.next('pong')).id, 4);
  const working = await Client.watching(rig, operator());
  working.send({ type: 'keyframe', id: 5 });
  assert.equal((await working.next('ok')).id, 5);
  watching.close();
  working.close();
});

test('before hello nothing else is answered; a rig that is not there can be mended', async () => {
  const client = await Client.open(rig);
  client.send({ type: 'ping', id: 1, t: 0 });
  assert.match((await client.next('error')).message, /hello/);
  client.send({ type: 'hello', token: viewer(), rig: 'other' });
  assert.equal((await client.next('error')).code, 'not-found');
  client.send({ type: 'hello', token: viewer(), rig: 'default' });
  await client.next('welcome');
  client.send({ type: 'hello', token: viewer() });
  assert.equal((await client.next('error')).code, 'bad-message');
  client.close();
});

test('what the engine refuses is answered, and the session goes on', async () => {
  const client = await Client.watching(rig);
  client.send({ type: 'answer', sdp: 'refuse' });
  assert.equal((await client.next('error')).code, 'bad-message');
  client.send({ type: 'ping', id: 1, t: 0 });
  await client.next('pong');
  client.close();
});

const openings = [
  { what: 'its own page', origin: () => rig.origin, protocol: 'binocle.v1', status: null },
  { what: 'a page of another origin', origin: () => 'https://evil.example', protocol: 'binocle.v1', status: 403 },
  { what: 'a page without an origin of its own', origin: () => 'null', protocol: 'binocle.v1', status: 403 },
  { what: 'another subprotocol', origin: () => rig.origin, protocol: 'binocle.v9', status: 400 },
];
for (const { what, origin, protocol, status } of openings)
  test(`opened by ${what}: ${status === null ? 'let in' : String(status)}`, async () => {
    const client = new Client(rig, { origin: origin(), protocol });
    if (status === null) await once(client.socket, 'open');
    else {
      client.socket.on('error', () => undefined);
      const [, response] = (await once(client.socket, 'unexpected-response')) as [unknown, { statusCode: number }];
      assert.equal(response.statusCode, status);
    }
    client.close();
  });

const inHandshake = (hello: string): string[] => [
  'binocle.v1',
  `binocle.hello.${Buffer.from(hello).toString('base64url')}`,
];

test('a hello that comes with the handshake is one: welcome and offer without a message', async () => {
  const client = new Client(rig, { protocol: inHandshake(JSON.stringify({ type: 'hello', token: viewer() })) });
  assert.equal((await client.next('welcome')).role, 'viewer');
  await client.next('offer');
  assert.equal(client.socket.protocol, 'binocle.v1');
  client.send({ type: 'hello', token: viewer() });
  assert.equal((await client.next('error')).code, 'bad-message');
  client.close();
});

test('nonsense in the handshake’s hello is answered, and a hello may follow; a wrong token closes', async () => {
  for (const said of ['{', '[]', '{"type":"hello","token":7}', '{"type":"ping","id":1,"t":0}']) {
    const client = new Client(rig, { protocol: inHandshake(said) });
    assert.equal((await client.next('error')).code, 'bad-message', said);
    client.send({ type: 'hello', token: viewer() });
    await client.next('welcome');
    client.close();
  }
  const client = new Client(rig, { protocol: inHandshake('{"type":"hello","token":"wrong"}') });
  assert.equal((await client.next('error')).code, 'unauthorized');
  assert.equal(await client.closed(), 4401);
});

test('a page that server.origins names is let in', async () => {
  await using lab = await rigged(['server.origins=[https://lab.example]']);
  const client = await Client.open(lab, { origin: 'https://lab.example' });
  client.close();
});

/** A small generator with a seed (mulberry32), so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function nonsense(next: () => number, depth = 0): unknown {
  const pick = Math.floor(next() * (depth > 4 ? 6 : 8));
  const words = [
    'hello',
    'answer',
    'candidate',
    'ping',
    'report',
    '__proto__',
    'toString',
    '',
    '\0',
    '☃',
    'x'.repeat(999),
  ];
  const word = (): string => words[Math.floor(next() * words.length)]!;
  const values = [null, true, next() * 1e6, -1, word(), 2 ** 53];
  if (pick < 6) return values[pick];
  if (pick === 6) return Array.from({ length: Math.floor(next() * 4) }, () => nonsense(next, depth + 1));
  const names = ['type', 'id', 'sdp', 'candidate', 'sdpMLineIndex', 't', 'token', 'rig', word()];
  const entries = names.filter(() => next() < 0.4).map((name) => [name, nonsense(next, depth + 1)] as const);
  return Object.fromEntries(next() < 0.5 ? [['type', word()] as const, ...entries] : entries);
}

test('hundreds of senseless messages, texts, binaries and floods: a session beside them never notices', async () => {
  const good = await Client.watching(rig);
  const engine = rig.server.rigs.get('default')!;
  const next = random(20261121);
  const bad = await Client.watching(rig, viewer());
  for (let i = 0; i < 400; i++) bad.send(JSON.stringify(nonsense(next)));
  for (const text of ['', '{', '[', '\u0000', '['.repeat(100_000)]) bad.send(text);
  bad.send(Buffer.from([0, 255, 254, 1]));
  bad.send(`{"type":"report","deep":${'['.repeat(50_000)}${']'.repeat(50_000)}}`);
  assert.equal((await bad.next('error')).code, 'bad-message');

  const huge = await Client.open(rig);
  huge.send('x'.repeat(300 * 1024));
  assert.equal(await huge.closed(), 1009);

  const { hostname, port } = new URL(rig.origin);
  const raw = connect(Number(port), hostname);
  raw.on('error', () => undefined);
  raw.end('this is neither TLS nor HTTP\r\n\r\n');
  await once(raw.resume(), 'close');

  const asked = performance.now();
  good.send({ type: 'ping', id: 'well', t: 0 });
  assert.equal((await good.next('pong')).id, 'well');
  assert.ok(performance.now() - asked < 1000);
  assert.equal(good.socket.readyState, WebSocket.OPEN);
  assert.equal(bad.socket.readyState, WebSocket.OPEN, 'nonsense closes nobody');
  assert.equal((await ask(rig, '/readyz')).status, 200);
  assert.equal(engine.restarts, 0);
  bad.close();
  good.close();
});
