import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { packagePath } from '../../src/paths.js';
import { complaints } from './folder.js';

const sources = [
  'auto',
  ...readdirSync(packagePath('pipelines', 'source'))
    .map((file) => file.replace('.gst', ''))
    .toSorted(),
].join(', ');

/** A file, and all that is said about it. */
const values: Record<string, [yaml: string, lines: string[]]> = {
  'an unknown key at the top': ['profile: {}\n', ['a.yaml:1:1  profile  unknown key, did you mean "profiles"?']],
  'an unknown key far from any other': [
    'colour: red\n',
    ['a.yaml:1:1  colour  unknown key; there are profiles, server, state_dir'],
  ],
  'a key on the wrong level': [
    'server:\n  port: 0\nencode: { bitrate_mbps: 2 }\n',
    ['a.yaml:3:1  encode  unknown key, did you mean "profiles.NAME.encode"?'],
  ],
  'a key on the wrong level of a profile': [
    'profiles:\n  rover:\n    bitrate_mbps: 2\n',
    ['a.yaml:3:5  profiles.rover.bitrate_mbps  unknown key, did you mean "profiles.rover.encode.bitrate_mbps"?'],
  ],
  'a slip in a key': [
    'profiles:\n  default:\n    encode:\n      bitrate_mpbs: 8\n',
    ['a.yaml:4:7  profiles.default.encode.bitrate_mpbs  unknown key, did you mean "bitrate_mbps"?'],
  ],
  'a slip in a value': [
    'profiles:\n  default:\n    layout: twins\n',
    [
      'a.yaml:3:5  profiles.default.layout  must be one of auto, sbs, tab, twin, mono (got "twins"), did you mean "twin"?',
    ],
  ],
  'a number out of its range, with its unit': [
    'profiles:\n  default:\n    encode: { mtu: 100, bitrate_mbps: 0 }\n',
    [
      'a.yaml:3:15  profiles.default.encode.mtu  must be between 256 and 1500 byte (got 100)',
      'a.yaml:3:25  profiles.default.encode.bitrate_mbps  must be between 0.1 and 200 Mbit/s (got 0)',
    ],
  ],
  'words where numbers belong': [
    'profiles:\n  default:\n    capture: { width: wide, height: 480.5, fps: "30" }\n',
    [
      'a.yaml:3:16  profiles.default.capture.width  must be a whole number (got "wide")',
      'a.yaml:3:29  profiles.default.capture.height  must be a whole number (got 480.5)',
      'a.yaml:3:44  profiles.default.capture.fps  must be a number (got "30")',
    ],
  ],
  'numbers that are none': [
    'profiles:\n  default:\n    capture: { fps: .nan }\n    view: { left: { zoom: .inf, shift_x: -.inf } }\n',
    [
      'a.yaml:3:16  profiles.default.capture.fps  must be a number (got NaN)',
      'a.yaml:4:21  profiles.default.view.left.zoom  must be a number (got Infinity)',
      'a.yaml:4:33  profiles.default.view.left.shift_x  must be a number (got -Infinity)',
    ],
  ],
  'an odd width': [
    'profiles: { default: { capture: { width: 641 } } }\n',
    ['a.yaml:1:35  profiles.default.capture.width  must be a multiple of 2 (got 641)'],
  ],
  'a list and a text where mappings belong': [
    'profiles:\n  default:\n    view: [1]\n    rate: fast\nserver: 8443\n',
    [
      'a.yaml:3:5  profiles.default.view  must be a mapping of swap, left, right (got a list)',
      'a.yaml:4:5  profiles.default.rate  must be a mapping of playout_delay (got "fast")',
      'a.yaml:5:1  server  must be a mapping of host, port, origins, tls, auth, ice, priority (got 8443)',
    ],
  ],
  'an item of a list': [
    'server:\n  ice:\n    turn:\n      - turn://a:b@c:1\n      - 5\n',
    ['a.yaml:5:9  server.ice.turn.1  must be text (got 5)'],
  ],
  'a text that says nothing': ['server: { host: "" }\n', ['a.yaml:1:11  server.host  must not be empty']],
  'neither branch of a choice': [
    'profiles: { default: { rate: { playout_delay: of } } }\n',
    [
      'a.yaml:1:32  profiles.default.rate.playout_delay  must be off or { min_ms, max_ms } (got "of"), did you mean "off"?',
    ],
  ],
  'inside a branch of a choice': [
    'profiles: { default: { rate: { playout_delay: { min: 3, max_ms: x } } } }\n',
    [
      'a.yaml:1:49  profiles.default.rate.playout_delay.min  unknown key, did you mean "min_ms"?',
      'a.yaml:1:57  profiles.default.rate.playout_delay.max_ms  must be a whole number (got "x")',
    ],
  ],
  'a name that no profile can have': [
    'profiles:\n  __proto__: { layout: sbs }\n  a b: {}\n  ok: {}\n',
    [
      'a.yaml:2:3  profiles.__proto__  a name is made of letters, digits, - and _, and begins with a letter or digit',
      'a.yaml:3:3  profiles.a b  a name is made of letters, digits, - and _, and begins with a letter or digit',
    ],
  ],
  'no profile at all': ['profiles: {}\n', ['a.yaml:1:1  profiles  must have at least one entry']],
  'sources without their input': [
    'profiles:\n  default:\n    cameras:\n      left: { source: files }\n      right: { source: custom }\n',
    [
      'a.yaml:4:15  profiles.default.cameras.left.source  is files, which needs path: a folder of pictures, a glob, or a video',
      'a.yaml:5:16  profiles.default.cameras.right.source  is custom, which needs launch: a GStreamer fragment that produces video/x-raw',
    ],
  ],
  'names of no template, and files that are not there': [
    'profiles:\n  default:\n    cameras: { left: { source: libcamra }, right: { source: /none/x.gst } }\n    encode: { encoder: /none/x264enc }\n',
    [
      `a.yaml:3:24  profiles.default.cameras.left.source  there is no source template "libcamra", did you mean "libcamera"? (there are ${sources})`,
      'a.yaml:3:53  profiles.default.cameras.right.source  /none/x.gst: no such file',
      'a.yaml:4:15  profiles.default.encode.encoder  a template\'s file ends in .gst (got "/none/x264enc")',
    ],
  ],
  'limits the wrong way round': [
    'profiles:\n  default:\n    encode: { qp_min: 40, qp_max: 20 }\n    rate: { playout_delay: { min_ms: 9, max_ms: 3 } }\nserver: { ice: { port_min: 9, port_max: 3 } }\n',
    [
      'a.yaml:3:15  profiles.default.encode.qp_min  must not be above qp_max (got 40 above 20)',
      'a.yaml:4:30  profiles.default.rate.playout_delay.min_ms  must not be above max_ms (got 9 above 3)',
      'a.yaml:5:18  server.ice.port_min  must not be above port_max (got 9 above 3)',
    ],
  ],
  'a quantizer that h264 does not have': [
    'profiles: { default: { encode: { qp_max: 60 } }, vp: { encode: { codec: vp8, qp_max: 60 } } }\n',
    ['a.yaml:1:34  profiles.default.encode.qp_max  must be at most 51 with h264 (got 60)'],
  ],
  'half a certificate': [
    'server:\n  tls: { mode: files, cert: a.pem }\n',
    ['a.yaml:2:3  server.tls.key  is missing: the private key (PEM), which tls mode files needs'],
  ],
  'addresses of servers, without the password': [
    'server:\n  origins: [robot.example]\n  ice: { stun: "stun:x:3478", turn: ["turn:me:secret@x"] }\n',
    [
      'a.yaml:2:13  server.origins.0  must read https://HOST or https://HOST:PORT (got "robot.example")',
      'a.yaml:3:10  server.ice.stun  must read stun://HOST:PORT (got "stun:x:3478")',
      'a.yaml:3:38  server.ice.turn.0  must read turn://USER:PASSWORD@HOST:PORT (got "turn:me:…@x")',
    ],
  ],
  'crops that leave nothing': [
    'profiles: { default: { view: { left: { crop: { left: 0.6, right: 0.5 } } } } }\n',
    ['a.yaml:1:40  profiles.default.view.left.crop  cuts everything off: left and right together must stay below 0.99'],
  ],
  'a calibration without its parts': [
    'profiles:\n  default:\n    calibration:\n      model: pinhole\n      left: { K: [500,0,320,0,500,240,0,0,1], D: [1,2,3] }\n',
    [
      'a.yaml:3:5  profiles.default.calibration.size  is missing: width and height of the pictures that were calibrated, which model pinhole needs',
      'a.yaml:3:5  profiles.default.calibration.right  is missing: K and D of the right camera, which model pinhole needs',
      'a.yaml:5:47  profiles.default.calibration.left.D  must have 0, 4, 5 or 8 coefficients with model pinhole (got 3)',
    ],
  ],
  'a fisheye with too many coefficients': [
    `profiles:
  default:
    calibration:
      model: fisheye
      size: [640, 480]
      left: &eye { K: [500,0,320,0,500,240,0,0,1], D: [0,0,0,0,0] }
      right: *eye
`,
    ['a.yaml:6:52  profiles.default.calibration.left.D  must have 4 coefficients with model fisheye (got 5)'],
  ],
  'calibrated eyes without a model': [
    'profiles: { default: { calibration: { left: { K: [5,0,2,0,5,2,0,0,1], D: [] } } } }\n',
    ['a.yaml:1:24  profiles.default.calibration.model  is missing: what left describes, pinhole or fisheye'],
  ],
  'a camera matrix of the wrong size, and a missing one': [
    'profiles: { default: { calibration: { model: pinhole, left: { K: [1, 2], D: [] }, right: { D: [] } } } }\n',
    [
      'a.yaml:1:63  profiles.default.calibration.left.K  must have 9 items (got 2)',
      'a.yaml:1:83  profiles.default.calibration.right.K  is missing',
    ],
  ],
  'how the cameras stand, said wrongly': [
    `profiles:
  default:
    calibration:
      model: pinhole
      size: [640, 480]
      left: &eye { K: [500,0,320,0,500,240,0,0,1], D: [] }
      right: { K: [500,0,320,0,500,240,0,0,1], D: [], R: [1,0,0,0,1,0,0,0,1] }
      R: [1,0,0,0,1,0,0,0,1]
      T: [-0.06, 0, 0]
      alpha: 1.5
  both:
    calibration: { model: pinhole, size: [640, 480], left: *eye, right: { K: [500,0,320,0,500,240,0,0,1], D: [], R: [1,0,0,0,1,0,0,0,1] }, R: [1,0,0,0,1,0,0,0,1], T: [-1, 0, 0] }
  nowhere:
    calibration: { model: pinhole, size: [640, 480], left: *eye, right: *eye, R: [1,0,0,0,1,0,0,0,1], T: [0, 0, 0] }
`,
    [
      'a.yaml:10:7  profiles.default.calibration.alpha  must be between -1 and 1 (got 1.5)',
      'a.yaml:12:114  profiles.both.calibration.right.R  stands together with calibration.R and T. R and T of the calibration give how the cameras stand: take those or these away',
      'a.yaml:14:103  profiles.nowhere.calibration.T  is zero: the cameras would be at one place',
    ],
  ],
  'a calibration of another shape': [
    `profiles:
  default:
    calibration:
      model: pinhole
      size: [640, 640]
      left: &eye { K: [500,0,320,0,500,240,0,0,1], D: [] }
      right: *eye
`,
    [
      "a.yaml:5:7  profiles.default.calibration.size  is 640x640, another shape than capture's 640x480: a calibration holds for every size of the same field of view, but not for another sensor mode. Capture with the same aspect, or calibrate this mode",
    ],
  ],
};

for (const [what, [yaml, lines]] of Object.entries(values)) {
  test(`a wrong value: ${what}`, async () => {
    assert.deepEqual(await complaints(yaml), lines);
  });
}

/** Texts that are no YAML, or not one mapping. */
const texts: Record<string, [text: string | Uint8Array, line: string]> = {
  'a key written twice': ['server: {}\nserver: {}\n', 'a.yaml:2:1  not YAML: this key is written twice'],
  'a tab': ['server:\n\tport: 1\n', 'a.yaml:2:1  not YAML: indent with spaces, not tabs'],
  'an open bracket': [
    'server: { port: 1\nstate_dir: x\n',
    'a.yaml:2:1  not YAML: a bracket or quote above is not closed, or this is indented too little',
  ],
  'an open quote': [
    'state_dir: "x\n',
    'a.yaml:2:1  not YAML: a bracket or quote above is not closed, or this is indented too little',
  ],
  'a colon too many': ['a: b: c\n', 'a.yaml:1:5  not YAML: this is indented or quoted wrongly'],
  'an alias of nothing': ['server: *nobody\n', 'a.yaml:1:10  not YAML: unidentified alias "nobody"'],
  'an alias of itself': ['server: &s { tls: *s }\n', 'a.yaml:1:19  *s stands inside what it names'],
  'a second document': [
    'server: {}\n---\nserver: {}\n',
    'a.yaml:3:1  there is a second document (---) in this file; one is expected',
  ],
  'a list': ['- a\n- b\n', 'a.yaml:1:1  must be a mapping: lines of the form "key: value"'],
  'a word': ['hello\n', 'a.yaml:1:1  must be a mapping: lines of the form "key: value"'],
  'a mapping as a key': ['? { a: 1 }\n: 2\n', 'a.yaml:1:1  not YAML: a key must be a plain word'],
  'an unknown tag': ['server: !js/function x\n', 'a.yaml:1:9  not YAML: unknown scalar tag !<!js/function>'],
  'bytes that are no text': [new Uint8Array([0x61, 0x3a, 0x20, 0xff, 0xfe]), 'a.yaml  is not UTF-8 text'],
  'a null byte': ['server: \0\n', 'a.yaml:1:9  not YAML: null byte is not allowed in input'],
  'a deep hole': ['['.repeat(5000), 'a.yaml:1:100  not YAML: nesting exceeded maxDepth (100)'],
  'aliases that unfold to a billion': [
    Array.from(
      { length: 12 },
      (_, i) =>
        `a${i}: &a${i} [${
          i === 0
            ? 'x'
            : Array(10)
                .fill(`*a${i - 1}`)
                .join(', ')
        }]`,
    ).join('\n'),
    'a.yaml:1:1  its aliases unfold to more than 100000 values',
  ],
};

for (const [what, [text, line]] of Object.entries(texts)) {
  test(`a wrong text: ${what}`, async () => {
    assert.deepEqual(await complaints({ 'a.yaml': text }), [line]);
  });
}

test('files that cannot be read, all of them at once', async () => {
  const lines = await complaints(
    { 'a.yaml': 'x: [\n', 'folder/b.yaml': '' },
    { config: ['none.yaml', 'a.yaml', 'folder'] },
  );
  assert.deepEqual(lines, [
    'none.yaml  no such file',
    'a.yaml:2:1  not YAML: a bracket or quote above is not closed, or this is indented too little',
    'folder  is a folder, not a file',
  ]);
});

test('a fault is where it is written: through anchors, merge keys, several files', async () => {
  const files = {
    'a.yaml': `profiles:
  default: &base
    capture: { fps: 500 }
    layout: sbs
  night:
    <<: *base
    layout: both
`,
    'b.yaml': '# later files win\nprofiles:\n  night:\n    capture:\n      width: 1\n',
  };
  assert.deepEqual(await complaints(files, { config: ['a.yaml', 'b.yaml'] }), [
    'a.yaml:3:16  profiles.default.capture.fps  must be between 1 and 240 Hz (got 500)',
    'a.yaml:7:5  profiles.night.layout  must be one of auto, sbs, tab, twin, mono (got "both")',
    'b.yaml:5:7  profiles.night.capture.width  must be between 64 and 8192 px (got 1)',
  ]);
});

test('a later file mends an earlier one, and null brings the default back', async () => {
  const files = { 'a.yaml': 'server: { port: x, host: 5 }\n', 'b.yaml': 'server: { port: 0, host: null }\n' };
  assert.deepEqual(await complaints(files, { config: ['a.yaml', 'b.yaml'] }), []);
});

test('a byte order mark and Windows line ends do not move the places', async () => {
  const yaml = '\uFEFFserver:\r\n  port: 0\r\n  hots: a\r\n';
  assert.deepEqual(await complaints(yaml), ['a.yaml:3:3  server.hots  unknown key, did you mean "host"?']);
});

/** One `--set`, and what is said about it. */
const settings: Record<string, string | undefined> = {
  'profile.encode.bitrate_mbps=8': undefined,
  'profile.encode.bitrate_mbps=900':
    '--set profile.encode.bitrate_mbps=900  profiles.default.encode.bitrate_mbps  must be between 0.1 and 200 Mbit/s (got 900)',
  'profile.encode.bitrat_mbps=8':
    '--set profile.encode.bitrat_mbps=8  profiles.default.encode.bitrat_mbps  unknown key, did you mean "bitrate_mbps"?',
  'sever.port=0': '--set sever.port=0  sever  unknown key, did you mean "server"?',
  'encode.mtu=1000': '--set encode.mtu=1000  encode  unknown key, did you mean "profiles.NAME.encode"?',
  'server.port': '--set server.port  must read KEY=VALUE with a dotted KEY, e.g. profile.encode.bitrate_mbps=8',
  '=3': '--set =3  must read KEY=VALUE with a dotted KEY, e.g. profile.encode.bitrate_mbps=8',
  'server..port=3': '--set server..port=3  must read KEY=VALUE with a dotted KEY, e.g. profile.encode.bitrate_mbps=8',
  'server.port=[3': '--set server.port=[3  server.port  not YAML: a bracket is not closed',
  'profile=night': '--set profile=night  a profile is chosen with --profile NAME; a setting of it is profile.KEY',
  'server=3': '--set server=3  server  must be a mapping of host, port, origins, tls, auth, ice, priority (got 3)',
  '__proto__.x=3': '--set __proto__.x=3  __proto__  unknown key; there are profiles, server, state_dir',
};

for (const [setting, line] of Object.entries(settings)) {
  test(`--set ${setting}`, async () => {
    assert.deepEqual(await complaints('', { set: [setting] }), line === undefined ? [] : [line]);
  });
}

test('faults between a file and --set are told where the last word was said', async () => {
  const lines = await complaints('profiles: { default: { encode: { qp_max: 20 } } }\n', {
    set: ['profile.encode.qp_min=30', 'server.tls.mode=files'],
  });
  assert.deepEqual(lines, [
    '--set profile.encode.qp_min=30  profiles.default.encode.qp_min  must not be above qp_max (got 30 above 20)',
    '--set server.tls.mode=files  server.tls.cert  is missing: the certificate chain (PEM), which tls mode files needs',
    '--set server.tls.mode=files  server.tls.key  is missing: the private key (PEM), which tls mode files needs',
  ]);
});

test('an unknown profile', async () => {
  const lines = await complaints('profiles: { rover: {}, night: {} }\n', { profile: 'rovr' });
  assert.deepEqual(lines, ['--profile rovr  no such profile, did you mean "rover"? (there are rover, night)']);
});
