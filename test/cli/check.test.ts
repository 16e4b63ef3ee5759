import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { drawAndCompare } from '../../src/cli/check/draw.js';
import type { Difference } from '../../src/cli/check/reference.js';
import { bodies, models, shippedSource, textOf } from '../../src/cli/check/shader-sources.js';
import { readFaults } from '../../src/cli/check/shaders.js';
import { withFiles } from '../config/folder.js';
import { binocle, program } from '../harness/binocle.js';

interface Report {
  ok: boolean;
  checks: { subject: string; name: string; verdict: string; detail: string; problems?: unknown[] }[];
}

async function check(...args: string[]): Promise<{ status: number | null; stderr: string; report: Report }> {
  const { status, stdout, stderr } = await binocle('check', '--json', ...args);
  assert.equal(stdout.split('\n').length, 2, `one line of JSON: ${stdout}`);
  return { status, stderr, report: JSON.parse(stdout) as Report };
}

test('check finds the package in order: its configuration, templates, graph and shaders', async () => {
  const { status, stderr, report } = await check();
  assert.deepEqual(
    report.checks.filter(({ verdict }) => verdict === 'failure'),
    [],
  );
  assert.deepEqual([status, report.ok, stderr], [0, true, '']);
  assert.deepEqual(
    [...new Set(report.checks.map(({ subject }) => subject))],
    ['configuration', 'template', 'graph', 'shader', 'picture'],
  );
});

test('check names what is wrong in files, each with its place, and looks at the rest all the same', async () => {
  const files = {
    'wrong.yaml': 'server: { port: -1 }\n',
    'right.yaml': 'profiles: { default: { layout: tab } }\n',
    'own.gst': '---\nstage: encode\nsumary: x\nneeds: []\n---\nx264enc\n',
    'own.frag': 'precision mediump float;\nvoid main() {\n  gl_FragColor = vec4(1.0, nothing);\n}\n',
  };
  await withFiles(files, async (folder) => {
    const paths = Object.keys(files).map((name) => join(folder, name));
    const { status, stderr, report } = await check(...paths);
    const verdicts = (subject: string) =>
      report.checks.filter((one) => one.subject === subject).map(({ name, verdict }) => [name, verdict]);
    assert.deepEqual([status, report.ok], [2, false]);
    const line = `${paths[0]}:1:11  server.port  must be between 0 and 65535 (got -1)`;
    assert.equal(stderr, `${line}\n`);
    assert.deepEqual(verdicts('configuration'), [
      [paths[0], 'failure'],
      [paths[1], 'ok'],
    ]);
    assert.deepEqual(verdicts('template').at(-1), [paths[2], 'failure']);
    assert.deepEqual(verdicts('graph'), [['default', 'ok']]);
    const shader = report.checks.at(-1)!;
    assert.deepEqual([shader.name, shader.verdict], [paths[3], 'failure']);
    assert.match(shader.detail, /own\.frag:3 {2}.*nothing/);
  });
});

test('check compiles the shaders in templates and in those they name, and says the line of the file', async () => {
  const header = '---\nstage: source\nsummary: Mine.\nneeds: [glshader]\n---\n';
  await withFiles({ 'half.frag': 'void main() {\n  gl_FragColor = vec4(missing);\n}\n' }, async (folder) => {
    const named = join(folder, 'named.gst');
    const inside = join(folder, 'inside.gst');
    const fragment = 'void main() {\n  gl_FragColor = vec3(1.0);\n}';
    await writeFile(
      named,
      `${header}gltestsrc name=\${eye}_source\n! glshader fragment="$(cat '${folder}/half.frag')"\n`,
    );
    await writeFile(inside, `${header}gltestsrc name=\${eye}_source\n! glshader fragment="${fragment}"\n`);
    const { status, report } = await check(named, inside);
    const shaders = report.checks.filter(({ subject, verdict }) => subject === 'shader' && verdict === 'failure');
    assert.deepEqual([status, shaders.length], [2, 2]);
    assert.match(shaders[0]!.detail, /half\.frag:2 {2}.*missing/);
    assert.match(shaders[1]!.detail, /inside\.gst:8 {2}/);
  });
});

test('check draws a picture, and knows a shader that draws it wrong from one that draws it right', async () => {
  const { probeMachine } = await import('../../src/engine/probe.js');
  const machine = await probeMachine();
  for (const body of bodies) {
    const text = textOf(shippedSource('pinhole', body));
    requireRight(await drawAndCompare('pinhole', { body, fragment: text }, machine));
    // A third of a pixel to the right, as from a camera matrix that counts from another corner.
    const moved = text.replace('+ vec2(cx, cy)', '+ vec2(cx + 0.001, cy)');
    assert.notEqual(moved, text);
    const wrong = await drawAndCompare('pinhole', { body, fragment: moved }, machine);
    assert.ok(wrong.mean > 1, JSON.stringify(wrong));
    await assert.rejects(
      drawAndCompare('pinhole', { body, fragment: 'void main() { nothing }' }, machine),
      /nothing was drawn/,
    );
  }
  for (const model of models) requireRight(await drawAndCompare(model, 'lensremap', machine));
});

function requireRight(difference: Difference): void {
  const { mean, worst, outside, compared } = difference;
  assert.ok(mean < 0.6 && worst < 3 && outside === 0 && compared > 0.5, JSON.stringify(difference));
}

test('check names an element that does not exist, with exit status 3', async () => {
  const { status, report } = await check(
    '--set',
    'profile.cameras.left={source: custom, launch: nonesuchsrc is-live=true}',
  );
  const graph = report.checks.find(({ subject }) => subject === 'graph')!;
  assert.deepEqual([status, graph.verdict], [3, 'failure']);
  assert.match(graph.detail, /nonesuchsrc/);
});

test('check goes on where nothing can be drawn, and says so', async () => {
  const eye = '{source: custom, launch: videotestsrc is-live=true}';
  const args = [program, 'check', '--json', '--set', `profile.cameras={left: ${eye}, right: ${eye}}`];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, PATH: '/none' } });
  const { ok, checks } = JSON.parse(stdout) as Report;
  const shaders = checks.filter(({ subject }) => subject === 'shader');
  assert.deepEqual([ok, shaders.length > 0], [true, true]);
  for (const { verdict, detail } of shaders) {
    assert.equal(verdict, 'warning');
    assert.match(detail, /^not compiled: .*gst-launch-1\.0 is not installed/);
  }
  const pictures = checks.filter(({ subject }) => subject === 'picture');
  assert.deepEqual(
    new Set(pictures.map(({ verdict, detail }) => `${verdict} ${detail}`)),
    new Set(['warning not drawn: gst-launch-1.0 is not installed: apt install gstreamer1.0-tools']),
  );
});

const logs: Record<string, [log: string, faults: { line: number | undefined; message: string }[]]> = {
  Mesa: ["0:7(1): error: syntax error, unexpected '}'", [{ line: 7, message: "error: syntax error, unexpected '}'" }]],
  'ANGLE and mobile drivers': [
    "ERROR: 0:12: 'x' : undeclared identifier\nWARNING: 0:3: something",
    [
      { line: 12, message: "'x' : undeclared identifier" },
      { line: 3, message: 'something' },
    ],
  ],
  NVIDIA: ['0(5) : error C0000: syntax error', [{ line: 5, message: 'error C0000: syntax error' }]],
  'a log of its own kind': ['link failed', [{ line: undefined, message: 'link failed' }]],
};

for (const [vendor, [log, faults]] of Object.entries(logs)) {
  test(`faults of a shader are read from the log of ${vendor}`, () => {
    const from = 'ERROR: from element /GstPipeline:pipeline0/GstGLFilterShader:glfiltershader0:';
    const output = `${from} fragment shader compilation failed:${log}\n\nAdditional debug info:\nx\n`;
    assert.deepEqual(readFaults(output), faults);
  });
}
