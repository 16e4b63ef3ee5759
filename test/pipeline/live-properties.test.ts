import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeParameters } from '../../src/pipeline/encode-parameters.js';
import { livePropertyChanges } from '../../src/pipeline/live-properties.js';
import type { Output, Stage } from '../../src/pipeline/plan.js';
import type { Profile } from '../../src/protocol/configuration.js';
import { profileWith } from './machines.js';

const shipped = await profileWith();

const output: Output = { content: 'both', width: 1280, height: 480, bitrateKbps: 4000 };

function encode(template: string, settings: Partial<Profile['encode']> = {}, bitrateKbps = 4000): Stage {
  const profile = { ...shipped, encode: { ...shipped.encode, ...settings } };
  return { kind: 'encode', template, parameters: encodeParameters(profile, { ...output, bitrateKbps }) };
}

test('a rate is a property of every encoder that takes another value while it plays', () => {
  const expected = {
    x264enc: [['bitrate', '8000']],
    openh264enc: [['bitrate', '8000000']],
    vp8enc: [['target-bitrate', '8000000']],
    nvh264enc: [['bitrate', '8000']],
    vah264enc: [
      ['bitrate', '8000'],
      ['cpb-size', '2000'],
    ],
    vaapih264enc: [['bitrate', '8000']],
  };
  for (const [name, changes] of Object.entries(expected))
    assert.deepEqual(
      livePropertyChanges(encode(name), encode(name, {}, 8000)),
      changes.map(([property, value]) => ({ element: 'both_encoder', property, value })),
      name,
    );
});

test('controls of a V4L2 encoder change as the one structure that they are', () => {
  const [change, ...others] = livePropertyChanges(
    encode('v4l2h264enc'),
    encode('v4l2h264enc', { gop_frames: 30, qp_max: 40 }, 8000),
  )!;
  assert.deepEqual(others, []);
  assert.equal(change!.property, 'extra-controls');
  for (const control of ['video_bitrate=(int)8000000', 'h264_i_frame_period=(int)30', 'h264_maximum_qp_value=(int)40'])
    assert.ok(change!.value.includes(control), change!.value);
});

test('quantizers and keyframes are live where the encoder allows it, and another encoder part where not', () => {
  assert.deepEqual(livePropertyChanges(encode('x264enc'), encode('x264enc')), []);
  assert.equal(livePropertyChanges(encode('x264enc'), encode('x264enc', { gop_frames: 30 })), null);
  assert.equal(livePropertyChanges(encode('x264enc', { qp_min: 10 }), encode('x264enc', { qp_min: 12 })), null);
  assert.equal(livePropertyChanges(encode('x264enc'), encode('x264enc', { preset: 'fast' })), null);
  assert.equal(livePropertyChanges(encode('x264enc'), encode('openh264enc')), null);
  assert.deepEqual(
    livePropertyChanges(
      encode('vp8enc', { codec: 'vp8', qp_min: 10 }),
      encode('vp8enc', { codec: 'vp8', qp_min: 12, gop_frames: 30 }),
    ),
    [
      { element: 'both_encoder', property: 'keyframe-max-dist', value: '30' },
      { element: 'both_encoder', property: 'min-quantizer', value: '12' },
    ],
  );
  assert.equal(
    livePropertyChanges(encode('vp8enc', { codec: 'vp8', qp_min: 10 }), encode('vp8enc', { codec: 'vp8' })),
    null,
    'nobody knows the default that an absent property would have',
  );
});
