import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { binocle, Running } from '../harness/binocle.js';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'binocle-faults-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const quiet = ['--set', 'server.host=127.0.0.1', '--set', 'server.port=0', '--set', 'server.tls.mode=off'];
const run = (...args: string[]) => binocle('run', ...quiet, '--set', `state_dir=${folder}/state`, ...args);

test('wrong YAML: file, line, column, path and what to do; status 2', async () => {
  const file = join(folder, 'wrong.yaml');
  await writeFile(
    file,
    'profiles:\n  default:\n    capture: { widht: 640, fps: fast }\nserver:\n  ice: { port_min: 99999 }\n',
  );
  const { status, stdout, stderr } = await run('-c', file);
  assert.equal(status, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /wrong\.yaml:3:16 .*widht.*width/);
  assert.match(stderr, /wrong\.yaml:3:\d+ .*fps.*number/);
  assert.match(stderr, /wrong\.yaml:5:\d+ .*port_min.*65535/);
  assert.doesNotMatch(stderr, /\n\s+at /);
});

test('an unknown element in a launch fragment is named; nothing goes on', async () => {
  const { status, stderr } = await run('--set', 'profile.cameras.left.launch=nosuchelement ! identity');
  assert.equal(status, 3);
  assert.match(stderr, /nosuchelement/);
  assert.doesNotMatch(stderr, /\n\s+at /);
});

test('an encoder that this machine has not: named, with what would mend it; status 3', async () => {
  const { status, stderr } = await run('--set', 'profile.encode.encoder=nvh264enc');
  assert.equal(status, 3);
  assert.match(stderr, /nvh264enc/);
});

test('a port in use: which, and what to do; status 1', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as AddressInfo;
  const { status, stderr } = await run('--set', `server.port=${String(port)}`);
  holder.close();
  assert.equal(status, 1);
  assert.match(stderr, new RegExp(`${String(port)}.*in use`));
});

test('a camera that is not there: one clear message', async () => {
  const { status, stderr } = await run(
    '--set',
    'profile.cameras.left.source=v4l2',
    '--set',
    'profile.cameras.left.device=/dev/video77',
  );
  assert.ok(status === 1 || status === 3, `status ${String(status)}`);
  assert.match(stderr, /\/dev\/video77/);
  assert.doesNotMatch(stderr, /\n\s+at /);
});

test('a camera that goes away while streaming: not ready any more, the service stays and says why', async () => {
  const running = await Running.start([
    '--set',
    'profile.cameras.left.launch=videotestsrc is-live=true num-buffers=60',
  ]);
  try {
    const deadline = performance.now() + 15_000;
    while ((await fetch(`${running.origin}/readyz`)).status !== 503) {
      assert.ok(performance.now() < deadline, 'still ready 15 s after the camera ended');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.equal((await fetch(`${running.origin}/healthz`)).status, 200);
    assert.match(running.stderr, /left/);
    const rig = (await (await fetch(`${running.origin}/api/v1/rigs/default`)).json()) as { restarts: number };
    assert.ok(rig.restarts >= 0);
  } finally {
    assert.deepEqual((await running.stop()).leftBehind, []);
  }
});

test('nonsense on the WebSocket harms nobody: a session beside it still gets its offer and its answers', async () => {
  const running = await Running.start([]);
  try {
    const address = `${running.origin.replace('http', 'ws')}/ws`;
    const good = new WebSocket(address, 'binocle.v1');
    await once(good, 'open');
    const offered = new Promise<void>((resolve) => {
      good.on('message', (data) => {
        if ((JSON.parse((data as Buffer).toString()) as { type: string }).type === 'offer') resolve();
      });
    });
    const bad = new WebSocket(address, 'binocle.v1');
    await once(bad, 'open');
    for (const text of [
      '',
      '{',
      'null',
      '[]',
      '{"type":"answer"}',
      '{"type":"answer","sdp":"v=0"}',
      '{"type":"__proto__"}',
      '{"type":"hello","rig":{}}',
      '['.repeat(10_000),
    ])
      bad.send(text);
    bad.send(Buffer.from([0, 255, 1]));
    bad.send(JSON.stringify({ type: 'hello' }));
    for (const sdp of [
      '',
      'v=0',
      'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n',
      '\0'.repeat(100),
    ])
      bad.send(JSON.stringify({ type: 'answer', sdp }));
    for (const candidate of ['', 'candidate:', 'candidate:1 1 UDP 1 nosuch.local 1 typ host', '\0'])
      bad.send(JSON.stringify({ type: 'candidate', candidate, sdpMLineIndex: 7 }));
    good.send(JSON.stringify({ type: 'hello' }));
    await offered;
    good.send(JSON.stringify({ type: 'ping', id: 7, t: 1 }));
    const pong = new Promise<void>((resolve) => {
      good.on('message', (data) => {
        if ((JSON.parse((data as Buffer).toString()) as { type: string }).type === 'pong') resolve();
      });
    });
    await pong;
    const engine = await running.engine();
    assert.equal((await fetch(`${running.origin}/readyz`)).status, 200);
    bad.terminate();
    good.terminate();
    assert.equal(await running.engine(), engine, 'the engine was not replaced');
  } finally {
    assert.deepEqual((await running.stop()).leftBehind, []);
  }
});

test('a wrong token: 401 over HTTP, 4401 on the WebSocket', async () => {
  const running = await Running.start([], { secure: true });
  try {
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    const wrong = await fetch(`${running.origin}/api/v1/rigs`, { headers: { authorization: 'Bearer wrong' } });
    assert.equal(wrong.status, 401);
    assert.equal(wrong.headers.get('content-type')?.split(';')[0], 'application/problem+json');
    const socket = new WebSocket(`${running.origin.replace('https', 'wss')}/ws`, 'binocle.v1', {
      rejectUnauthorized: false,
    });
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'hello', token: 'wrong' }));
    const [code] = (await once(socket, 'close')) as [number];
    assert.equal(code, 4401);
  } finally {
    delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    assert.deepEqual((await running.stop()).leftBehind, []);
  }
});
