import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { routes } from '../../src/server/http/routes.js';
import { valueOf } from '../harness/metrics.js';
import { ask, Client, rigged, type Rigged } from './fixture.js';

let rig: Rigged;
before(async () => {
  rig = await rigged();
});
after(() => rig[Symbol.asyncDispose]());

const operator = (): string => rig.server.tokens!.operator;
const viewer = (): string => rig.server.tokens!.viewer;

/** Where a route is tried: parameters filled in; a session that is not there is only found missing by who may ask. */
const samples = routes.map(({ method, path, role, accepts, answers }) => ({
  method,
  role,
  ...(accepts === undefined ? {} : { body: '{}' }),
  success: answers.length === 0 ? 204 : 200,
  path: path.replace('{rig}', 'default').replace('{id}', 'nobody').replace('{name}', 'messages.json'),
}));

for (const { method, path, role, body, success } of samples) {
  const passed = path.endsWith('nobody') ? 404 : success;
  const expected = {
    none: role === null ? passed : 401,
    wrong: role === null ? passed : 401,
    viewer: role === 'operator' ? 403 : passed,
    operator: passed,
  };
  test(`${method} ${path}: ${JSON.stringify(expected)}`, async () => {
    const tokens = { none: undefined, wrong: 'x'.repeat(32), viewer: viewer(), operator: operator() };
    for (const [who, token] of Object.entries(tokens)) {
      const answer = await ask(rig, path, { method, token, ...(body === undefined ? {} : { body }) });
      const { status, headers } = answer;
      assert.equal(status, expected[who as keyof typeof expected], who);
      if (status < 400) continue;
      assert.match(String(headers['content-type']), /^application\/problem\+json/);
      const problem = answer.json() as Record<string, unknown>;
      assert.equal(problem['status'], status);
      assert.match(String(problem['detail']), /\w+ \w+/);
      if (status === 401) assert.match(String(headers['www-authenticate']), /^Bearer/);
    }
  });
}

test('without tokens, whoever reaches the port is operator', async () => {
  await using open = await rigged(['server.auth.mode=none', 'server.tls.mode=off']);
  assert.equal((await ask(open, '/api/v1/rigs')).status, 200);
  assert.equal((await ask(open, '/api/v1/rigs/default/keyframe', { method: 'POST' })).status, 204);
});

const refusals: { what: string; path: string; method?: string; body?: string; status: number; reason: string }[] = [
  { what: 'nothing there', path: '/nothing', status: 404, reason: 'not-found' },
  { what: 'no such rig', path: '/api/v1/rigs/other', status: 404, reason: 'not-found' },
  { what: 'a method that is not possible', path: '/api/v1/rigs', method: 'PUT', status: 405, reason: 'bad-usage' },
  { what: 'a page that is posted to', path: '/', method: 'POST', status: 405, reason: 'bad-usage' },
  {
    what: 'a query out of its range',
    path: '/api/v1/rigs/default/graph?format=svg',
    status: 400,
    reason: 'bad-usage',
  },
  { what: 'a path that is not UTF-8', path: '/api/v1/rigs/%ff', status: 404, reason: 'not-found' },
  {
    what: 'a body that is not JSON',
    path: '/api/v1/rigs/default/keyframe',
    method: 'POST',
    body: '{',
    status: 400,
    reason: 'bad-message',
  },
  {
    what: 'a body of more than a mebibyte',
    path: '/api/v1/rigs/default/keyframe',
    method: 'POST',
    body: ' '.repeat(1024 * 1024 + 1),
    status: 413,
    reason: 'too-large',
  },
];
for (const { what, path, method, body, status, reason } of refusals)
  test(`${what}: ${String(status)}, as problem+json`, async () => {
    const answer = await ask(rig, path, {
      token: operator(),
      ...(method === undefined ? {} : { method }),
      ...(body === undefined ? {} : { body }),
    });
    assert.equal(answer.status, status);
    assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
    assert.equal((answer.json() as { reason: string }).reason, reason);
  });

test('a body of more than a mebibyte that does not say so: 413', async () => {
  const { status } = await ask(rig, '/api/v1/rigs/default/keyframe', {
    method: 'POST',
    token: operator(),
    headers: { 'transfer-encoding': 'chunked' },
    body: Buffer.alloc(2 * 1024 * 1024, 32),
  });
  assert.equal(status, 413);
});

for (const path of [
  '/../package.json',
  '/..%2fpackage.json',
  '/%2e%2e/%2e%2e/package.json',
  '/assets/../../../package.json',
  '//etc/passwd',
  '/..\\package.json',
  '/.%00./package.json',
])
  test(`${path} leads nowhere outside the page`, async () => {
    const { status, text } = await ask(rig, path);
    assert.ok(status === 404 || status === 400, String(status));
    assert.doesNotMatch(text, /"dependencies"|root:/);
  });

test('the page: its headers, and nothing new the second time', async () => {
  const { status, headers, text } = await ask(rig, '/?layout=sbs');
  assert.equal(status, 200);
  assert.match(text, /<title>Binocle/);
  assert.match(String(headers['content-type']), /^text\/html/);
  assert.match(
    String(headers['content-security-policy']),
    /default-src 'none'.*script-src 'self' 'sha256-\S+' 'sha256-\S+';/,
  );
  assert.match(String(headers['permissions-policy']), /xr-spatial-tracking=\(self\)/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  const again = await ask(rig, '/', { headers: { 'if-none-match': String(headers['etag']) } });
  assert.equal(again.status, 304);
  assert.equal(again.text, '');
});

test('a page of another origin changes nothing', async () => {
  const path = '/api/v1/rigs/default/keyframe';
  const foreign = { origin: 'https://evil.example' };
  assert.equal((await ask(rig, path, { method: 'POST', token: operator(), headers: foreign })).status, 403);
  const own = { origin: rig.origin };
  assert.equal((await ask(rig, path, { method: 'POST', token: operator(), headers: own })).status, 204);
});

test('the rig: its state, its profile with the revision as ETag, its graph, a snapshot', async () => {
  const token = viewer();
  const state = (await ask(rig, '/api/v1/rigs/default', { token })).json() as Record<string, unknown>;
  assert.equal(state['layout'], 'sbs');
  assert.equal(state['encoder'], 'fake');
  assert.equal(state['state'], 'running');
  assert.equal(state['restarts'], 0);
  const profile = await ask(rig, '/api/v1/rigs/default/profile', { token });
  assert.deepEqual(profile.json(), rig.profile);
  assert.equal(profile.headers['etag'], '"1"');
  const known = await ask(rig, '/api/v1/rigs/default/profile', { token, headers: { 'if-none-match': '"1"' } });
  assert.equal(known.status, 304);
  assert.equal((await ask(rig, '/api/v1/rigs/default/graph', { token })).text, 'graph as launch');
  assert.equal((await ask(rig, '/api/v1/rigs/default/graph?format=dot', { token })).text, 'graph as dot');
  const picture = await ask(rig, '/api/v1/rigs/default/snapshot?eye=left&format=png', { token });
  assert.equal(picture.headers['content-type'], 'image/png');
  assert.equal(picture.text, 'left png');
});

test('the contract describes exactly the routes that there are', async () => {
  const contract = (await ask(rig, '/openapi.json')).json() as { openapi: string; paths: Record<string, object> };
  assert.equal(contract.openapi, '3.1.0');
  const described = Object.entries(contract.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  );
  assert.deepEqual(described.toSorted(), routes.map(({ method, path }) => `${method} ${path}`).toSorted());
});

test('what viewers tell of the frames they show is two histograms of the rig, which stay when they leave', async () => {
  const read = async (): Promise<string> => (await ask(rig, '/metrics', { token: viewer() })).text;
  assert.match(await read(), /^# TYPE binocle_stage_latency_seconds histogram$/m);
  const client = await Client.watching(rig);
  client.send({ type: 'report', shown: { total: [0.012, 0.019], unattributed: [0.003, 0], skew: [0] } });
  client.send({ type: 'report', shown: { total: [0.04] }, captureToDisplay: 0.019 });
  for (const wrong of [
    { total: [-1] },
    { total: ['1'] },
    { total: 0.1 },
    { noise: [1] },
    { total: Array(1001).fill(0) },
  ]) {
    client.send({ type: 'report', shown: wrong });
    assert.match((await client.next('error')).path ?? '', /^shown/, JSON.stringify(wrong).slice(0, 40));
  }
  client.send({ type: 'ping', id: 1, t: 0 });
  await client.next('pong');
  const stats = (await ask(rig, '/api/v1/rigs/default/stats', { token: viewer() })).json() as {
    viewers: { report: unknown }[];
  };
  assert.deepEqual(stats.viewers[0]!.report, { captureToDisplay: 0.019 });
  const ended = client.closed();
  client.close();
  await ended;
  const text = await read();
  const ofStage = 'binocle_stage_latency_seconds';
  const series: [string, number][] = [
    [`${ofStage}_count{rig="default",stage="total"}`, 3],
    [`${ofStage}_bucket{le="0.02",rig="default",stage="total"}`, 2],
    [`${ofStage}_count{rig="default",stage="unattributed"}`, 2],
    ['binocle_stereo_skew_seconds_count{rig="default"}', 1],
  ];
  for (const [name, value] of series) assert.equal(valueOf(text, name), value, name);
  const sum = valueOf(text, `${ofStage}_sum{rig="default",stage="total"}`)!;
  assert.ok(Math.abs(sum - 0.071) < 1e-9, `${sum}`);
});

test('a viewer’s series come and go with it; the rig’s stay', async () => {
  const client = await Client.watching(rig);
  const stats = await client.next('stats');
  assert.equal(stats.viewers, 1);
  assert.equal(stats.rig.viewers.length, 1);
  client.send({ type: 'report', framesDecoded: 30, jitter: 0.001, evil: 'x' });
  client.send({ type: 'ping', id: 1, t: 0 });
  await client.next('pong');

  const read = async (): Promise<string> => (await ask(rig, '/metrics', { token: viewer() })).text;
  const text = await read();
  assert.match(text, /^binocle_build_info\{version="[\d.]+",node="v[\d.]+"\} 1$/m);
  assert.match(text, /^binocle_frames_total\{rig="default",eye="left",stage="captured"\} \d+$/m);
  assert.match(text, /^binocle_encoder_bitrate_bits_per_second\{rig="default"\} \d+/m);
  assert.match(text, /^binocle_engine_last_frame_timestamp_seconds\{rig="default"\} \d+/m);
  assert.match(text, /^binocle_sessions\{rig="default",state="connected"\} 1$/m);
  assert.match(text, /^binocle_session_round_trip_seconds\{rig="default",session="[-0-9a-f]{36}"\} 0\.003$/m);
  assert.match(text, /^binocle_session_packets_lost_total\{.+\} 2$/m);
  assert.match(text, /^binocle_session_sent_bytes_total\{.+\} 12345$/m);
  assert.match(text, /^# TYPE binocle_cpu_temperature_celsius gauge$/m);

  const json = (await ask(rig, '/api/v1/rigs/default/stats', { token: viewer() })).json() as {
    viewers: { state: string; report: unknown; readings: { jitter: number } }[];
  };
  assert.equal(json.viewers.length, 1);
  assert.deepEqual(json.viewers[0]!.report, { framesDecoded: 30, jitter: 0.001 });
  assert.equal(json.viewers[0]!.readings.jitter, 0.001);

  const sessions = (await ask(rig, '/api/v1/sessions', { token: viewer() })).json() as { id: string }[];
  const ended = client.closed();
  const path = `/api/v1/sessions/${sessions[0]!.id}`;
  assert.equal((await ask(rig, path, { method: 'DELETE', token: operator() })).status, 204);
  assert.equal(await ended, 4403);
  const later = await read();
  assert.doesNotMatch(later, /session="/);
  assert.match(later, /^binocle_sessions\{rig="default",state="connected"\} 0$/m);
});
