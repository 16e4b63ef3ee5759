import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Streaming } from './program.js';

async function streaming(context: TestContext, set: Record<string, string>): Promise<Streaming> {
  const started = await Streaming.start(set);
  context.after(() => started.close());
  return started;
}

// Side by side is a picture of stereopair's, which says progressive by itself.
for (const layout of ['mono', 'twin'])
  test(`${layout}: an encoder that wants to know of interlacing, as a Raspberry Pi 4's does, gets libcamera's frames`, async (context) => {
    const { ready } = await streaming(context, {
      'profile.layout': layout,
      'profile.encode.encoder': 'test/libcamera/interlaced.gst',
    });
    assert.match(JSON.stringify(ready.rigs), /"libcamera".*interlaced/);
  });

test('a control that the camera does not have is told of, with what was asked for', async (context) => {
  const running = await streaming(context, { 'profile.cameras.right.controls': '{exposure-time: 8000}' });
  await running.said(/cameras\.right\.controls\.exposure-time does nothing: 8000 was asked for/);
  assert.doesNotMatch(running.errors, /cameras\.left\.controls/);
});
