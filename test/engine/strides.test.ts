import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Gst, GstVideo, type Pipeline } from '../../src/engine/gst/gst.js';
import { loadNativePlugin } from '../../src/engine/native-plugin.js';
import { parse } from '../../src/engine/gst/parse.js';
import { elementNamed, play, sawEndOfStream, toNull } from '../../src/engine/gst/pipeline.js';

loadNativePlugin((message) => assert.fail(message));
const picture = 'videotestsrc num-buffers=1 ! video/x-raw,format=NV12,width=64,height=32';
const open: Pipeline[] = [];
after(() => open.forEach(toNull));

// Where an element does not say so, a camera's driver copies every frame whose rows are longer than the picture.
for (const [element, text] of Object.entries({
  lensremap: `${picture} ! lensremap name=taker ! fakesink`,
  planepack: `${picture} ! planepack name=taker ! fakesink`,
  exactcolours: `${picture} ! exactcolours name=taker ! video/x-raw,format=RGBA ! fakesink`,
  stereopair: `${picture} ! taker.sink_0 ${picture} ! taker.sink_1 stereopair name=taker ! fakesink`,
  detour: `${picture} ! detour name=taker ! lensremap ! fakesink`,
}))
  test(`${element} takes pictures as they lie in a camera's memory`, async () => {
    const pipeline = parse(text);
    open.push(pipeline);
    const taker = elementNamed(pipeline, 'taker');
    const pad = taker.getStaticPad('sink') ?? taker.getStaticPad('sink_0');
    assert.ok(play(pipeline));
    while (!sawEndOfStream(taker)) await pause(10);
    const query = Gst.Query.newAllocation(pad!.getCurrentCaps(), true);
    assert.ok(pad!.query(query), 'it answers');
    assert.ok(query.findAllocationMeta(GstVideo.videoMetaApiGetType())[0]);
  });
