import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { mirrorsOf, sourcesList } from './mirrors.js';

const usual = { main: 'http://deb.debian.org/debian', security: 'http://deb.debian.org/debian-security' };
const own = { main: 'http://mirror.example/debian', security: 'https://mirror.example/debian-security' };

describe('the root takes its packages from where the host does', () => {
  const cases = [
    {
      name: 'deb822',
      text: 'Types: deb\n# http://old.example/debian\nURIs: http://mirror.example/debian\nSuites: bookworm\n\nTypes: deb\nURIs: https://mirror.example/debian-security/\n',
      mirrors: own,
    },
    {
      name: 'one line',
      text: '# deb http://old.example/debian bookworm main\ndeb [signed-by=/k.gpg] http://mirror.example/debian/ bookworm main\ndeb https://mirror.example/debian-security bookworm-security main\n',
      mirrors: own,
    },
    { name: 'another system', text: 'deb http://archive.ubuntu.example/ubuntu noble main\n', mirrors: usual },
  ];
  for (const { name, text, mirrors } of cases) test(name, () => assert.deepEqual(mirrorsOf(text), mirrors));

  test('with the updates and the security fixes of the release', () => {
    assert.equal(
      sourcesList(own, 'trixie'),
      'deb http://mirror.example/debian trixie main\ndeb http://mirror.example/debian trixie-updates main\ndeb https://mirror.example/debian-security trixie-security main\n',
    );
  });
});
