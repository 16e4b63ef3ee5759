import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { report } from '../../src/cli/doctor.js';
import { failure, ok, warning, type Finding, type Verdict } from '../../src/cli/doctor/check.js';
import { judgeDevices } from '../../src/cli/doctor/devices.js';
import { examineCameras } from '../../src/cli/doctor/graph.js';
import { judgeLibcamera, type LibcameraFacts } from '../../src/cli/doctor/libcamera.js';
import { judgePriority } from '../../src/cli/doctor/priority.js';
import { judgeClock, judgeGovernors, judgeTemperature, judgeThrottling } from '../../src/cli/doctor/processor.js';
import { judgeCertificate, judgeHolder, judgePortRange, judgeStateFolder } from '../../src/cli/doctor/rim.js';
import { nodeIsNewEnough } from '../../src/cli/doctor/software.js';
import { packagePath } from '../../src/paths.js';
import type { CameraFound, Machine } from '../../src/pipeline/machine.js';
import { listeners } from '../../src/server/port-holder.js';
import { binocle } from '../harness/binocle.js';
import { pi5 } from '../pipeline/machines.js';

const [left, right] = pi5.cameras as [CameraFound, CameraFound];
const camerasHeldBy = (command: string): Finding =>
  examineCameras({
    machine: { ...pi5, cameras: [{ ...left, heldBy: { pid: 812, command } }, right] },
    plan: new Error('not looked at'),
  });
const holder = { pid: 812, command: 'nginx: master process', user: 0, binocle: false };

const pi: LibcameraFacts = { installed: true, version: '0.5.2+rpt20250903', raspberryPi: true, cameras: 2 };
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
    name: 'two cameras on a libcamera that may crash with them',
    finding: judgeLibcamera(pi),
    verdict: 'warning',
    says: /0\.5\.2\+rpt20250903.*before 0\.7 two cameras can crash/,
  },
  { name: 'one camera on it', finding: judgeLibcamera({ ...pi, cameras: 1 }), verdict: 'ok', says: /^0\.5\.2/ },
  {
    name: 'two cameras on a newer libcamera',
    finding: judgeLibcamera({ ...pi, version: 'v0.7.1+rpt20260429' }),
    verdict: 'ok',
    says: /^v0\.7\.1/,
  },
  {
    name: 'a Raspberry Pi without the plugin',
    finding: judgeLibcamera({ ...pi, installed: false, version: null }),
    verdict: 'failure',
    says: /plugin for it is not installed/,
  },
  {
    name: 'a PC without it',
    finding: judgeLibcamera({ ...pi, installed: false, version: null, raspberryPi: false }),
    verdict: 'ok',
    says: /USB/,
  },
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
    says: /belongs to root/,
  },
  {
    name: 'the port of the program that runs',
    finding: judgeHolder(8443, { ...holder, binocle: true }),
    verdict: 'ok',
    says: /^8443 is in use by Binocle itself \(process 812\)$/,
  },
  {
    name: 'the port of one that runs as root',
    finding: judgeHolder(8443, { pid: null, command: null, user: 0, binocle: true }),
    verdict: 'ok',
    says: /^8443 is in use by Binocle itself of root$/,
  },
  {
    name: 'another program’s port',
    finding: judgeHolder(8443, holder),
    verdict: 'failure',
    says: /^8443 is in use by nginx: master process \(process 812\)$/,
  },
  {
    name: 'a port of nobody knows whom',
    finding: judgeHolder(8443, { pid: null, command: null, user: null, binocle: false }),
    verdict: 'failure',
    says: /^8443 is in use$/,
  },
  {
    name: 'cameras that the running program streams from',
    finding: camerasHeldBy('/usr/bin/node /home/pi/binocle/dist/src/engine/main.js'),
    verdict: 'ok',
    says: /imx708 \(libcamera, in use by Binocle itself\), imx708 \(libcamera\)/,
  },
  {
    name: 'a camera that another program streams from',
    finding: camerasHeldBy('rpicam-vid -t 0'),
    verdict: 'warning',
    says: /is open in rpicam-vid -t 0 \[pid:812\]/,
  },
  { name: 'devices that all open', finding: judgeDevices([]), verdict: 'ok', says: /may open/ },
  {
    name: 'devices of groups that the user is not in',
    finding: judgeDevices([
      { path: '/dev/video0', group: 'video' },
      { path: '/dev/dri/renderD128', group: 'render' },
    ]),
    verdict: 'warning',
    says: /may not open \/dev\/video0 \(group video\), \/dev\/dri\/renderD128 \(group render\)$/,
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

const mend = (...forbidden: Parameters<typeof judgeDevices>[0]): string => judgeDevices(forbidden).mend!;

test('the mend of devices: the groups, and a rule of udev where there is no group', () => {
  const video = Array.from({ length: 5 }, (_, index) => ({ path: `/dev/video${index}`, group: 'video' }));
  assert.equal(mend(...video), 'sudo usermod -aG video "$USER", then log in again');
  assert.match(judgeDevices(video).detail, /\/dev\/video2 \(group video\) and 2 more$/);
  assert.match(
    mend({ path: '/dev/dma_heap/system', group: 'root' }),
    /^echo 'SUBSYSTEM=="dma_heap".* sudo udevadm trigger/,
  );
});

test('who listens on a port, from /proc/net/tcp', () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:20FB 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 104 1 0000000032a34d70 100 0 0 10 0
   1: 0100007F:20FB 0100007F:AB92 01 00000000:00000000 00:00000000 00000000  1000        0 105 1 0000000032a34d71 20 4 30 10 -1
   2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 106 1 0000000032a34d72 100 0 0 10 0
`;
  assert.deepEqual(listeners(table, 8443), [{ user: 1000, inode: '104' }]);
  assert.deepEqual(listeners(table, 80), []);
  assert.deepEqual(listeners('', 80), []);
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
