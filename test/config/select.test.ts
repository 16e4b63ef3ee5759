import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { load } from 'js-yaml';
import { readFile } from 'node:fs/promises';
import { withDefaults, type SchemaNode } from '../../src/config/defaults.js';
import { editorSchema, editorSchemaText } from '../../src/config/editor-schema.js';
import { select, shippedConfiguration } from '../../src/config/select.js';
import { packagePath } from '../../src/paths.js';
import { configurationSchema } from '../../src/protocol/configuration.js';
import { complaints, selectIn, withFiles } from './folder.js';

const builtIn = withDefaults(configurationSchema as SchemaNode, { profiles: { default: {} } });

test('the shipped file says exactly the built-in defaults', async () => {
  assert.deepEqual(load(await readFile(shippedConfiguration, 'utf8')), builtIn);
});

test('the shipped file speaks of every key that the schema has', async () => {
  const text = await readFile(shippedConfiguration, 'utf8');
  const keys = (node: SchemaNode): string[] =>
    [node, ...(node.anyOf ?? [])].flatMap(({ properties, additionalProperties }) => [
      ...Object.keys(properties ?? {}),
      ...Object.values(properties ?? {}).flatMap(keys),
      ...(typeof additionalProperties === 'object' ? keys(additionalProperties) : []),
    ]);
  const unsaid = keys(configurationSchema as SchemaNode).filter((key) => !new RegExp(`\\b${key}:`).test(text));
  assert.deepEqual(unsaid, []);
});

test('the schema for editors is the one that the program has', async () => {
  const committed = await readFile(packagePath('config', 'camera_profiles.schema.json'), 'utf8');
  assert.equal(committed, editorSchemaText(), 'out of date: node dist/src/config/write-editor-schema.js');
});

test('the schema for editors accepts the shipped file and a short one, and refuses a slip', async () => {
  const accepts = new Ajv({ strict: true, allowUnionTypes: true }).compile(editorSchema() as object);
  assert.ok(accepts(load(await readFile(shippedConfiguration, 'utf8'))), JSON.stringify(accepts.errors));
  assert.ok(accepts({ profiles: { rover: { capture: { width: 1280 } } } }), JSON.stringify(accepts.errors));
  assert.ok(!accepts({ profiles: { rover: { capture: { widht: 1280 } } } }));
  assert.ok(!accepts({ profiles: { rover: { calibration: { left: { K: [] } } } } }));
});

test('without a file the shipped one is used, and ~ is the home directory', async () => {
  const { configuration, profileName, profile, files } = await select({});
  assert.equal(profileName, 'default');
  assert.equal(profile, configuration.profiles['default']);
  assert.deepEqual(files, [shippedConfiguration]);
  assert.equal(configuration.state_dir, join(homedir(), '.local/state/binocle'));
});

test('an empty file, and one of comments, is the defaults', async () => {
  const everything = await select({});
  for (const text of ['', '# nothing\n', '---\n', 'profiles:\n', 'profiles:\n  default:\n', 'server:\n', '{}']) {
    await withFiles({ 'a.yaml': text }, async (folder) => {
      assert.deepEqual((await selectIn(folder)).configuration, everything.configuration, JSON.stringify(text));
    });
  }
});

test('later files win key by key, --set wins over files, the later --set over the earlier', async () => {
  const files = {
    'a.yaml': 'profiles: { default: { encode: { bitrate_mbps: 1, mtu: 1000 }, layout: tab } }\n',
    'b.yaml': 'profiles: { default: { encode: { bitrate_mbps: 2 } } }\n',
  };
  await withFiles(files, async (folder) => {
    const set = ['profile.layout=twin', 'profiles.default.encode.gop_frames=10', 'profile.layout=mono'];
    const { profile } = await selectIn(folder, { config: ['a.yaml', 'b.yaml'], set });
    const { bitrate_mbps, mtu, gop_frames } = profile.encode;
    assert.deepEqual({ bitrate_mbps, mtu, gop_frames }, { bitrate_mbps: 2, mtu: 1000, gop_frames: 10 });
    assert.equal(profile.layout, 'mono');
  });
});

test('values of --set are YAML, up to the last =', async () => {
  await withFiles({ 'a.yaml': '' }, async (folder) => {
    const set = [
      'profile.cameras.left.launch=videotestsrc is-live=true ! video/x-raw,width=640',
      'profile.cameras.left.controls={exposure-time: 8000, af-mode: manual}',
      'profile.rate.playout_delay=off',
      'server.ice.stun=stun://a:1',
      'server.ice.stun=',
    ];
    const { profile, configuration } = await selectIn(folder, { set });
    const { launch, controls } = profile.cameras.left;
    assert.equal(launch, 'videotestsrc is-live=true ! video/x-raw,width=640');
    assert.deepEqual(controls, { 'exposure-time': 8000, 'af-mode': 'manual' });
    assert.equal(profile.rate.playout_delay, 'off');
    assert.equal(configuration.server.ice.stun, null);
  });
});

test('the profile: the one asked for, else default, else the first; profile. means it', async () => {
  const files = {
    'a.yaml': 'profiles: { rover: {}, night: {} }\n',
    'b.yaml': 'profiles: { rover: {}, default: {} }\n',
  };
  await withFiles(files, async (folder) => {
    assert.equal((await selectIn(folder)).profileName, 'rover');
    assert.equal((await selectIn(folder, { config: ['b.yaml'] })).profileName, 'default');
    const night = await selectIn(folder, { profile: 'night', set: ['profile.layout=mono'] });
    assert.deepEqual([night.profileName, night.profile.layout], ['night', 'mono']);
    assert.equal(night.configuration.profiles['rover']!.layout, 'auto');
    assert.equal((await selectIn(folder, { profile: 'new', set: ['profiles.new.layout=tab'] })).profile.layout, 'tab');
  });
});

test('a relative path starts where it is written, one of --set in the working directory', async () => {
  const files = {
    'a.yaml':
      'profiles: { default: { cameras: { left: { path: l }, right: { path: ~/r } }, encode: { encoder: ./e.gst } } }\n',
    'e.gst': '',
    's.gst': '',
    'sub/b.yaml': 'server: { tls: { mode: files, cert: c.pem, key: /k.pem } }\nstate_dir: state\n',
  };
  await withFiles(files, async (folder) => {
    const set = [
      `profile.cameras.left.source=${relative(process.cwd(), folder)}/s.gst`,
      'profile.cameras.right.source=v4l2',
    ];
    const { profile, configuration } = await selectIn(folder, { config: ['a.yaml', 'sub/b.yaml'], set });
    const { left, right } = profile.cameras;
    assert.deepEqual(
      [left.path, right.path, left.source, right.source, profile.encode.encoder],
      [join(folder, 'l'), join(homedir(), 'r'), join(folder, 's.gst'), 'v4l2', join(folder, 'e.gst')],
    );
    const { tls } = configuration.server;
    assert.deepEqual(
      [tls.cert, tls.key, configuration.state_dir],
      [join(folder, 'sub/c.pem'), '/k.pem', join(folder, 'sub/state')],
    );
  });
});

const pinhole = `model: pinhole
size: [640, 480]
left: { K: [500, 0, 320, 0, 500, 240, 0, 0, 1], D: [-0.2, 0.1, 0, 0] }
right: { K: [501, 0, 320, 0, 501, 240, 0, 0, 1], D: [] }
`;
const named = 'profiles:\n  default:\n    calibration:\n      file: rigs/one.yaml\n';

test('a calibration file takes the place that names it', async () => {
  await withFiles({ 'a.yaml': named, 'rigs/one.yaml': pinhole }, async (folder) => {
    const { profile, calibrationFile } = await selectIn(folder);
    assert.equal(calibrationFile, join(folder, 'rigs/one.yaml'));
    assert.deepEqual(profile.calibration, load(pinhole));
  });
});

/** What is wrong with, or around, a calibration file. */
const calibrations: Record<string, [files: Record<string, string>, lines: string[]]> = {
  'that is not there': [
    { 'a.yaml': named },
    ['a.yaml:4:7  profiles.default.calibration.file  rigs/one.yaml: no such file'],
  ],
  'that is no YAML': [
    { 'a.yaml': named, 'rigs/one.yaml': 'model: pinhole\nsize: [1\n' },
    [
      'a.yaml:4:7  profiles.default.calibration.file  rigs/one.yaml:3:1: not YAML: a bracket or quote above is not closed, or this is indented too little',
    ],
  ],
  'with faults, told in that file': [
    {
      'a.yaml': `${named}    layout: x\n`,
      'rigs/one.yaml': `%YAML 1.2\n---\n${pinhole.replace('-0.2', '.nan').replace('right:', 'rigth:')}`,
    },
    [
      'a.yaml:5:5  profiles.default.layout  must be one of auto, sbs, tab, twin, mono (got "x")',
      'rigs/one.yaml:5:53  left.D.0  must be a number (got NaN)',
      'rigs/one.yaml:6:1  rigth  unknown key, did you mean "right"?',
    ],
  ],
  'with a wrong number of coefficients': [
    { 'a.yaml': named, 'rigs/one.yaml': pinhole.replace('D: []', 'D: [1]') },
    ['rigs/one.yaml:4:50  right.D  must have 0, 4, 5 or 8 coefficients with model pinhole (got 1)'],
  ],
  'without a model': [
    { 'a.yaml': named, 'rigs/one.yaml': '' },
    ['rigs/one.yaml:1:1  model  is missing: pinhole, fisheye or none'],
  ],
  'beside inline values': [
    { 'a.yaml': `${named}      model: none\n`, 'rigs/one.yaml': pinhole },
    [
      'a.yaml:4:7  profiles.default.calibration.file  stands together with model: give a file, or the values themselves',
    ],
  ],
};

for (const [what, [files, lines]] of Object.entries(calibrations)) {
  test(`a calibration file ${what}`, async () => {
    assert.deepEqual(await complaints(files), lines);
  });
}
