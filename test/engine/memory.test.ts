import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { EngineProcess } from './engine-process.js';
import { footprint, settled } from './footprint.js';
import { profileWith } from './profile.js';

const moving = 'videotestsrc is-live=true pattern=ball';
const large = ['profile.capture.width=1920', 'profile.capture.height=1080', 'profile.capture.fps=5'];
const graphs = await Promise.all(
  ['sbs', 'twin'].map((layout) => profileWith({ left: moving, right: moving }, [`profile.layout=${layout}`, ...large])),
);
const changes = 40;

// A process of 143 MB had 330 to 450 after them while what held the frames of one graph stayed in the heap when it had gone.
test(`${changes} changes of the graph: the frames of those that went are given back to the system`, async () => {
  const engine = new EngineProcess('src/engine/main.js');
  after(() => engine.close());
  await engine.start(graphs[0]!);
  await engine.next('readings');
  const before = footprint(engine.pid);
  for (let change = 1; change <= changes; change++) await engine.start(graphs[change % graphs.length]!);
  const afterwards = await settled(engine.pid, 3, () => engine.next('readings'));
  assert.ok(afterwards.residentMb <= before.residentMb + 60, JSON.stringify({ before, afterwards }));
});
