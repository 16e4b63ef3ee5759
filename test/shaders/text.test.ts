import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { rectification } from '../../src/calibration/rectification.js';
import { uniforms, uniformsText } from '../../src/calibration/uniforms.js';
import { packagePath } from '../../src/paths.js';
import { caseOf } from '../calibration/cases.js';

/** Set by glshader itself. */
const builtIn = new Set(['tex', 'width', 'height']);

const r = rectification(caseOf({ left: { zoom: 2 } }), 'left');
assert.ok(r);
const shaders = {
  'pinhole.glsl': uniforms(r),
  'fisheye.glsl': uniforms(r),
  'rectify.frag': uniforms(r),
  'planes.frag': uniforms(r),
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

test('no uniform is given that neither a shader nor lensremap has', () => {
  const rectify = ['pinhole.glsl', 'fisheye.glsl', 'rectify.frag', 'planes.frag'].flatMap(declaredIn);
  assert.deepEqual(Object.keys(uniforms(r)).toSorted(), [...new Set([...rectify, 'fisheye'])].toSorted());
});

function declaredIn(name: string): string[] {
  const text = readFileSync(packagePath('shaders', name), 'utf8');
  const declared = [...text.matchAll(/^uniform \w+ ([^;]+);/gm)].flatMap(([, names = '']) => names.split(', '));
  return declared.filter((uniform) => !builtIn.has(uniform));
}

test('uniforms as text', () => {
  assert.equal(
    uniformsText('rectify', { k1: -0.27, eye_x: 1 / 3, tiny: 1.5e-9 }),
    'rectify,k1=(float)-0.27,eye_x=(float)0.333333333,tiny=(float)1.5e-9',
  );
});
