import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { report } from '../../src/cli/doctor.js';
import { failure, ok, warning, type Finding, type Verdict } from '../../src/cli/doctor/check.js';
import { examineCameras } from '../../src/cli/doctor/graph.js';
import { judgePriority } from '../../src/cli/doctor/priority.js';
import { judgeClock, judgeGovernors, judgeTemperature, judgeThrottling } from '../../src/cli/doctor/processor.js';
import { judgeCertificate, judgePortRange, judgeStateFolder } from '../../src/cli/doctor/rim.js';
import { nodeIsNewEnough } from '../../src/cli/doctor/software.js';
import { packagePath } from '../../src/paths.js';
import type { CameraFound, Machine } from '../../src/pipeline/machine.js';
import { binocle } from '../harness/binocle.js';
import { pi5 } from '../pipeline/machines.js';

const cameras = (machine: Pick<Machine, 'cameras' | 'leftOut'>) =>
  examineCameras({ machine: { ...pi5, ...machine }, plan: new Error('not planned') });
const node: CameraFound = { api: 'v4l2', id: '/dev/video0', name: 'Webcam', modes: [], heldBy: null };

const cases: { name: string; finding: Finding; verdict: Verdict; says: RegExp }[] = [
  {
    name: 'the Pi’s usual governor',
    finding: judgeGovernors([{ governor: 'ondemand', driver: 'cpufreq-dt' }]),
    verdict: 'warning',
    says: /ondemand/,
  },
  {
    name: 'powersave where the processor chooses itself',
    finding: judgeGovernors([{ governor: 'powersave', driver: 'intel_pstate' }]),
    verdict: 'ok',
    says: /powersave/,
  },
  {
    name: 'powersave where nothing chooses',
    finding: judgeGovernors([{ governor: 'powersave', driver: 'acpi-cpufreq' }]),
    verdict: 'warning',
    says: /powersave/,
  },
  { name: 'a virtual machine without governors', finding: judgeGovernors([]), verdict: 'ok', says: /governed/ },
  {
    name: 'too little voltage now',
    finding: judgeThrottling(0x50005),
    verdict: 'failure',
    says: /voltage is too low, throttled/,
  },
  {
    name: 'too little voltage earlier',
    finding: judgeThrottling(0x10000),
    verdict: 'warning',
    says: /was too low since/,
  },
  { name: 'never throttled', finding: judgeThrottling(0), verdict: 'ok', says: /never/ },
  { name: 'a warm Pi', finding: judgeTemperature(78.4), verdict: 'warning', says: /78 °C/ },
  { name: 'a hot Pi', finding: judgeTemperature(85), verdict: 'failure', says: /85 °C/ },
  { name: 'a priority that is allowed', finding: judgePriority('high', true), verdict: 'ok', says: /^high$/ },
  { name: 'a priority that is not', finding: judgePriority('high', false), verdict: 'warning', says: /not allowed/ },
  { name: 'a priority that nobody wants', finding: judgePriority('normal', true), verdict: 'ok', says: /normal/ },
  { name: 'a clock that was never set', finding: judgeClock('tsc', 0), verdict: 'failure', says: /1970-01-01/ },
  {
    name: 'a slow clock',
    finding: judgeClock('hpet', Date.UTC(2027, 0)),
    verdict: 'warning',
    says: /hpet is slow/,
  },
  {
    name: 'a certificate of last year',
    finding: judgeCertificate('server.crt', -10.5, 'renew'),
    verdict: 'failure',
    says: /ended 11 days ago/,
  },
  {
    name: 'a certificate that ends soon',
    finding: judgeCertificate('server.crt', 12.9, 'renew'),
    verdict: 'warning',
    says: /ends in 12 days/,
  },
  {
    name: 'a state folder that others read',
    finding: judgeStateFolder('/state', 0o40755, 1000, 1000),
    verdict: 'warning',
    says: /755/,
  },
  {
    name: 'another user’s state folder',
    finding: judgeStateFolder('/state', 0o40700, 0, 1000),
    verdict: 'failure',
    says: /user 0/,
  },
  { name: 'any UDP port', finding: judgePortRange(0, 0), verdict: 'ok', says: /any/ },
  {
    name: 'a camera in a socket',
    finding: cameras({ cameras: [{ ...node, api: 'libcamera', name: 'imx708', socket: 'CAM0' }] }),
    verdict: 'ok',
    says: /^imx708 \(libcamera, CAM0\)$/,
  },
  {
    name: 'video devices that are no cameras',
    finding: cameras({ cameras: [], leftOut: [{ ...node, because: 'a codec' }] }),
    verdict: 'warning',
    says: /none is connected.*; 1 video device is no camera$/,
  },
  {
    name: 'a camera that this user may not open',
    finding: cameras({ cameras: [], leftOut: [{ ...node, because: 'this user may not open it', denied: true }] }),
    verdict: 'warning',
    says: /may not open \/dev\/video0$/,
  },
  { name: 'ten UDP ports', finding: judgePortRange(50_000, 50_009), verdict: 'warning', says: /few viewers/ },
  { name: 'a hundred UDP ports', finding: judgePortRange(50_000, 50_099), verdict: 'ok', says: /50000 to 50099/ },
];

describe('doctor judges', () => {
  for (const { name, finding, verdict, says } of cases)
    test(name, () => {
      assert.equal(finding.verdict, verdict);
      assert.match(finding.detail, says);
      assert.equal(finding.mend === undefined, verdict === 'ok', 'whatever is not well has a mend');
    });

  test('Node by package.json’s engines', () => {
    assert.ok(nodeIsNewEnough('v20.19.2', '>=20.19') && nodeIsNewEnough('v22.0.0', '>=20.19'));
    assert.ok(!nodeIsNewEnough('v20.18.3', '>=20.19') && !nodeIsNewEnough('v18.20.4', '>=20.19'));
  });
});

test('the report has a line a check, mends below them, and a sum', () => {
  const text = report([
    { id: 'node', what: 'Node', ...ok('v20.19.2') },
    { id: 'graphics', what: 'OpenGL', ...warning('llvmpipe renders on the processor', 'install the driver') },
    { id: 'port', what: 'Port', ...failure('8443 is in use', '--set server.port=0') },
  ]);
  assert.equal(
    text,
    [
      'OK       Node    v20.19.2',
      'warning  OpenGL  llvmpipe renders on the processor',
      '                 → install the driver',
      'FAILURE  Port    8443 is in use',
      '                 → --set server.port=0',
      '',
      '1 OK, 1 warning, 1 FAILURE',
    ].join('\n'),
  );
});

test('an encoder template of the user’s, named by path, is examined like the shipped ones', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'binocle-doctor-'));
  try {
    const mine = join(folder, 'mine.gst');
    await copyFile(packagePath('pipelines', 'encode', 'x264enc.gst'), mine);
    const settings = ['--set', `profile.encode.encoder=${mine}`, '--set', `state_dir=${folder}/state`];
    const { stdout, stderr } = await binocle('doctor', ...settings, '--set', 'server.port=0');
    assert.match(stdout, /^OK +Encoder +mine, in software$/m, stderr);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
