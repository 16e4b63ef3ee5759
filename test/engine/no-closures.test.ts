import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packagePath } from '../../src/paths.js';

const folder = packagePath('src', 'engine');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const sources = files.map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));

/** Ways of giving GStreamer or GLib a function of ours: it would run on, or be waited for by, a thread that holds locks which this thread wants. */
const handsOver =
  /\.(connect|connectAfter|disconnect|addProbe|callAsync|setSyncHandler|addWatch|addSignalWatch|addPropertyNotifyWatch|addPropertyDeepNotifyWatch|newWithChangeFunc|newSingleShotId|idWaitAsync|waitAsync|foreachPad|foreachSinkPad|foreachSrcPad|iteratePads|foreach|mapInPlace|filterAndMapInPlace|setActivateFunction\w*|set\w+FunctionFull|idleAdd|timeoutAdd|invokeFull|bindPropertyFull)\s*\(/;
/** `emit` with a function among its arguments. */
const emitsClosure = /\.emit\([^)]*(=>|\bfunction\b)/;
const listens = /\.(on|once|addListener|addEventListener)\s*\(/;

test('no function of ours is handed to GStreamer: no thread of its ever waits for JavaScript', () => {
  for (const { file, text } of sources) {
    const lines = text.split('\n').map((line, index) => ({ line, where: `src/engine/${file}:${index + 1}` }));
    for (const { line, where } of lines) {
      if (/^\s*(\*|\/\/|\/\*)/.test(line)) continue;
      assert.doesNotMatch(line, handsOver, where);
      assert.doesNotMatch(line, emitsClosure, where);
      // Node's own emitters are listened to; in the façade there are none.
      if (file.startsWith('gst/')) assert.doesNotMatch(line, listens, where);
    }
  }
});

test('only the façade knows node-gtk', () => {
  const importers = sources.filter(({ text }) => /from ['"](node-gtk|gi:)/.test(text)).map(({ file }) => file);
  assert.deepEqual(importers, ['gst/gst.ts']);
});

test('outside the façade no GStreamer namespace is named', () => {
  for (const { file, text } of sources.filter((source) => !source.file.startsWith('gst/'))) {
    assert.doesNotMatch(text, /import (?!type)[^;]*\b(Gst|GLib|GstWebRTC|GstSdp|GstVideo)\b[^;]*from/, file);
  }
});
