import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RigReadings } from '../../src/protocol/ws.js';
import { originsOf } from '../../src/server/addresses.js';
import { iceServers } from '../../src/server/ice-servers.js';
import { originAllowed } from '../../src/server/origin.js';
import { allows, roleOf } from '../../src/server/tokens.js';
import { parseMessage } from '../../src/server/ws/messages.js';
import { Throttle } from '../../src/server/ws/throttle.js';
import { restartDelayMs } from '../../src/supervisor/backoff.js';
import { RigLedger } from '../../src/telemetry/ledger.js';

test('the first restart is immediate, later ones wait longer, up to a limit', () => {
  const delays = Array.from({ length: 12 }, (_, attempt) => restartDelayMs(attempt));
  assert.equal(delays[0], 0);
  assert.deepEqual(
    delays,
    delays.toSorted((a, b) => a - b),
  );
  assert.equal(delays.at(-1), 8000);
  assert.equal(restartDelayMs(-1), 0);
});

const origins = [
  { origin: undefined, host: 'robot:8443', more: [], allowed: true },
  { origin: 'https://robot:8443', host: 'robot:8443', more: [], allowed: true },
  { origin: 'https://ROBOT:8443', host: 'robot:8443', more: [], allowed: true },
  { origin: 'https://robot', host: 'robot:443', more: [], allowed: true },
  { origin: 'https://robot:8444', host: 'robot:8443', more: [], allowed: false },
  { origin: 'https://evil.example', host: 'robot:8443', more: [], allowed: false },
  { origin: 'https://robot:8443.evil.example', host: 'robot:8443', more: [], allowed: false },
  { origin: 'null', host: 'robot:8443', more: [], allowed: false },
  { origin: 'https://robot:8443', host: undefined, more: [], allowed: false },
  { origin: 'https://lab.example', host: 'robot:8443', more: ['https://lab.example/'], allowed: true },
];
for (const { origin, host, more, allowed } of origins)
  test(`origin ${String(origin)} at ${String(host)} is ${allowed ? 'let in' : 'refused'}`, () => {
    assert.equal(originAllowed(origin, host, more), allowed);
  });

test('a token gives its role, any other text none', () => {
  const tokens = { viewer: 'v'.repeat(32), operator: 'o'.repeat(32) };
  assert.equal(roleOf(tokens, tokens.viewer), 'viewer');
  assert.equal(roleOf(tokens, tokens.operator), 'operator');
  for (const wrong of ['', 'v', 'v'.repeat(31), 'v'.repeat(33), 'é']) assert.equal(roleOf(tokens, wrong), null);
  assert.equal(allows('viewer', 'operator'), false);
  assert.equal(allows('operator', 'viewer'), true);
});

test('ICE servers in the words of the browser', () => {
  const ice = { port_min: 0, port_max: 0, tcp: false };
  assert.deepEqual(iceServers({ ...ice, stun: null, turn: [] }), []);
  assert.deepEqual(
    iceServers({
      ...ice,
      stun: 'stun://stun.example:3478',
      turn: ['turn://me:p%40ss@turn.example:3478?transport=udp'],
    }),
    [
      { urls: 'stun:stun.example:3478' },
      { urls: 'turn:turn.example:3478?transport=udp', username: 'me', credential: 'p@ss' },
    ],
  );
});

test('an address that listens on one address is reached there, with brackets for IPv6', () => {
  assert.deepEqual(originsOf('https', '127.0.0.1', 1), ['https://127.0.0.1:1']);
  assert.deepEqual(originsOf('http', '::1', 2), ['http://[::1]:2']);
  assert.ok(originsOf('http', '0.0.0.0', 3).includes('http://localhost:3'));
});

test('a burst is let through, a flood is slowed to the rate', () => {
  const throttle = new Throttle(10, 100, 0);
  for (let i = 0; i < 10; i++) assert.equal(throttle.take(0), 0);
  assert.equal(throttle.take(0), 10);
  assert.equal(throttle.take(1000), 0);
});

const nonsense: [what: string, data: string | Buffer, path?: string][] = [
  ['nothing', ''],
  ['half of JSON', '{'],
  ['null', 'null'],
  ['a list', '[]'],
  ['a number', '1e999'],
  ['no type', '{}', 'type'],
  ['an unknown type', '{"type":"hallo"}', 'type'],
  ['a type of the prototype', '{"type":"__proto__"}', 'type'],
  ['another type of the prototype', '{"type":"constructor"}', 'type'],
  ['a type that is no text', '{"type":["hello"]}', 'type'],
  ['what is missing', '{"type":"answer"}', 'sdp'],
  ['a wrong type of a field', '{"type":"hello","token":7}', 'token'],
  ['a field that there is not', '{"type":"ping","id":1,"t":1,"extra":true}', 'extra'],
  ['out of range', '{"type":"candidate","candidate":"","sdpMLineIndex":-1}', 'sdpMLineIndex'],
  ['too long', JSON.stringify({ type: 'answer', sdp: 'x'.repeat(70_000) }), 'sdp'],
  ['deep', '['.repeat(100_000)],
  ['deep and whole', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
];
for (const [what, data, path] of nonsense)
  test(`a message that is ${what} is refused`, () => {
    const parsed = parseMessage(Buffer.from(data), false);
    assert.ok('error' in parsed);
    assert.equal(parsed.error.reason, 'bad-message');
    assert.equal(parsed.error.path, path);
  });

test('binary is refused, a good message is not, and a bad request’s id is known', () => {
  assert.ok('error' in parseMessage(Buffer.from('{"type":"hello"}'), true));
  assert.deepEqual(parseMessage(Buffer.from('{"type":"hello"}'), false), { message: { type: 'hello' } });
  const parsed = parseMessage(Buffer.from('{"type":"ping","id":"a"}'), false);
  assert.ok('error' in parsed);
  assert.equal(parsed.id, 'a');
});

function readings(at: number, captured: number, encoded: number): RigReadings {
  return {
    at,
    uptimeMs: at,
    capturedFrames: { left: captured, right: captured },
    outputs: [{ content: 'both', encodedFrames: encoded, encodedBytes: encoded * 1000 }],
    jsBusy: 0,
    cpuSeconds: 0,
    residentBytes: 0,
    viewers: [],
  };
}
const counts = (ledger: RigLedger): Record<string, number> =>
  Object.fromEntries(ledger.frames.map(({ eye, stage, frames }) => [`${eye} ${stage}`, frames]));

test('the ledger counts on over a new engine, and knows the bitrate', () => {
  const ledger = new RigLedger();
  ledger.engineUp(0, 0);
  ledger.read(readings(1000, 32, 30), 1000);
  ledger.read(readings(2000, 62, 60), 2000);
  assert.equal(ledger.bitsPerSecond, 30 * 1000 * 8);
  ledger.engineDown();
  assert.equal(ledger.bitsPerSecond, 0);
  ledger.engineUp(3000, 3000);
  ledger.read(readings(4000, 12, 10), 4000);
  assert.deepEqual(counts(ledger), { 'left captured': 74, 'right captured': 74, 'both encoded': 70 });
  assert.equal(ledger.lastFrameUnixSeconds, 4);
});

test('frames advance, stand still, advance again', () => {
  const ledger = new RigLedger();
  assert.equal(ledger.advances(0), false);
  ledger.engineUp(0, 0);
  assert.equal(ledger.advances(1), true);
  ledger.read(readings(1000, 30, 30), 1000);
  for (const at of [2000, 3000, 4000]) ledger.read(readings(at, 30, 30), at);
  assert.equal(ledger.advances(3900), true);
  assert.equal(ledger.advances(4100), false);
  ledger.read(readings(5000, 60, 60), 5000);
  assert.equal(ledger.advances(5001), true);
});

test('frames that never reach the encoder are dropped; those on their way are not', () => {
  const ledger = new RigLedger();
  ledger.engineUp(0, 0);
  ledger.read(readings(1000, 33, 30), 0);
  ledger.read(readings(2000, 63, 60), 0);
  assert.deepEqual(
    ledger.drops.map(({ frames }) => frames),
    [0],
  );
  ledger.read(readings(3000, 93, 80), 0);
  assert.deepEqual(ledger.drops, [{ eye: 'both', stage: 'encode', reason: 'late', frames: 10 }]);

  // The right camera alone, whose picture is the left one's in its place.
  const alone = new RigLedger();
  for (const [at, captured, encoded] of [
    [1000, 33, 30],
    [2000, 63, 50],
  ] as const)
    alone.read(
      {
        ...readings(at, captured, encoded),
        capturedFrames: { right: captured },
        outputs: [{ content: 'left', encodedFrames: encoded, encodedBytes: 0 }],
      },
      0,
    );
  assert.deepEqual(counts(alone), { 'right captured': 63, 'left encoded': 50 });
  assert.deepEqual(alone.drops, [{ eye: 'left', stage: 'encode', reason: 'late', frames: 10 }]);
});
