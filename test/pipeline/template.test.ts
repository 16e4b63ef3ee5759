import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { debianPackage } from '../../src/pipeline/debian-packages.js';
import { ownElements } from '../../src/pipeline/own-elements.js';
import { graphText } from '../../src/pipeline/text.js';
import { fill, loadTemplate, parseTemplate } from '../../src/pipeline/template.js';
import { templateKinds } from '../../src/pipeline/template-header.js';
import { elementsNeeded } from '../../src/pipeline/templates.js';
import { planOn, softwareGl, templates } from './machines.js';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'binocle-templates-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const header = '---\nstage: source\nsummary: A test.\nneeds: [videotestsrc]\n---\n';
const template = (body: string) => parseTemplate(header + body, '/t/mine.gst');

test('values are quoted where that is needed, launch text goes in as it is, lines without their value are left out', () => {
  const body = '# a comment\nfilesrc location=${path}\n  blocksize=${size}\n  ${more}\n! fakesink name=${eye}_sink\n';
  assert.equal(
    fill(template(body), { path: '/a b', size: undefined, more: 'x=1 y="2 3"', eye: 'left' }),
    'filesrc location="/a b"\n  x=1 y="2 3"\n! fakesink name=left_sink',
  );
});

test('a value may be the content of several files, one after the other', () => {
  assert.equal(
    fill(template('glshader fragment=${file:lens,shader}'), { lens: '/a b.glsl', shader: "/it's.frag" }),
    `glshader fragment="$(cat '/a b.glsl' '/it'\\''s.frag')"`,
  );
});

test('a parameter that nobody knows is an error that names file and parameter', () => {
  assert.throws(
    () => fill(template('videotestsrc pattern=${patern}'), { pattern: 1 }),
    /\/t\/mine\.gst: no parameter patern; known are pattern/,
  );
});

test('wrong headers are refused with file and key', () => {
  assert.throws(() => parseTemplate('videotestsrc', '/t/x.gst'), /\/t\/x\.gst:1:1 .*starts with a header/);
  assert.throws(() => parseTemplate('---\nstage: sauce\nsummary: x\nneeds: []\n---\na', '/t/x.gst'), /header\.stage/);
  assert.throws(() => parseTemplate(`${header.replace('needs', 'neds')}a`, '/t/x.gst'), /needs[\s\S]*neds/);
  assert.throws(() => parseTemplate('---\n{\n---\na', '/t/x.gst'), /not YAML/);
  assert.throws(() => template('  \n'), /nothing follows/);
  assert.throws(() => loadTemplate('nosuch', 'encode'), /no encode template "nosuch"/);
});

test('every template of the package is whole, and every element it needs has a Debian package but our own', () => {
  for (const kind of templateKinds) assert.ok(templates.of(kind).length > 0, kind);
  for (const element of [...elementsNeeded(templates)].filter((name) => !ownElements.has(name)))
    assert.notEqual(debianPackage(element), null, element);
});

test('templates of the user’s, by path, stand beside those of the package', async () => {
  const camera = join(folder, 'my camera.gst');
  await writeFile(
    camera,
    `${header}videotestsrc name=\${eye}_source is-live=true pattern=pinwheel\n! video/x-raw,width=\${width},height=\${height},framerate=\${fps}\n`,
  );
  const encoder = join(folder, 'mine.gst');
  const shipped = loadTemplate('x264enc', 'encode');
  await writeFile(
    encoder,
    `---\nstage: encode\ncodec: h264\nsummary: Mine.\nneeds: [x264enc]\n---\n${shipped.body.replaceAll('zerolatency', 'fastdecode')}`,
  );
  const plan = await planOn(
    softwareGl,
    `cameras.left.source=${JSON.stringify(camera)}`,
    `encode.encoder=${JSON.stringify(encoder)}`,
  );
  assert.match(graphText(plan), /^videotestsrc name=left_source is-live=true pattern=pinwheel\n/);
  assert.match(graphText(plan), /tune=fastdecode/);
  assert.equal(plan.encoder, 'mine');
});
