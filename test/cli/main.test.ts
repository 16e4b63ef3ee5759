import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { Command } from '../../src/cli/command.js';
import { packagePath } from '../../src/paths.js';
import { withFiles } from '../config/folder.js';
import { binocle, program } from '../harness/binocle.js';

const commands = ['run', 'graph', 'plan', 'doctor', 'check', 'cameras', 'calibration', 'cert'];

test('--help names every command and every common option, on stdout', async () => {
  for (const args of [['--help'], ['-h'], ['help']]) {
    const { status, stdout, stderr } = await binocle(...args);
    assert.deepEqual([status, stderr], [0, '']);
    for (const name of commands) assert.match(stdout, new RegExp(`^  ${name} +\\w`, 'm'));
    for (const option of ['-c, --config FILE', '--set KEY=VALUE', '--profile NAME', '--json', '--help', '--version']) {
      assert.ok(stdout.includes(option), option);
    }
  }
});

for (const name of commands) {
  test(`binocle ${name} --help`, async () => {
    const { status, stdout, stderr } = await binocle(name, '--help');
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, new RegExp(`^Usage: binocle ${name} .*\\[OPTIONS\\]\n`));
    assert.ok(stdout.includes('--set KEY=VALUE'));
    assert.equal((await binocle('help', name)).stdout, stdout);
  });
}

test('the checkout’s own link, which `npx binocle` takes, leads to an executable program', async () => {
  const { stdout } = await promisify(execFile)(packagePath('node_modules', '.bin', 'binocle'), ['--version']);
  assert.match(stdout, /^binocle \d/);
});

test('the table says of each command what its file says', async () => {
  const { stdout } = await binocle('--help');
  for (const name of commands) {
    const { command } = (await import(`../../src/cli/${name}.js`)) as { command: Command };
    assert.equal(command.name, name);
    assert.match(stdout, new RegExp(`^  ${name} +${command.summary}$`, 'm'));
  }
});

test('--version', async () => {
  const { version } = JSON.parse(await readFile(packagePath('package.json'), 'utf8')) as { version: string };
  for (const args of [['--version'], ['-V'], ['run', '--version']]) {
    assert.deepEqual(await binocle(...args), { status: 0, signal: null, stdout: `binocle ${version}\n`, stderr: '' });
  }
});

test('without arguments: the help, on stderr, as wrong usage', async () => {
  const { status, stdout, stderr } = await binocle();
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /Usage: binocle COMMAND/);
});

/** Wrong command lines, and the one line that answers. */
const wrong: Record<string, string> = {
  grahp: 'binocle: unknown command "grahp", did you mean "graph"?; see binocle --help',
  stream: 'binocle: unknown command "stream"; see binocle --help',
  '--profil x': 'binocle: unknown option --profil, did you mean "--profile"?',
  'plan --jason': 'binocle: unknown option --jason, did you mean "--json"?',
  'plan -x': 'binocle: unknown option -x',
  'plan --json=yes': 'binocle: --json takes no value',
  'plan --set': 'binocle: --set needs a value: --set KEY=VALUE',
  'plan -c --json': 'binocle: -c needs a value: -c FILE',
  'plan extra': 'binocle: unexpected argument "extra"',
  'plan --log-level loud': 'binocle: --log-level must be one of error, warn, info, debug, not "loud"',
  '--json': 'binocle: no command given; see binocle --help',
};

for (const [line, message] of Object.entries(wrong)) {
  test(`wrong usage: binocle ${line}`, async () => {
    const { status, stdout, stderr } = await binocle(...line.split(' '));
    assert.deepEqual([status, stdout], [2, '']);
    assert.equal(stderr.split('\n')[0], message);
    assert.ok(!stderr.includes('    at '), stderr);
  });
}

test('a wrong configuration: every line on stderr, nothing on stdout, exit status 2', async () => {
  await withFiles({ 'a.yaml': 'server:\n  prot: 1\nprofiles: { default: { layout: 3 } }\n' }, async (folder) => {
    const path = join(folder, 'a.yaml');
    const lines = [
      `${path}:2:3  server.prot  unknown key, did you mean "port"?`,
      `${path}:3:24  profiles.default.layout  must be one of auto, sbs, tab, twin, mono (got 3)`,
      '',
    ];
    for (const command of ['plan', 'graph', 'run', 'doctor']) {
      const { status, stdout, stderr } = await binocle(command, '-c', path);
      assert.deepEqual({ status, stdout, stderr }, { status: 2, stdout: '', stderr: lines.join('\n') }, command);
    }
    const { status, stdout, stderr } = await binocle('plan', '--json', '-c', path);
    assert.deepEqual([status, stdout], [2, '']);
    const [last] = stderr.trim().split('\n').slice(-1);
    assert.deepEqual(JSON.parse(last!), {
      error: { reason: 'bad-config', message: lines.slice(0, 2).join('\n'), path: 'server.prot' },
    });
  });
});

test('a file that is not there', async () => {
  const { status, stdout, stderr } = await binocle('run', '-c', '/none/rover.yaml');
  assert.deepEqual({ status, stdout, stderr }, { status: 2, stdout: '', stderr: '/none/rover.yaml  no such file\n' });
});

test('a reader that leaves early is no fault', async () => {
  const child = spawn('bash', ['-c', `set -o pipefail; '${process.execPath}' '${program}' --help | head -1`]);
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [status] = (await once(child, 'close')) as [number];
  assert.deepEqual([status, stderr], [0, '']);
});

test('help costs less than a person notices', async () => {
  // CPU time, not time on the clock: other tests run beside this one.
  const script = `TIMEFORMAT='%U %S'; time '${process.execPath}' '${program}' run --help > /dev/null`;
  const seconds = [];
  for (let i = 0; i < 3; i++) {
    const { stderr } = await promisify(execFile)('bash', ['-c', script]);
    seconds.push(
      stderr
        .trim()
        .split(' ')
        .map(Number)
        .reduce((sum, part) => sum + part, 0),
    );
  }
  assert.ok(Math.min(...seconds) < 1, `${seconds.join(', ')} s`);
});
