import assert from 'node:assert/strict';
import { test } from 'node:test';
import { percentile, rowOf } from './measure.js';
import { figure, tableOf } from './table.js';

test('figures have three digits', () => {
  assert.deepEqual([0, 0.0123, 0.987, 1.1, 12.345, 1234.5].map(figure), [
    '0',
    '0.012',
    '0.987',
    '1.10',
    '12.3',
    '1235',
  ]);
});

test('a percentile between two values lies on the line through them', () => {
  assert.equal(percentile([1, 2, 3, 4], 50), 2.5);
  assert.equal(percentile([7], 99), 7);
});

test('the table says what is over its limit', () => {
  const rows = [
    rowOf('engine / gst-launch-1.0', '', [1.2, 1.05, 1.3], { limit: 1.1 }),
    rowOf('start to ready', 's', [1.5], { limit: 3, note: 'default profile' }),
  ];
  assert.equal(
    tableOf(rows),
    [
      '| what                    | median | least … greatest | unit | limit |      | on              |',
      '| ----------------------- | -----: | ---------------: | ---- | ----: | ---- | --------------- |',
      '| engine / gst-launch-1.0 |   1.20 |      1.05 … 1.30 |      | ≤ 1.1 | OVER |                 |',
      '| start to ready          |   1.50 |      1.50 … 1.50 | s    |   ≤ 3 | ok   | default profile |',
    ].join('\n'),
  );
});
