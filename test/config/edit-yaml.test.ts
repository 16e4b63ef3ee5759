import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { editYaml } from '../../src/config/edit-yaml.js';
import { isMapping, valueAt, withValue } from '../../src/config/merge.js';
import { shippedConfiguration } from '../../src/config/select.js';
import { parseYaml } from '../../src/config/yaml.js';
import { BinocleError } from '../../src/protocol/errors.js';
import { random } from '../calibration/cases.js';

type Case = [name: string, before: string, path: string, value: unknown, after: string];

const K = [520.5, 0, 320, 0, 520.5, 240, 0, 0, 1];

const values: Case[] = [
  ['a number', 'a: 1\nb: 2\n', 'a', 640, 'a: 640\nb: 2\n'],
  ['blanks and comment stay', 'a:   1   # px\n', 'a', 2, 'a:   2   # px\n'],
  ['no final line break', 'a: 1', 'a', 2, 'a: 2'],
  ['double quotes stay', 'a: "x" # c\n', 'a', "it's", 'a: "it\'s" # c\n'],
  ['single quotes stay', "a: 'x'\n", 'a', "it's", "a: 'it''s'\n"],
  ['quotes where needed', 'a: x\n', 'a', 'no: 1', "a: 'no: 1'\n"],
  ['a text that looks like a number', 'a: x\n', 'a', '1e3', "a: '1e3'\n"],
  ['quotes go with the text', "a: '1'\n", 'a', 1, 'a: 1\n'],
  ['several lines', 'a: x\n', 'a', 'x\ny', 'a: "x\\ny"\n'],
  ['true, null, list', 'a: x\n', 'a', [true, null, 'b'], 'a: [true, null, b]\n'],
  ['small numbers', 'a: 1\n', 'a', [1e-7, -0, 1e21, Infinity], 'a: [1e-7, -0, 1e+21, .inf]\n'],
  ['a tag goes, the old value was meant', 'a: !!str 1\n', 'a', 2, 'a: 2\n'],
  ['carriage returns', 'a: 1\r\nb: 2 # c\r\n', 'b', 3, 'a: 1\r\nb: 3 # c\r\n'],
  ['a byte order mark', '\uFEFFa: 1\n', 'a', 2, '\uFEFFa: 2\n'],
  ['markers', '%YAML 1.2\n---\na: 1\n...\n', 'a', 2, '%YAML 1.2\n---\na: 2\n...\n'],
  ['between brackets', 'a: { b: 1, c: {d: 2} } # c\n', 'a.c.d', 'x, y', "a: { b: 1, c: {d: 'x, y'} } # c\n"],
  ['one number of a matrix', 'K: [1, 2,\n    3, 4]\n', 'K', [1, 2, 5, 4], 'K: [1, 2,\n    5, 4]\n'],
  ['a list of another length', 'K: [1, 2,\n    3] # c\n', 'K', [1], 'K: [1] # c\n'],
  ['an item of a block list', 'l:\n- a # 1\n- b\n', 'l.0', 'c', 'l:\n- c # 1\n- b\n'],
  ['a mapping in a block list', 'l:\n  - a: 1\n    b: 2\n', 'l.0.b', 3, 'l:\n  - a: 1\n    b: 3\n'],
  ['a block list by another', 'l:\n  - a\n  - b\nm: 1\n', 'l', ['c'], 'l: [c]\nm: 1\n'],
  ['a literal block', 'a: |\n  x\n  y\n\nb: 1\n', 'a', 'z', 'a: z\n\nb: 1\n'],
  ['a folded block with what it keeps', 'a: >+\n  x\n\nb: 1\n', 'a', 1, 'a: 1\nb: 1\n'],
  ['a plain text over lines', 'a: x\n  y\nb: 1\n', 'a', 'z', 'a: z\nb: 1\n'],
  ['nothing becomes something', 'a:\nb: 1\n', 'a', 5, 'a: 5\nb: 1\n'],
  ['nothing but a comment', 'a: # px\nb: 1\n', 'a', 5, 'a: 5 # px\nb: 1\n'],
  ['nothing between brackets', '{ a: , b }\n', 'a', 5, '{ a: 5 , b }\n'],
  ['a quoted key', '"a b": 1\n', 'a b', 2, '"a b": 2\n'],
  ['a key as a question', '? a\n: 1\nb: 2\n', 'a', 3, '? a\n: 3\nb: 2\n'],
  ['null is a value', 'a: 1\n', 'a', null, 'a: null\n'],
];

const shapes: Case[] = [
  ['a scalar becomes a matrix', 'a: 1 # c\n', 'a', K, 'a: [520.5, 0, 320, 0, 520.5, 240, 0, 0, 1] # c\n'],
  [
    'a scalar becomes a mapping',
    'p:\n    a: 1 # c\n    b: 2\n',
    'p.a',
    { x: { y: 1 }, K },
    'p:\n    a: # c\n        x:\n            y: 1\n        K: [520.5, 0, 320, 0, 520.5, 240, 0, 0, 1]\n    b: 2\n',
  ],
  ['a mapping becomes a scalar', 'a: # c\n  # d\n  x: 1\n  y: 2 # e\nb: 1\n', 'a', 5, 'a: 5 # c\nb: 1\n'],
  ['a mapping becomes a list', 'a:\n  x: 1\nb: 1\n', 'a', [1], 'a: [1]\nb: 1\n'],
  ['a list becomes a mapping', 'a: # c\n  - 1\n  - 2\nb: 1\n', 'a', { x: 1 }, 'a: # c\n  x: 1\nb: 1\n'],
  ['null becomes a mapping', 'a: null # c\nb: 1\n', 'a.x', 1, 'a: # c\n  x: 1\nb: 1\n'],
  ['an empty mapping gets deep content', 'a: {}\n', 'a', { x: { y: 1 } }, 'a:\n  x:\n    y: 1\n'],
  [
    'what is equal in a mapping stays',
    'a:\n  x: 0x10 # c\n  y: 1\n',
    'a',
    { x: 16, z: 1 },
    'a:\n  x: 0x10 # c\n  z: 1\n',
  ],
  ['a scalar on the way makes room', 'a: 5\n', 'a.b.c', 1, 'a:\n  b:\n    c: 1\n'],
];

const additions: Case[] = [
  ['last in its mapping', 'p:\n  a: 1 # c\n# d\nq: 1\n', 'p.b', 2, 'p:\n  a: 1 # c\n  b: 2\n# d\nq: 1\n'],
  ['below all that belongs to the last', 'p:\n  a:\n    x: 1\nq: 1\n', 'p.b', 2, 'p:\n  a:\n    x: 1\n  b: 2\nq: 1\n'],
  ['after a literal block', 'p:\n  a: |\n    x\n\n\nq: 1\n', 'p.b', 2, 'p:\n  a: |\n    x\n  b: 2\n\n\nq: 1\n'],
  ['after what a block keeps', 'a: |+\n  x\n\n', 'b', 2, 'a: |+\n  x\n\nb: 2\n'],
  ['after a key of no value', 'a: # c\n', 'b', 2, 'a: # c\nb: 2\n'],
  ['no final line break', 'a: 1', 'b', 2, 'a: 1\nb: 2'],
  ['with the indentation of the mapping', 'p:\n      a: 1\n', 'p.b', 2, 'p:\n      a: 1\n      b: 2\n'],
  ['with its line breaks', 'a: 1\r\n', 'b.c', 2, 'a: 1\r\nb:\r\n  c: 2\r\n'],
  ['in an item of a list', 'l:\n  - a: 1\n  - a: 2\n', 'l.0.b', 3, 'l:\n  - a: 1\n    b: 3\n  - a: 2\n'],
  ['between brackets', 'a: { b: 1 } # c\n', 'a.c', 2, 'a: { b: 1, c: 2 } # c\n'],
  ['between tight brackets', 'a: {b: 1}\n', 'a.c', { d: [1] }, 'a: {b: 1, c: { d: [1] }}\n'],
  ['between brackets over lines', 'a: {\n  b: 1, # c\n  }\n', 'a.c', 2, 'a: {\n  b: 1, c: 2, # c\n  }\n'],
  ['between brackets of nothing', 'a: {} # c\n', 'a.c', 2, 'a: { c: 2 } # c\n'],
  ['below a key of nothing', 'a: # c\n  # d\nb: 1\n', 'a.x', 1, 'a: # c\n  x: 1\n  # d\nb: 1\n'],
  ['missing parents', 'a:\n   b: 1\n', 'p.q.r', 1, 'a:\n   b: 1\np:\n   q:\n      r: 1\n'],
  ['a key that needs quotes', 'a: 1\n', 'x: y', 2, "a: 1\n'x: y': 2\n"],
  ['a key that looks like something else', 'a: 1\n', 'null', 2, "a: 1\n'null': 2\n"],
  ['to an empty file', '', 'a.b', 1, 'a:\n  b: 1\n'],
  ['to comments', '# only this', 'a', 1, '# only this\na: 1\n'],
  ['to an empty mapping', '# c\n{}\n# d\n', 'a.b', 1, '# c\na:\n  b: 1\n# d\n'],
  ['to null', '--- ~ # c\n', 'a', 1, '--- { a: 1 } # c\n'],
  ['to an empty document', '# c\n---\n# d\n...\n', 'a', 1, '# c\n---\n# d\na: 1\n...\n'],
  ['before the end of a document', '---\na: 1\n... # end\n', 'b', 2, '---\na: 1\nb: 2\n... # end\n'],
  ['to a byte order mark', '\uFEFF', 'a', 1, '\uFEFFa: 1\n'],
];

const removals: Case[] = [
  ['with its line', 'a: 1\nb: 2 # c\nc: 3\n', 'b', undefined, 'a: 1\nc: 3\n'],
  ['with all below it', 'a: 1\nb:\n  x: 1\n  y:\n    - 2 # c\nc: 3\n', 'b', undefined, 'a: 1\nc: 3\n'],
  ['comments above stay', '# a\na: 1\n# b\nb: 2\n', 'b', undefined, '# a\na: 1\n# b\n'],
  ['the last of a mapping', 'p:\n  # d\n  a: 1\nq: 2\n', 'p.a', undefined, 'p: {}\n  # d\nq: 2\n'],
  ['the last of all', '# c\na: 1\n', 'a', undefined, '# c\n'],
  ['no final line break', 'a: 1\nb: 2', 'b', undefined, 'a: 1\n'],
  ['first between brackets', 'a: { b: 1, c: 2 }\n', 'a.b', undefined, 'a: { c: 2 }\n'],
  ['last between brackets', 'a: { b: 1, c: 2 }\n', 'a.c', undefined, 'a: { b: 1 }\n'],
  ['alone between brackets', 'a: { b: 1 } # c\n', 'a.b', undefined, 'a: {} # c\n'],
  ['a line between brackets', 'a: {\n  b: 1, # b\n  c: 2 # c\n  }\n', 'a.c', undefined, 'a: {\n  b: 1, # b\n  }\n'],
  ['first of an item', 'l:\n  - a: 1\n    b: 2\n', 'l.0.a', undefined, 'l:\n  - b: 2\n'],
  ['only one of an item', 'l:\n  - a: 1\n', 'l.0.a', undefined, 'l:\n  - {}\n'],
  ['what is not there', 'a: 1\n', 'b.c', undefined, 'a: 1\n'],
  ['a literal block', 'a: |\n  x\n\n  y\nb: 1\n', 'a', undefined, 'b: 1\n'],
  ['carriage returns', 'a: 1\r\nb: 2\r\n', 'a', undefined, 'b: 2\r\n'],
];

const shared: Case[] = [
  ['an alias is replaced where it stands', 'a: &w 640\nb: *w # c\n', 'b', 320, 'a: &w 640\nb: 320 # c\n'],
  ['who named the old value keeps it', 'a: &w 640 # c\nb: *w\nc: *w\n', 'a', 320, 'a: &w 320 # c\nb: 640\nc: 640\n'],
  ['an anchor nobody names stays', 'a: &w 640\n', 'a', 320, 'a: &w 320\n'],
  ['an anchor of nothing', 'a: &w\nb: *w\n', 'a', 1, 'a: &w 1\nb: null\n'],
  [
    'through an alias',
    'l: &c\n  source: v4l2\n  device: 1\nr: *c # d\n',
    'r.device',
    2,
    'l: &c\n  source: v4l2\n  device: 1\nr: { <<: *c, device: 2 } # d\n',
  ],
  [
    'below an anchor',
    'l: &c\n  source: v4l2\n  device: 1\nr: *c\n',
    'l.device',
    2,
    'l: &c\n  source: v4l2\n  device: 2\nr: { <<: *c, device: 1 }\n',
  ],
  [
    'a merged key becomes an own one',
    'd: &d { a: 1, b: 2 }\nn:\n  <<: *d\n  c: 3\n',
    'n.a',
    5,
    'd: &d { a: 1, b: 2 }\nn:\n  <<: *d\n  c: 3\n  a: 5\n',
  ],
  [
    'deep in a merged key',
    'd: &d\n  e: { x: 1, y: 2 }\nn:\n  <<: *d\n',
    'n.e.x',
    5,
    'd: &d\n  e: { x: 1, y: 2 }\nn:\n  <<: *d\n  e:\n    x: 5\n    y: 2\n',
  ],
  [
    'a merged key is changed where it comes from',
    'd: &d\n  a: 1\nn:\n  <<: *d\n',
    'd.a',
    5,
    'd: &d\n  a: 5\nn:\n  <<: *d\n  a: 1\n',
  ],
  [
    'a merged key that is to go is null',
    'd: &d { a: 1 }\nn:\n  <<: *d\n',
    'n.a',
    undefined,
    'd: &d { a: 1 }\nn:\n  <<: *d\n  a: null\n',
  ],
  [
    'a key that comes to an anchor is null elsewhere',
    'd: &d\n  a: 1\nn:\n  <<: *d\n',
    'd.b',
    5,
    'd: &d\n  a: 1\n  b: 5\nn:\n  <<: *d\n  b: null\n',
  ],
  ['an anchor that goes leaves its value', 'a: &w [1, x]\nb: *w\n', 'a', undefined, 'b: [1, x]\n'],
  ['so does one inside of what goes', 'a:\n  x: &w 1\n  y: 2\nb: *w\nc: *w\n', 'a', 7, 'a: 7\nb: 1\nc: 1\n'],
  ['and one that is merged', 'd: &d\n  a: 1\nn:\n  <<: *d\n  c: 3\n', 'd', undefined, 'n:\n  <<: { a: 1 }\n  c: 3\n'],
  [
    'an own key over a merged one',
    'd: &d { a: 1 }\nn: { <<: *d, a: 2 }\n',
    'd.a',
    3,
    'd: &d { a: 3 }\nn: { <<: *d, a: 2 }\n',
  ],
  ['an alias as an item', 'a: &w 1\nl: [*w, 2]\n', 'a', 3, 'a: &w 3\nl: [1, 2]\n'],
];

for (const [what, cases] of Object.entries({ values, shapes, additions, removals, shared })) {
  describe(what, () => {
    for (const [name, before, path, value, after] of cases) {
      test(name, () => assert.equal(editYaml(before, [{ path: path.split('.'), value }]), after));
    }
  });
}

describe('as a whole', () => {
  test('several changes at once', () => {
    const before = '# head\na: &w 1\nb: *w\nc: { d: 1 }\n';
    const after = '# head\na: &w 2\nb: *w\nc: { d: 1, e: [1] }\nf: x\n';
    const changes = [
      { path: ['a'], value: 2 },
      { path: ['b'], value: 2 },
      { path: ['c', 'e'], value: [1] },
      { path: ['f'], value: 'x' },
    ];
    assert.equal(editYaml(before, changes), after);
  });

  test('what is so already costs no byte', () => {
    const text = 'a: 0x10 # c\nb: "x"\nc: [ 1,2 ]\n';
    const changes = Object.entries({ a: 16, b: 'x', c: [1, 2] }).map(([key, value]) => ({ path: [key], value }));
    assert.equal(editYaml(text, changes), text);
  });

  test('the shipped configuration: one key, one line', async () => {
    const before = await readFile(shippedConfiguration, 'utf8');
    const after = editYaml(before, [{ path: ['profiles', 'default', 'encode', 'bitrate_mbps'], value: 8 }]);
    assert.deepEqual(linesOnlyIn(before, after), [
      '      bitrate_mbps: 4 # 0.1 to 200 Mbit/s for the whole picture that reaches the viewer, both eyes [hot]',
    ]);
    assert.deepEqual(linesOnlyIn(after, before), [
      '      bitrate_mbps: 8 # 0.1 to 200 Mbit/s for the whole picture that reaches the viewer, both eyes [hot]',
    ]);
  });
});

describe('what cannot be', () => {
  test('an item that a list does not have', () => {
    refused('l: [1, 2]\n', ['l', '2'], 3, /^l\.2 cannot be changed: it is in a list of 2: change the list as a whole$/);
    refused('l: [1, 2]\n', ['l', '0'], undefined, /^l\.0 cannot be changed/);
    refused('l: [1, 2]\n', ['l', 'length'], 1, /^l\.length cannot be changed/);
  });
  test('a file that is no mapping', () => refused('- 1\n', ['a'], 1, /not a mapping/));
  test('a value that YAML does not have', () => refused('a: 1\n', ['a'], () => 1, /^a cannot be changed: a function/));
  test('a date', () => refused('a: 1\n', ['a'], new Date(0), /^a cannot be changed: a object/));
});

describe('random changes', () => {
  test('of the shipped configuration: only the lines of what changed', async () => {
    const text = await readFile(shippedConfiguration, 'utf8');
    const paths = leaves(parseYaml(text).value);
    const next = random(1);
    const pick = <T>(list: readonly T[]) => list[Math.floor(next(0, list.length))]!;
    const newValues = [
      1,
      -2.5,
      'x',
      'a: #b',
      '',
      true,
      null,
      [1, [2]],
      K,
      {},
      { k: 1 },
      { k: { l: ['m'] } },
      undefined,
    ];
    for (let round = 0; round < 300; round++) {
      const path = pick(paths);
      const value = pick(newValues);
      const after = editYaml(text, [{ path, value }]);
      assert.deepEqual(parseYaml(after).value, withValue(parseYaml(text).value, path, value));
      const gone = linesOnlyIn(text, after);
      assert.ok(gone.length <= 2, `${path.join('.')}: ${gone.join('\n')}`);
      assert.ok(
        gone.every((line) => line.includes(path.at(-1)!) || line.includes(path.at(-2)!)),
        gone.join('\n'),
      );
    }
  });

  test('there and back again', async () => {
    const text = await readFile(shippedConfiguration, 'utf8');
    const value = parseYaml(text).value;
    for (const path of leaves(value)) {
      const before = valueAt(value, path);
      const away = editYaml(text, [{ path, value: 'elsewhere' }]);
      assert.equal(editYaml(away, [{ path, value: before }]), text);
    }
  });

  test('of texts with everything in them', () => {
    const text = [
      '\uFEFF# head',
      'base: &base # shared',
      '  camera: &camera { source: v4l2, device: &n 1 } # flow',
      '  list: [ *n, 2 ]',
      '  text: |',
      '    line',
      '',
      'night:',
      '    <<: *base',
      '    camera: *camera',
      '    deep: { <<: [*camera], x: *n }',
      'items:',
      '- a: *n',
      '  b: &b',
      '- *b',
      '# tail',
      '',
    ].join('\r\n');
    const paths = leaves(parseYaml(text).value);
    const next = random(2);
    const pick = <T>(list: readonly T[]) => list[Math.floor(next(0, list.length))]!;
    for (let round = 0; round < 2000; round++) {
      const path = pick(paths);
      const cut = path.slice(0, Math.ceil(next(0, path.length)));
      const inList = Array.isArray(valueAt(parseYaml(text).value, cut));
      const at = next(0, 1) < 0.3 && !inList ? [...cut, 'new'] : cut;
      const inItem = Array.isArray(valueAt(parseYaml(text).value, at.slice(0, -1)));
      const value = pick([3, 'x', [1, 2], { q: 1 }, { q: { r: 2 } }, null, ...(inItem ? [] : [undefined])]);
      const whole = parseYaml(text).value;
      const wanted = withValue(whole, at, value);
      const after = editYaml(text, [{ path: at, value }]);
      assert.deepEqual(withoutNulls(parseYaml(after).value), withoutNulls(wanted), `${at.join('.')}\n${after}`);
      assert.ok(after.startsWith('\uFEFF# head\r\n') && after.endsWith('# tail\r\n'));
      assert.ok(!/[^\r]\n/.test(after));
    }
  });
});

function refused(text: string, path: string[], value: unknown, message: RegExp): void {
  assert.throws(
    () => editYaml(text, [{ path, value }]),
    (error) => error instanceof BinocleError && error.reason === 'bad-config' && message.test(error.message),
  );
}

/** Paths of everything that is no mapping or list with content. */
function leaves(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  const below = Array.isArray(value) || isMapping(value) ? Object.entries(value) : [];
  if (below.length === 0) return [path];
  return below.flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isMapping(value)) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutNulls(inner)]));
}

/** Lines of `a` that `b` has not, each as often as it has them less often. */
function linesOnlyIn(a: string, b: string): string[] {
  const left = b.split('\n');
  return a.split('\n').filter((line) => {
    const at = left.indexOf(line);
    if (at < 0) return true;
    left.splice(at, 1);
    return false;
  });
}
