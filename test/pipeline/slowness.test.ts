import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onThisMachine, slowness, slownessFrom, slownessVariable } from '../../src/slowness.js';

test('limits grow with what the machine takes, never shrink, and never without an end', () => {
  assert.deepEqual([0.4, 1, 2.5, 40, Infinity].map(slownessFrom), [1, 1, 2.5, 5, 5]);
});

test('the first to ask measures, or takes what the process that started it measured', () => {
  process.env[slownessVariable] = '3.5';
  assert.equal(slowness(), 3.5);
  delete process.env[slownessVariable];
  assert.equal(slowness(), 3.5);
  assert.equal(onThisMachine(15_000), 52_500);
});
