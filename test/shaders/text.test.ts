import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { rectification } from '../../src/calibration/rectification.js';
import { uniforms, uniformsText } from '../../src/calibration/uniforms.js';
import { simMarks, simUniforms } from '../../src/pipeline/sim.js';
import { packagePath } from '../../src/paths.js';
import { caseOf } from '../calibration/cases.js';

/** Set by glshader itself. */
const builtIn = new Set(['tex', 'time', 'width', 'height']);

const r = rectification(caseOf({ left: { zoom: 2 } }), 'left');
assert.ok(r);
const shaders = {
  'pinhole.glsl': uniforms(r),
  'fisheye.glsl': uniforms(r),
  'rectify.frag': uniforms(r),
  'planes.frag': uniforms(r),
  'sim.frag': simUniforms(
    { sim: { baseline_mm: 63, distortion: 0, motion: 1 }, capture: { width: 640, height: 480, fps: 30 } },
    'left',
  ),
};

for (const [name, given] of Object.entries(shaders)) {
  const text = readFileSync(packagePath('shaders', name), 'utf8');

  test(`${name} survives bash's double quotes and the launch line's`, () => {
    assert.doesNotMatch(text, /["\\`$]/);
    // eslint-disable-next-line no-control-regex
    assert.match(text, /^[\n\x20-\x7e]*$/);
  });

  test(`${name} is given all its uniforms`, () => {
    const missing = declaredIn(name).filter((uniform) => !(uniform in given));
    assert.deepEqual(missing, []);
  });
}

test('no uniform is given that none of the shaders has', () => {
  const rectify = ['pinhole.glsl', 'fisheye.glsl', 'rectify.frag', 'planes.frag'].flatMap(declaredIn);
  assert.deepEqual(Object.keys(uniforms(r)).toSorted(), [...new Set(rectify)].toSorted());
  assert.deepEqual(Object.keys(shaders['sim.frag']).toSorted(), declaredIn('sim.frag').toSorted());
});

function declaredIn(name: string): string[] {
  const text = readFileSync(packagePath('shaders', name), 'utf8');
  const declared = [...text.matchAll(/^uniform \w+ ([^;]+);/gm)].flatMap(([, names = '']) => names.split(', '));
  return declared.filter((uniform) => !builtIn.has(uniform));
}

test('the places of the marks in the shader are those of the table', () => {
  const text = readFileSync(packagePath('shaders', 'sim.frag'), 'utf8');
  const { code, tag } = simMarks;
  assert.ok(
    text.includes(`floor(at.x - ${code.left}.0)`) && text.includes(`at - ${tag.left}.0`) && tag.left === tag.top,
  );
  assert.ok(text.includes(`abs(from_bottom - ${code.bottom + 0.5}.0) < 0.5`));
  assert.ok(text.includes(`in_tag.x < ${tag.side}.0`));
});

test('uniforms as text', () => {
  assert.equal(
    uniformsText('sim', { k1: -0.27, eye_x: 1 / 3, tiny: 1.5e-9 }),
    'sim,k1=(float)-0.27,eye_x=(float)0.333333333,tiny=(float)1.5e-9',
  );
});
