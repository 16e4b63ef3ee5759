import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { chown, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { fingerprint, localCertificates } from '../../src/server/certificate.js';
import { StateFolder, stateFolderMend } from '../../src/server/state-folder.js';
import { loadIdentity } from '../../src/server/tls.js';
import { loadTokens } from '../../src/server/tokens.js';

const day = 24 * 3600 * 1000;
let parent: string;
let folder: StateFolder;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'binocle-cert-'));
  folder = await StateFolder.open(join(parent, 'state', 'of', 'binocle'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

const mode = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

test('certificates and tokens are their owner’s alone, and are made once', async () => {
  const [first, tokens] = [await localCertificates(folder, []), await loadTokens(folder)];
  assert.equal(await mode(folder.path), '700');
  const files = await readdir(folder.path);
  assert.deepEqual(files.toSorted(), ['authority.pem', 'server.pem', 'tokens.json']);
  for (const file of files) assert.equal(await mode(folder.file(file)), '600', file);

  const second = await localCertificates(folder, []);
  assert.equal(first.renewed, true);
  assert.equal(second.renewed, false);
  assert.equal(second.server.cert, first.server.cert);
  assert.deepEqual(await loadTokens(folder), tokens);
  assert.notEqual(tokens.viewer, tokens.operator);
  for (const token of Object.values(tokens)) assert.ok(Buffer.from(token, 'base64url').length >= 16);
});

const asRoot = userInfo().uid === 0;

test(
  'a state folder that another user has made is told with the line that gives it back',
  { skip: !asRoot && 'needs root' },
  async () => {
    const { path } = folder;
    await chown(path, 65_534, 65_534);
    assert.equal(stateFolderMend(path, 'EACCES'), `${path} belongs to user 65534: sudo chown -R "$USER": ${path}`);
    await chown(parent, 65_534, 65_534);
    assert.equal(
      stateFolderMend(join(parent, 'another', 'state'), 'EACCES'),
      `${parent} belongs to user 65534: sudo install -d -m 700 -o "$USER" ${parent}/another/state, or set state_dir to a folder of yours`,
    );
    assert.match(stateFolderMend(path, 'EROFS'), /^set state_dir/);
  },
);

test(
  'a state folder that is not this user’s: refused in a sentence',
  { skip: asRoot && 'root may everything' },
  async () => {
    await assert.rejects(StateFolder.open('/root/binocle-state'), /belongs to root: sudo install -d -m 700/);
  },
);

test('several that start at once agree on the tokens', async () => {
  const all = await Promise.all(Array.from({ length: 8 }, () => loadTokens(folder)));
  for (const tokens of all) assert.deepEqual(tokens, all[0]);
  assert.deepEqual(await readdir(folder.path), ['tokens.json']);
});

test('a spoilt token file is not overwritten; the message says what to do', async () => {
  for (const text of ['', '{', '{}', '{"viewer":"a","operator":"b"}', 'null']) {
    await writeFile(folder.file('tokens.json'), text);
    await assert.rejects(loadTokens(folder), /tokens\.json.*delete it/);
  }
});

test('the server’s certificate: signed by the authority, for every name and address, EC P-256, SHA-256', async () => {
  const { authority, server } = await localCertificates(folder, ['robot.example', '10.1.2.3']);
  const [ca, leaf] = [new X509Certificate(authority.cert), new X509Certificate(server.cert)];
  assert.equal(ca.ca, true);
  assert.equal(leaf.ca, false);
  assert.ok(leaf.verify(ca.publicKey));
  assert.ok(leaf.checkIssued(ca));
  assert.equal(leaf.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
  for (const name of ['localhost', hostname(), 'robot.example']) assert.ok(leaf.checkHost(name), name);
  for (const address of ['127.0.0.1', '10.1.2.3']) assert.ok(leaf.checkIP(address), address);
  assert.equal(leaf.checkHost('evil.example'), undefined);
  assert.ok(Date.parse(leaf.validTo) - Date.parse(leaf.validFrom) <= 398 * day);
  assert.match(fingerprint(server.cert), /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
});

test('renewed when it expires soon, when a name is new, when its file is spoilt, when asked; the authority stays', async () => {
  const first = await localCertificates(folder, []);
  const later = await localCertificates(folder, [], { now: Date.now() + 375 * day });
  assert.equal(later.renewed, true);
  assert.equal(later.authority.cert, first.authority.cert);
  assert.equal((await localCertificates(folder, ['new.example'])).renewed, true);
  assert.equal((await localCertificates(folder, [])).renewed, false, 'a name that is gone does no harm');
  await writeFile(folder.file('server.pem'), 'spoilt');
  assert.equal((await localCertificates(folder, [])).renewed, true);
  const asked = await localCertificates(folder, [], { renew: true });
  assert.equal(asked.renewed, true);
  assert.equal(asked.authority.cert, first.authority.cert);
});

test('certificates from files: read, and refused by the key of the configuration where they do not fit', async () => {
  const { authority, server } = await localCertificates(folder, []);
  const [cert, key, other, text] = ['cert', 'key', 'other', 'text'].map((name) => join(parent, name)) as [
    string,
    string,
    string,
    string,
  ];
  await Promise.all([
    writeFile(cert, server.cert),
    writeFile(key, server.key),
    writeFile(other, authority.key),
    writeFile(text, 'no PEM'),
  ]);
  const files = { mode: 'files' as const, names: [] };
  assert.equal((await loadIdentity({ ...files, cert, key }, folder))?.fingerprint, fingerprint(server.cert));
  await assert.rejects(loadIdentity({ ...files, cert, key: other }, folder), /is not the private key/);
  await assert.rejects(loadIdentity({ ...files, cert: text, key }, folder), /do not hold PEM/);
  await assert.rejects(loadIdentity({ ...files, cert: join(parent, 'none'), key }, folder), /none.*ENOENT/);
});

test('a state folder that cannot be is said with its path', async () => {
  await writeFile(join(parent, 'file'), '');
  await assert.rejects(StateFolder.open(join(parent, 'file', 'state')), /file\/state.*ENOTDIR/);
});
