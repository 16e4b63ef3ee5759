import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from '../../src/engine/gst/parse.js';
import { elementNamed } from '../../src/engine/gst/pipeline.js';
import {
  chains,
  elementsOf,
  formatAtEnd,
  quoteValue,
  referenceToFiles,
  shellWord,
  words,
} from '../../src/pipeline/launch-syntax.js';
import { forParser, graphText, launchCommand } from '../../src/pipeline/text.js';
import { calibrated, planOn, softwareGl } from './machines.js';

const run = promisify(execFile);
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'binocle-syntax-'));
});
after(() => rm(folder, { recursive: true, force: true }));

/** What may stand in the name of a folder. */
const nasty = [
  'plain',
  'two words',
  "it's",
  'say "hello"',
  'both "\' of them',
  '$HOME and `ls` and $(id)',
  'bang! !! ! it',
  'back\\slash in it',
  'back\\ before space',
  'semi;colon & | < > ( ) { a,b } [x] * ? ~ #',
  'Kamera links – 左目 👁',
  "-q 'x' = name=y",
  'tab\there',
  '%06d',
];

test('a value reaches a property unharmed, through gst_parse_launch and through bash and gst-launch-1.0', async () => {
  for (const [index, name] of nasty.entries()) {
    const directory = join(folder, String(index), name);
    await mkdir(directory, { recursive: true });
    const path = join(directory, 'file');
    await writeFile(path, 'content');
    const text = `filesrc name=source location=${quoteValue(path)} ! fakesink`;

    const pipeline = parse(forParser(text));
    assert.equal((elementNamed(pipeline, 'source') as unknown as { location: string }).location, path);

    const line = `gst-launch-1.0 -q ${words(text).map(shellWord).join(' ')}`;
    await run('bash', ['-c', line]);
  }
});

test('launch fragments of the user’s mean the same in the engine and in the printed line', async () => {
  const fragments = [
    'fakesrc name=source num-buffers=1 ! fakesink name="a b"',
    "filesrc name=source location='/dev/null' ! fakesink name='a b'",
    'filesrc location=/dev/null ! fakesink name=a\\ b',
    'videotestsrc num-buffers=1 ! video/x-raw, format=(string){ YUY2, I420 }, width=(int)[ 16, 320 ] ! fakesink name="a b"',
    'videotestsrc num-buffers=1 ! capsfilter caps="video/x-raw, width=320" ! fakesink name="a b"',
    'videotestsrc num-buffers=1\n  pattern=red ! "video/x-raw(memory:SystemMemory)" ! fakesink name="a b"',
  ];
  for (const fragment of fragments) {
    const written = words(fragment).join(' ');
    const pipeline = parse(forParser(written));
    assert.equal(elementNamed(pipeline, 'a b') === null, false, fragment);
    await run('bash', ['-c', `gst-launch-1.0 -q ${words(written).map(shellWord).join(' ')}`]);
  }
});

test('bash expands the printed line to exactly what the engine parses', async () => {
  const launch = `cameras.left.launch=${JSON.stringify("videotestsrc is-live=true name='a b' ! video/x-raw, format={ I420, NV12 }")}`;
  for (const settings of [[], [calibrated], [calibrated, 'layout=twin'], [launch, 'cameras.right.source=sim']]) {
    const plan = await planOn(softwareGl, ...settings);
    const line = launchCommand(plan).replace(/^.*gst-launch-1\.0/s, 'printf "%s\\0"');
    const { stdout } = await run('bash', ['-c', line]);
    const joined = stdout.split('\0').slice(0, -1).map(escapedBySpaces).join(' ');
    assert.equal(joined, forParser(graphText(plan)));
    assert.ok(settings.length === 0 || joined.length > 100);
  }
});

/** What gst-launch-1.0 does with each argument (`_gst_parse_escape` of gstparse.c). */
function escapedBySpaces(argument: string): string {
  let inQuotes = false;
  let escaped = '';
  for (const [index, character] of Array.from(argument).entries()) {
    if (character === '"' && (!inQuotes || argument[index - 1] !== '\\')) inQuotes = !inQuotes;
    escaped += character === ' ' && !inQuotes ? '\\ ' : character;
  }
  return escaped;
}

test('a file whose name has a quote is read by both', async () => {
  const path = join(folder, "it's a shader.frag");
  await writeFile(path, 'void main() {\n}\n');
  const lens = join(folder, 'a lens.glsl');
  await writeFile(lens, 'float lens();\n');
  for (const [paths, content] of [
    [[path], 'void main() {\n}'],
    [[lens, path], 'float lens();\nvoid main() {\n}'],
  ] as const) {
    const word = `fragment=${referenceToFiles(paths)}`;
    assert.equal(forParser(word), `fragment="${content}"`);
    const { stdout } = await run('bash', ['-c', `printf %s ${shellWord(word)}`]);
    assert.equal(stdout, `fragment="${content}"`);
  }
});

test('what cannot be written is refused, not mangled', () => {
  assert.throws(() => quoteValue('line\nbreak'), /line break/);
  assert.throws(() => quoteValue('space and end\\'), /backslash/);
  assert.throws(() => words('fakesink name="open'), /unbalanced/);
});

test('chains and elements of a fragment', () => {
  assert.deepEqual(
    elementsOf(
      'v4l2src device="/dev/my ! cam" ! video/x-raw, format={ YUY2, I420 } ! tee name=t t. ! queue ! mixer.sink_0 t. ! fakesink',
    ),
    ['v4l2src', 'tee', 'queue', 'fakesink'],
  );
  const [first, second] = chains('a x=1 ! video/x-raw,width=3 ! b b2. ! c');
  assert.deepEqual(
    first!.map(({ element, kind }) => [element, kind]),
    [
      ['a', 'element'],
      ['video/x-raw,width=3', 'caps'],
      ['b', 'element'],
    ],
  );
  assert.equal(second![0]!.kind, 'reference');
});

test('the format that a fragment ends in, where it says one', () => {
  const said = {
    'videotestsrc ! video/x-raw,format=I420': 'I420',
    'shmsrc ! video/x-raw, width=640, format=(string)NV12, height=480': 'NV12',
    'videotestsrc ! video/x-raw,format=I420 ! videoflip': undefined,
    'videotestsrc ! video/x-raw,width=640': undefined,
    'videotestsrc ! video/x-raw,format=(string){ I420, NV12 }': undefined,
    'videotestsrc ! video/x-raw,format=I420;video/x-raw,format=NV12': undefined,
    'videotestsrc ! video/x-raw(memory:GLMemory),format=RGBA': undefined,
    videotestsrc: undefined,
    '': undefined,
  };
  for (const [text, format] of Object.entries(said)) assert.equal(formatAtEnd(text), format, text);
});
