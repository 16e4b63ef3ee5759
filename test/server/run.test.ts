import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { after, before, test } from 'node:test';
import { packagePath } from '../../src/paths.js';
import { binocle, descendants } from '../harness/binocle.js';
import { ask, Client } from './fixture.js';

const script = packagePath('dist', 'test', 'server', 'run-with-fake-engine.js');
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'binocle-run-'));
});
after(() => rm(folder, { recursive: true, force: true }));

interface Run {
  child: ChildProcess;
  out: Interface;
  stderr(): string;
  /** Resolves when stderr says it. */
  said(pattern: RegExp): Promise<void>;
}

function run(...args: string[]): Run {
  const settings = ['server.host=127.0.0.1', 'server.port=0', `state_dir=${folder}/state`];
  const child = spawn(process.execPath, [script, ...settings.flatMap((setting) => ['--set', setting]), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return {
    child,
    out: createInterface({ input: child.stdout }),
    stderr: () => text,
    said: async (pattern) => {
      while (!pattern.test(text)) await once(child.stderr, 'data');
    },
  };
}

interface Ready {
  event: string;
  url: string;
  urls: string[];
  viewerUrls: string[];
  fingerprint: string | null;
  rigs: unknown[];
}
const ready = async ({ out }: Run): Promise<Ready> => {
  const [line] = (await once(out, 'line')) as [string];
  return JSON.parse(line) as Ready;
};

async function ends(
  { child }: Run,
  signal: NodeJS.Signals,
): Promise<{ status: number | null; ms: number; left: number[] }> {
  const family = await descendants(child.pid!);
  const asked = performance.now();
  const closed = once(child, 'close');
  child.kill(signal);
  const [status] = (await closed) as [number | null];
  const ms = performance.now() - asked;
  const left = await Promise.all(
    family.map(({ pid }) =>
      access(`/proc/${String(pid)}`).then(
        () => [pid],
        () => [],
      ),
    ),
  );
  return { status, ms, left: left.flat() };
}

const profile = (behaviour: object): string[] => ['--set', `profile.description='${JSON.stringify(behaviour)}'`];

for (const [signal, behaviour] of [
  ['SIGTERM', {}],
  ['SIGINT', {}],
  ['SIGTERM', { deaf: true }],
] as const)
  test(`${signal} ends it within 2 s, with status 0, leaving nothing${'deaf' in behaviour ? ', even where the engine will not listen' : ''}`, async () => {
    const program = run('--json', ...profile(behaviour));
    const { url } = await ready(program);
    const authority = await readFile(join(folder, 'state', 'authority.pem'), 'utf8');
    const client = await Client.open({ origin: new URL(url).origin, authority });
    client.send({ type: 'hello', token: new URL(url).hash.replace('#token=', '') });
    await client.next('offer');
    const closed = client.closed();
    const { status, ms, left } = await ends(program, signal);
    assert.equal(status, 0, program.stderr());
    assert.ok(ms < 2000, `took ${ms.toFixed(0)} ms`);
    assert.deepEqual(left, []);
    assert.equal(await closed, 1001);
  });

test('a signal while the engine starts ends it too', async () => {
  const program = run('--json', ...profile({ start: 'hang' }));
  await program.said(/starting the engine/);
  assert.equal((await descendants(program.child.pid!)).length, 1);
  const { status, ms, left } = await ends(program, 'SIGTERM');
  assert.equal(status, 0);
  assert.ok(ms < 2000, `took ${ms.toFixed(0)} ms`);
  assert.deepEqual(left, []);
});

test('killed outright, its engine goes by itself', async () => {
  const program = run('--json');
  await ready(program);
  const [engine] = await descendants(program.child.pid!);
  program.child.kill('SIGKILL');
  await once(program.child, 'close');
  const gone = performance.now() + 2000;
  for (;;) {
    const there = await access(`/proc/${String(engine!.pid)}`).then(
      () => true,
      () => false,
    );
    if (!there) break;
    assert.ok(performance.now() < gone, 'the engine is still there');
    await new Promise((resolve) => setImmediate(resolve));
  }
});

test('the ready event: addresses with the operator’s token, the fingerprint, the rigs', async () => {
  const program = run('--json');
  const event = await ready(program);
  assert.equal(event.event, 'ready');
  assert.equal(event.url, event.urls[0]);
  assert.match(event.url, /^https:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{32}$/);
  assert.notEqual(event.viewerUrls[0], event.url);
  assert.match(event.fingerprint!, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  assert.deepEqual(event.rigs, [
    { name: 'default', layout: 'sbs', source: { left: 'sim', right: 'sim' }, encoder: 'fake' },
  ]);
  await ends(program, 'SIGTERM');
});

test('without --json, a short text with the address to open', async () => {
  const program = run('--set', 'server.auth.mode=none', '--set', 'server.tls.mode=off');
  let text = '';
  program.out.on('line', (line) => {
    text += `${line}\n`;
  });
  while (!/Open +http:\/\/127\.0\.0\.1:\d+\/\n/.test(text)) await once(program.out, 'line');
  assert.match(text, /default: sim 640x480 at 30 fps, sbs, fake/);
  assert.doesNotMatch(text, /token/);
  await ends(program, 'SIGTERM');
});

test('beside the running program: doctor knows its port, and a second start says whose it is', async () => {
  const program = run('--json');
  const { port } = new URL((await ready(program)).url);
  const settings = ['server.host=127.0.0.1', `server.port=${port}`, `state_dir=${folder}/state`];
  const examined = await binocle('doctor', '--json', ...settings.flatMap((setting) => ['--set', setting]));
  const { checks } = JSON.parse(examined.stdout) as { checks: { id: string; verdict: string; detail: string }[] };
  const { verdict, detail } = checks.find(({ id }) => id === 'port')!;
  assert.deepEqual([verdict, detail], ['ok', `${port} is in use by Binocle itself (process ${program.child.pid!})`]);
  const second = run('--set', `server.port=${port}`);
  const [status] = (await once(second.child, 'close')) as [number];
  assert.equal(status, 1);
  assert.match(second.stderr(), new RegExp(`in use by Binocle itself \\(process ${program.child.pid!}\\): end `));
  await ends(program, 'SIGTERM');
});

test('a port in use: which, what to do, status 1', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const port = String((holder.address() as AddressInfo).port);
  const program = run('--set', `server.port=${port}`);
  const [status] = (await once(program.child, 'close')) as [number];
  holder.close();
  assert.equal(status, 1);
  assert.match(
    program.stderr(),
    new RegExp(`port ${port} of 127\\.0\\.0\\.1 is in use by .*\\(process ${process.pid}\\): .*--set server\\.port=`),
  );
});

test('an engine that cannot start: its reason’s message and status', async () => {
  const program = run(...profile({ start: 'refuse' }));
  const [status] = (await once(program.child, 'close')) as [number];
  assert.equal(status, 3);
  assert.match(program.stderr(), /there is no element "nosuch" here/);
});

test('SIGHUP: a good file takes effect, a bad one changes nothing', async () => {
  const file = join(folder, 'profile.yaml');
  await writeFile(file, 'server: { auth: { mode: none }, tls: { mode: off } }\n');
  const program = run('--json', '-c', file);
  const origin = new URL((await ready(program)).url).origin;
  const to = { origin, authority: undefined };
  const client = await Client.open(to);
  client.send({ type: 'hello' });
  assert.equal((await client.next('offer')).revision, 1);

  await writeFile(
    file,
    'server: { auth: { mode: none }, tls: { mode: off } }\nprofiles: { default: { layout: round } }\n',
  );
  program.child.kill('SIGHUP');
  await program.said(/stays as it is.*layout/);
  await writeFile(
    file,
    'server: { auth: { mode: none }, tls: { mode: off } }\nprofiles: { default: { layout: tab } }\n',
  );
  program.child.kill('SIGHUP');
  const offer = await client.next('offer');
  assert.equal(offer.revision, 2);
  const answer = await ask(to, '/api/v1/rigs/default/profile');
  assert.equal(answer.headers['etag'], '"2"');
  assert.equal((answer.json() as { layout: string }).layout, 'tab');
  await ends(program, 'SIGTERM');
});

test('binocle cert: shows, renews, exports the authority without its key', async () => {
  const state = ['--set', `state_dir=${folder}/certificates`];
  const shown = await binocle('cert', '--json', ...state);
  assert.equal(shown.status, 0, shown.stderr);
  type Told = { server: { fingerprint: string; names: string[] }; authority: { fingerprint: string } };
  const first = JSON.parse(shown.stdout) as Told;
  assert.ok(first.server.names.includes('localhost'));
  const again = JSON.parse((await binocle('cert', '--show', '--json', ...state)).stdout) as Told;
  assert.deepEqual(again.server, first.server);
  const renewed = JSON.parse((await binocle('cert', '--renew', '--json', ...state)).stdout) as Told;
  assert.notEqual(renewed.server.fingerprint, first.server.fingerprint);
  assert.equal(renewed.authority.fingerprint, first.authority.fingerprint);
  const path = join(folder, 'ca.pem');
  assert.equal((await binocle('cert', '--export-ca', path, ...state)).status, 0);
  const pem = await readFile(path, 'utf8');
  assert.match(pem, /BEGIN CERTIFICATE/);
  assert.doesNotMatch(pem, /PRIVATE/);
  assert.equal((await binocle('cert', '--renew', '--set', 'server.tls.mode=off', ...state)).status, 2);
});
