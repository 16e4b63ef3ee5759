import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { helloProtocol, type ServerMessage } from '../../src/protocol/ws.js';
import { Signalling } from '../../web/signalling/client.js';
import { delayBefore, delays } from '../../web/signalling/reconnect-policy.js';

test('attempts come at once, then slower and slower, then steadily, spread by a fifth', () => {
  const middle = delays.map((_, attempt) => delayBefore(attempt, () => 0.5));
  assert.deepEqual(middle, [0, 250, 500, 1000, 2000, 4000]);
  assert.equal(
    delayBefore(50, () => 0.5),
    4000,
  );
  assert.equal(
    delayBefore(3, () => 0),
    800,
  );
  assert.ok(Math.abs(delayBefore(3, () => 1) - 1200) < 1e-9);
});

let server: WebSocketServer;
before(async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
});
after(() => server.close());

/** A client of the test's server whose waits are the test's to end. */
function client(): { signalling: Signalling; waits: { ms: number; over: () => void }[] } {
  const waits: { ms: number; over: () => void }[] = [];
  const { port } = server.address() as AddressInfo;
  const signalling = new Signalling(`ws://127.0.0.1:${String(port)}`, () => ({ type: 'hello', token: 'abc?>~ü' }), {
    open: (address, protocols) => new WebSocket(address, protocols),
    after(ms, over) {
      const wait = { ms, over };
      waits.push(wait);
      return () => waits.splice(waits.indexOf(wait), 1);
    },
    random: () => 0.5,
  });
  return { signalling, waits };
}

/** The next connection, and the hello that its handshake says. */
async function accepted(): Promise<WebSocket & { hello: unknown }> {
  const [socket, request] = (await once(server, 'connection')) as [WebSocket, IncomingMessage];
  const offered = request.headers['sec-websocket-protocol']!.split(',');
  const hello = offered.find((name) => name.startsWith(helloProtocol))!.slice(helloProtocol.length);
  return Object.assign(socket, { hello: JSON.parse(Buffer.from(hello, 'base64url').toString()) as unknown });
}

function next(signalling: Signalling, name: 'away' | 'message'): Promise<unknown> {
  return new Promise((resolve) => signalling.on(name, (...values: unknown[]) => resolve(values[0])));
}

const welcome = JSON.stringify({ type: 'welcome' } satisfies Partial<ServerMessage>);

test('says hello with the handshake, whatever is in it, hands messages on, and sends only while open', async () => {
  const { signalling } = client();
  assert.equal(signalling.send({ type: 'ping', id: 1, t: 0 }), false);
  const arrival = accepted();
  signalling.connect();
  const socket = await arrival;
  assert.equal(socket.protocol, 'binocle.v1');
  assert.deepEqual(socket.hello, { type: 'hello', token: 'abc?>~ü' });
  const message = next(signalling, 'message');
  socket.send(welcome);
  assert.deepEqual(await message, { type: 'welcome' });
  assert.equal(signalling.send({ type: 'ping', id: 1, t: 0 }), true);
  signalling.close();
  await once(socket, 'close');
});

test('comes back after each loss by the policy, and starts over after a welcome', async () => {
  const { signalling, waits } = client();
  const lost: unknown[] = [];
  signalling.on('away', ({ attempt, ms }) => lost.push([attempt, ms]));
  let arrival = accepted();
  signalling.connect();
  for (const greeted of [false, false, true, false]) {
    const socket = await arrival;
    if (greeted) {
      const message = next(signalling, 'message');
      socket.send(welcome);
      await message;
    }
    const away = next(signalling, 'away');
    socket.terminate();
    await away;
    if (lost.length === 4) break;
    arrival = accepted();
    waits.pop()!.over();
  }
  assert.deepEqual(lost, [
    [0, 0],
    [1, 250],
    [0, 0],
    [1, 250],
  ]);
  signalling.close();
  assert.equal(waits.length, 0, 'closing ends the wait');
});

test('a refused token ends the attempts until it is asked to try anew', async () => {
  const { signalling, waits } = client();
  let arrival = accepted();
  signalling.connect();
  const socket = await arrival;
  const refusal = new Promise((resolve) => signalling.on('refused', (...values) => resolve(values)));
  socket.send(JSON.stringify({ type: 'error', code: 'unauthorized', message: 'This token is not known' }));
  socket.close(4401);
  assert.deepEqual(await refusal, ['unauthorized', 'This token is not known']);
  assert.equal(waits.length, 0);
  arrival = accepted();
  signalling.connect();
  const again = await arrival;
  const message = next(signalling, 'message');
  again.send(welcome);
  await message;
  signalling.close();
  await once(again, 'close');
});
