import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  chooseNames,
  installLine,
  missing,
  parseAptPolicy,
  parseDpkgQuery,
  parseOsRelease,
} from '../../src/setup/debian.mjs';
import { isRaspberryPi, requirements } from '../../src/setup/packages.mjs';

/** @type {import('../../src/setup/packages.mjs').Requirement[]} */
const wanted = [
  { names: ['gstreamer1.0-tools'], for: 'run', why: 'gst-launch-1.0' },
  { names: ['chromium', 'chromium-browser'], for: 'test', why: 'plays' },
  { names: ['gstreamer1.0-libcamera'], for: 'run', why: 'cameras', optional: true },
  { names: ['libnode-dev'], for: 'run', why: 'node-gtk', unless: '/headers' },
];
const nothingExists = () => false;

describe('what is installed', () => {
  test('a package that was removed and left its configuration is not', () => {
    const output = 'chromium\tinstalled\ngstreamer1.0-tools\tconfig-files\nlibnode-dev\thalf-configured\n';
    assert.deepEqual([...parseDpkgQuery(output)], ['chromium']);
  });

  test('another name of the same thing does', () => {
    const lacking = missing(wanted, new Set(['chromium-browser', 'gstreamer1.0-tools']), nothingExists);
    assert.deepEqual(
      lacking.map(({ names: [name] }) => name),
      ['gstreamer1.0-libcamera', 'libnode-dev'],
    );
  });

  test('Node’s own headers make libnode-dev needless', () => {
    const lacking = missing(wanted, new Set(), (file) => file === '/headers');
    assert.ok(!lacking.some(({ names }) => names.includes('libnode-dev')));
  });
});

describe('what is to be installed', () => {
  test('the first name that the archive has; what it lacks is told apart', () => {
    const known = new Set(['chromium-browser', 'libnode-dev']);
    assert.deepEqual(chooseNames(wanted, known), {
      install: ['chromium-browser', 'libnode-dev'],
      skipped: ['gstreamer1.0-libcamera'],
      unavailable: ['gstreamer1.0-tools'],
    });
  });

  test('what apt-cache policy knows only by name is not to be had', () => {
    const output =
      'chromium:\n  Installed: (none)\n  Candidate: 156.0\n  Version table:\n     156.0 500\nrpi-thing:\n  Installed: (none)\n  Candidate: (none)\n';
    assert.deepEqual([...parseAptPolicy(output)], ['chromium']);
  });

  test('without root and sudo it is one line to paste', () => {
    assert.equal(
      installLine(wanted, true),
      'sudo apt-get update && sudo apt-get install --yes --no-install-recommends gstreamer1.0-tools chromium gstreamer1.0-libcamera libnode-dev',
    );
    assert.equal(
      installLine(wanted.slice(0, 2), false),
      'su -c "apt-get update && apt-get install --yes --no-install-recommends gstreamer1.0-tools chromium"',
    );
  });

  test('every package says what it is for, and is named once', () => {
    const names = requirements.flatMap((requirement) => requirement.names);
    assert.equal(new Set(names).size, names.length);
    assert.ok(requirements.every(({ why }) => why.length > 0));
  });
});

describe('which system this is', () => {
  const cases = [
    { text: 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n', debian: true, version: 12 },
    {
      text: 'PRETTY_NAME="Raspbian GNU/Linux 12"\nID=raspbian\nID_LIKE=debian\nVERSION_ID="12"\n',
      debian: true,
      version: 12,
    },
    { text: 'NAME="Fedora Linux"\nID=fedora\nVERSION_ID=43\n', debian: false, version: 43 },
    { text: '', debian: false, version: null },
  ];
  for (const { text, debian, version } of cases)
    test(text.split('\n')[0] || 'no /etc/os-release', () => {
      const system = parseOsRelease(text);
      assert.deepEqual([system.debian, system.version], [debian, version]);
    });
});

test('a Raspberry Pi, whose cameras are libcamera’s alone, is known by its device tree', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'binocle-model-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const model = join(folder, 'model');
  assert.equal(isRaspberryPi(model), false);
  writeFileSync(model, 'Raspberry Pi Zero 2 W Rev 1.0\0');
  assert.equal(isRaspberryPi(model), true);
  writeFileSync(model, 'Radxa ROCK 5B\0');
  assert.equal(isRaspberryPi(model), false);
});
