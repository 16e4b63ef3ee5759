import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bash } from '../shaders/render.js';

/** What reaches the element behind a gate that 30 encoded frames come to. */
async function behind(gate: string): Promise<{ caps: boolean; frames: number }> {
  const encoded = 'videotestsrc num-buffers=30 ! x264enc tune=zerolatency ! video/x-h264,stream-format=avc';
  const { stdout } = await bash(`gst-launch-1.0 -v ${encoded} ! ${gate} ! fakesink name=end silent=false`);
  return {
    caps: /end\.GstPad:sink: caps = video\/x-h264.*codec_data/.test(stdout),
    frames: stdout.match(/end: last-message = chain/g)?.length ?? 0,
  };
}

test('an open gate lets everything through that begins with a keyframe', async () => {
  assert.deepEqual(await behind('keyframegate'), { caps: true, frames: 30 });
});

test('a closed gate lets the caps through, which an offer is made of, and no frame', async () => {
  assert.deepEqual(await behind('keyframegate open=false'), { caps: true, frames: 0 });
});
