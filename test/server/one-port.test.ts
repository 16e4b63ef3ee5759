import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer as createHttps, get } from 'node:https';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { WebSocket } from 'ws';
import { separatePlain } from '../../src/server/first-byte.js';
import { createRedirect, namesOf, secureUrl } from '../../src/server/redirect.js';
import { ask, Client, rigged, type Rigged } from './fixture.js';

const ours = (name: string): boolean => ['robot.local', 'localhost', '192.168.1.7', '::1'].includes(name);

describe('http:// on the TLS port: where it leads', () => {
  const reached = { address: '192.168.1.7', port: 8443 };
  const cases: { name: string; host?: string; target?: string; address?: string; url: string }[] = [
    {
      name: 'host, path and query as they came',
      host: 'robot.local:8443',
      target: '/a?rig=b',
      url: 'https://robot.local:8443/a?rig=b',
    },
    { name: 'a port that leads here from elsewhere', host: 'robot.local:80', url: 'https://robot.local:80/' },
    { name: 'no port', host: 'robot.local', url: 'https://robot.local:8443/' },
    { name: 'IPv6', host: '[::1]:8443', url: 'https://[::1]:8443/' },
    { name: 'no Host header', url: 'https://192.168.1.7:8443/' },
    { name: 'no Host header, over IPv6', address: '2001:db8::7', url: 'https://[2001:db8::7]:8443/' },
    {
      name: 'no Host header, IPv4 on a socket of IPv6',
      address: '::ffff:192.168.1.7',
      url: 'https://192.168.1.7:8443/',
    },
    { name: 'another’s name', host: 'evil.example', url: 'https://192.168.1.7:8443/' },
    { name: 'a name with a user before it', host: 'robot.local:8443@evil.example', url: 'https://192.168.1.7:8443/' },
    { name: 'a name with a path behind it', host: 'robot.local/evil', url: 'https://192.168.1.7:8443/' },
    { name: 'a header in the Host header', host: 'robot.local\r\nSet-Cookie: a=b', url: 'https://192.168.1.7:8443/' },
    { name: 'a port that is none', host: 'robot.local:65536', url: 'https://192.168.1.7:8443/' },
    { name: 'an empty Host header', host: '', url: 'https://192.168.1.7:8443/' },
    {
      name: 'a target with another host',
      host: 'robot.local',
      target: '//evil.example/',
      url: 'https://robot.local:8443//evil.example/',
    },
    {
      name: 'an absolute target',
      host: 'robot.local',
      target: 'http://evil.example/',
      url: 'https://robot.local:8443/',
    },
    {
      name: 'a token in the query',
      host: 'robot.local',
      target: '/?rig=a&token=secret&x',
      url: 'https://robot.local:8443/?rig=a&x',
    },
    { name: 'a token alone', host: 'robot.local', target: '/?Token=secret', url: 'https://robot.local:8443/' },
    {
      name: 'bytes that are no ASCII',
      host: 'robot.local',
      target: '/\u00c3\u00a9\r\n',
      url: 'https://robot.local:8443/%c3%a9%0d%0a',
    },
    {
      name: 'question marks in a query',
      host: 'robot.local',
      target: '/a?b=c?d',
      url: 'https://robot.local:8443/a?b=c?d',
    },
  ];
  for (const { name, host, target = '/', address = reached.address, url } of cases)
    test(name, () => assert.equal(secureUrl({ host, target, address, port: reached.port }, ours), url));
});

/** What a server answers to bytes, until it closes. */
async function exchange(port: number, bytes: string | Buffer, host = '127.0.0.1'): Promise<string> {
  const socket = connect(port, host);
  socket.write(bytes);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => undefined);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString('latin1');
}

describe('one port for TLS and for who comes without', () => {
  let rig: Rigged;
  let port: number;
  before(async () => {
    rig = await rigged();
    port = Number(new URL(rig.origin).port);
  });
  after(() => rig[Symbol.asyncDispose]());

  test('a request without TLS is led to https, and nothing of it is answered', async () => {
    const plain = { origin: rig.origin.replace('https', 'http'), authority: undefined };
    for (const [method, path] of [
      ['GET', '/'],
      ['GET', '/api/v1/rigs?x=1'],
      ['HEAD', '/metrics'],
      ['DELETE', '/api/v1/sessions/a'],
    ] as const) {
      const { status, headers, text } = await ask(plain, path, { method, token: rig.server.tokens!.operator });
      assert.equal(status, 308);
      assert.equal(headers['location'], `${rig.origin}${path}`);
      assert.equal(headers['cache-control'], 'no-store');
      assert.equal(headers['connection'], 'close');
      assert.ok(method === 'HEAD' || text === `This port speaks https: ${rig.origin}${path}\n`);
    }
    const { status } = await ask(plain, '/api/v1/rigs/default/profile', {
      method: 'PATCH',
      body: '{"layout":"tab"}',
      headers: { expect: '100-continue' },
    });
    assert.equal(status, 308);
    assert.equal(rig.server.rigs.get('default')!.settings.revision, 1);
  });

  test('https on the same port does what it did, and so does the WebSocket', async () => {
    const { status } = await ask(rig, '/api/v1/rigs', { token: rig.server.tokens!.viewer });
    assert.equal(status, 200);
    const client = await Client.watching(rig);
    client.close();
  });

  test('a WebSocket without TLS is led on like the rest, and never opens', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${String(port)}/ws`, 'binocle.v1');
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, import('node:http').IncomingMessage];
    assert.equal(response.statusCode, 308);
    assert.equal(response.headers.location, `${rig.origin}/ws`);
    socket.on('error', () => undefined).terminate();
  });

  const raw: { name: string; bytes: string | Buffer; says: RegExp }[] = [
    {
      name: 'HTTP/1.1 without Host',
      bytes: 'GET /x HTTP/1.1\r\n\r\n',
      says: /^HTTP\/1\.1 308 [^]*\r\nLocation: https:\/\/127\.0\.0\.1:PORT\/x\r\n/,
    },
    {
      name: 'HTTP/1.0',
      bytes: 'GET /x HTTP/1.0\r\n\r\n',
      says: /^HTTP\/1\.1 308 [^]*\r\nLocation: https:\/\/127\.0\.0\.1:PORT\/x\r\n/,
    },
    {
      name: 'another’s Host',
      bytes: 'GET /x HTTP/1.1\r\nHost: evil.example\r\n\r\n',
      says: /^HTTP\/1\.1 308 [^]*\r\nLocation: https:\/\/127\.0\.0\.1:PORT\/x\r\n/,
    },
    { name: 'no HTTP', bytes: '\0\0\0\0nothing', says: /^HTTP\/1\.1 400 / },
    { name: 'SSH', bytes: 'SSH-2.0-OpenSSH_9.2\r\n', says: /^HTTP\/1\.1 400 / },
    { name: 'HTTP/2 in clear', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', says: /^HTTP\/1\.1 400 / },
    {
      name: 'a line break in the target',
      bytes: 'GET /\r\nX: y HTTP/1.1\r\n\r\n',
      says: /^HTTP\/1\.1 308 [^]*:PORT\/\r\n(?![^]*X: y)/,
    },
    { name: 'a proxy’s CONNECT', bytes: 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n', says: /^$/ },
    {
      name: 'a TLS record that holds no handshake',
      bytes: Buffer.from('160301000548454c4c4f', 'hex'),
      says: /^(?!HTTP)/,
    },
  ];
  for (const { name, bytes, says } of raw)
    test(`${name}: answered and closed, never by the program behind`, async () => {
      const answer = await exchange(port, bytes);
      assert.match(answer, new RegExp(says.source.replaceAll('PORT', String(port))));
      assert.doesNotMatch(answer, /Content-Security-Policy|evil/i);
    });

  test('a request byte by byte', async () => {
    const socket = connect(port, '127.0.0.1').setNoDelay(true);
    const text = once(socket, 'data') as Promise<[Buffer]>;
    for (const byte of 'GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n') {
      socket.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.match((await text)[0].toString(), /^HTTP\/1\.1 308 [^]*Location: https:\/\/localhost:\d+\/slow\r\n/);
    socket.destroy();
  });

  test('a TLS handshake byte by byte', async () => {
    // What a client would send first, taken from one.
    const relay = connect(port, '127.0.0.1').setNoDelay(true);
    const hello = await clientHello();
    for (const byte of hello) {
      relay.write(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const [answer] = (await once(relay, 'data')) as [Buffer];
    assert.equal(answer[0], 0x16, 'the server says hello, too');
    relay.destroy();
  });

  test('hundreds at once, of both kinds and of none: each is answered, and no socket is left', async () => {
    const idle = Array.from({ length: 50 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    const gone = Array.from({ length: 50 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    for (const socket of gone) socket.once('connect', () => socket.resetAndDestroy());
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        index % 2 === 0
          ? ask(rig, '/healthz').then(({ status }) => status)
          : ask({ origin: rig.origin.replace('https', 'http'), authority: undefined }, '/healthz').then(
              ({ status }) => status,
            ),
      ),
    );
    assert.deepEqual(new Set(answers), new Set([200, 308]));
    await Promise.all(
      idle.map(async (socket) => {
        socket.end();
        await once(socket, 'close');
      }),
    );
  });

  test('a renewed certificate’s names are ours, too', async () => {
    const pem = await readFile(join(rig.state, 'server.pem'), 'utf8');
    const names = namesOf(new X509Certificate(pem));
    assert.ok(
      names('localhost') && names('127.0.0.1') && !names('evil.example') && !names('8.8.8.8') && !names('not a name'),
    );
  });
});

test(
  'over IPv6',
  { skip: networkInterfaces()['lo']?.some(({ address }) => address === '::1') !== true && 'no IPv6 here' },
  async () => {
    await using rig = await rigged(['server.host="::1"']);
    const port = Number(new URL(rig.origin).port);
    const led = await exchange(port, 'GET /x HTTP/1.0\r\n\r\n', '::1');
    assert.match(led, new RegExp(`\r\nLocation: https://\\[::1\\]:${String(port)}/x\r\n`));
    const tls = connectTls({ host: '::1', port, ca: rig.authority, servername: 'localhost' });
    await once(tls, 'secureConnect');
    tls.end('GET /healthz HTTP/1.1\r\nHost: [::1]\r\n\r\n');
    const [answer] = (await once(tls, 'data')) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1\.1 200 /);
  },
);

test('whoever sends nothing, or a part, is let go in time; whoever speaks TLS is not', async () => {
  await using rig = await rigged();
  const pem = await readFile(join(rig.state, 'server.pem'), 'utf8');
  const server = createHttps({ key: pem, cert: pem }, (_request, response) => response.end('here'));
  const plain = createRedirect(() => false);
  separatePlain(server, plain, 300);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const started = performance.now();
  const tls = connectTls({ port, host: '127.0.0.1', ca: rig.authority, servername: 'localhost' });
  await once(tls, 'secureConnect');
  const silent = connect(port, '127.0.0.1');
  const partial = connect(port, '127.0.0.1');
  partial.write('GET / HTTP/1.1\r\nX-Slow: ');
  const drip = setInterval(() => partial.write('x'), 20);
  await Promise.all(
    [silent, partial].map((socket: Socket) =>
      once(
        socket.on('error', () => undefined),
        'close',
      ),
    ),
  );
  clearInterval(drip);
  const passed = performance.now() - started;
  assert.ok(passed > 250, `not before their time: ${passed.toFixed(0)} ms`);
  tls.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const [answer] = (await once(tls, 'data')) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1\.1 200 /);
  tls.destroy();
  server.close();
});

test('connections that have said nothing do not hold up the end', async () => {
  const rig = await rigged();
  const port = Number(new URL(rig.origin).port);
  const silent = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
  await Promise.all(
    silent.map((socket) =>
      once(
        socket.on('error', () => undefined),
        'connect',
      ),
    ),
  );
  silent[1]!.write(Buffer.from('16030100', 'hex'));
  // The server has seen both once it has answered who came after them.
  await ask(rig, '/healthz');
  const started = performance.now();
  await rig[Symbol.asyncDispose]();
  assert.ok(performance.now() - started < 1500, `took ${(performance.now() - started).toFixed(0)} ms`);
});

/** The first bytes of a TLS client. */
async function clientHello(): Promise<Buffer> {
  const { createServer } = await import('node:net');
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const request = get({ host: '127.0.0.1', port: (listener.address() as AddressInfo).port });
  request.on('error', () => undefined);
  const [socket] = (await once(listener, 'connection')) as [Socket];
  const [hello] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  listener.close();
  return hello;
}
