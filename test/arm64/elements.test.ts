import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { packagePath } from '../../src/paths.js';
import { machines } from './machines.js';
import { plugin } from './rig.js';

/** Names of the elements and other features of a plugin, as gst-inspect-1.0 lists them. */
function features(listed: string): string[] {
  return [...listed.matchAll(/^ {2}(\w+): /gm)].map(([, name]) => name!).toSorted();
}

describe('the plugin, compiled for arm64', async () => {
  const here = features(await machines.amd64('gst-inspect-1.0', packagePath('dist', 'native', 'libgstbinocle.so')));

  test('has the elements that it has here', async () => {
    assert.ok(here.includes('stereopair') && here.length >= 10, here.join());
    assert.deepEqual(features(await machines.arm64('gst-inspect-1.0', plugin)), here);
  });

  for (const name of here)
    test(`${name} is made, with its pads and properties`, async () => {
      const said = await machines.arm64('gst-inspect-1.0', name);
      assert.match(said, /Element Properties:/);
      assert.ok(said.includes(plugin), said);
    });
});
