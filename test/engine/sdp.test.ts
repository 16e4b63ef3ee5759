import assert from 'node:assert/strict';
import { test } from 'node:test';
import { candidates, mediaIds, readAnswer, readCandidate } from '../../src/engine/sdp.js';
import { BinocleError } from '../../src/protocol/errors.js';

const secrets = ['a=ice-ufrag:abcd', 'a=ice-pwd:abcdefghijklmnopqrstuv', 'a=fingerprint:sha-256 00:11'];
const host = 'candidate:1 1 UDP 2015363327 192.0.2.2 50000 typ host';
const section = (mid: string, ...lines: string[]) => [
  'm=video 9 UDP/TLS/RTP/SAVPF 96',
  `a=mid:${mid}`,
  'a=setup:active',
  ...lines,
];
const sdp = (...lines: string[]) => ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', ...lines, ''].join('\r\n');

function refused(work: () => unknown, message: RegExp): void {
  assert.throws(
    work,
    (error) => error instanceof BinocleError && error.reason === 'bad-message' && message.test(error.message),
  );
}

test('media ids and candidates are read by section, a bundle’s repeated candidates once', () => {
  const text = sdp(...section('video0', `a=${host}`), ...section('video1', `a=${host}`));
  assert.deepEqual(mediaIds(text), ['video0', 'video1']);
  assert.deepEqual(candidates(text), [{ sdpMLineIndex: 0, candidate: host }]);
});

test('an answer’s candidates travel the same road as trickled ones', () => {
  const answer = readAnswer(sdp(...secrets, ...section('video0', `a=${host}`, 'a=end-of-candidates')), ['video0']);
  assert.deepEqual(answer.candidates, [{ sdpMLineIndex: 0, candidate: host }]);
  assert.doesNotMatch(answer.sdp, /candidate/);
  assert.match(answer.sdp, /a=ice-ufrag:abcd\r\n/);
});

test('header extensions are those that a section names, and the session', () => {
  const text = sdp(
    ...secrets,
    'a=extmap:3 urn:session',
    ...section('video0', 'a=extmap:5/recvonly urn:playout attributes'),
    ...section('video1'),
  );
  assert.deepEqual(readAnswer(text, ['video0', 'video1']).extensions, [
    new Set(['urn:session', 'urn:playout']),
    new Set(['urn:session']),
  ]);
});

test('an answer that cannot work is refused with the reason', () => {
  refused(() => readAnswer('hello', ['video0']), /this is no SDP/);
  refused(
    () => readAnswer(sdp(...secrets, ...section('video0')), ['video0', 'video1']),
    /it has 1 media sections, the offer had 2/,
  );
  refused(() => readAnswer(sdp(...section('video0')), ['video0']), /media section 0 has no a=ice-ufrag/);
  const rejected = sdp(...secrets, ...section('video0')).replace('m=video 9', 'm=video 0');
  refused(() => readAnswer(rejected, ['video0']), /no decoder/);
  refused(() => readAnswer(sdp(...secrets, ...section('other')), ['video0']), /not "video0"/);
  const wrong = sdp(...secrets, ...section('video0')).replace('00:11', 'zz');
  refused(() => readAnswer(wrong, ['video0']), /fingerprint/);
});

test('candidates: of every type, over UDP and TCP, with addresses and names; the empty one ends the list', () => {
  const taken = [
    host,
    'candidate:842163049 1 udp 1677729535 203.0.113.7 40678 typ srflx raddr 0.0.0.0 rport 0 generation 0',
    'candidate:2 1 TCP 1015021823 192.0.2.2 9 typ host tcptype active',
    'candidate:3 1 UDP 2015363583 fd00::2 50001 typ host',
  ];
  for (const text of taken) assert.equal(readCandidate(text)!.withAddress(readCandidate(text)!.address), text);
  const hidden = 'candidate:4 1 udp 2113937151 6f9a5a9e-0001-4c3f-8d6c-9a5b4c3d2e1f.local 54321 typ host';
  assert.match(readCandidate(hidden)!.withAddress('192.0.2.9'), / 192\.0\.2\.9 54321 typ host$/);
  assert.equal(readCandidate(''), null);
  assert.equal(readCandidate('  '), null);
});

test('what is no candidate is refused', () => {
  for (const text of [
    'nonsense',
    'candidate:1 1 UDP x 1.2.3.4 5 typ host',
    `${host}\r\na=setup:passive`,
    'candidate:1 1 sctp 1 1.2.3.4 5 typ host',
  ]) {
    refused(() => readCandidate(text), /no ICE candidate/);
  }
});
