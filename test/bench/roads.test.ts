import assert from 'node:assert/strict';
import { test } from 'node:test';
import { probeMachine } from '../../src/engine/probe.js';
import { type Road, roads } from '../../src/pipeline/roads.js';
import { launch } from './roads.js';

const machine = await probeMachine();

for (const road of Object.values(roads) as Road[]) {
  test(`bench measures the road: ${road.name}`, async () => {
    const { processor } = await launch(road, machine, { width: 64, height: 48 }, 2);
    assert.ok(processor > 0, `${String(processor)} ms`);
  });
}
