import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { packagePath } from '../../src/paths.js';
import type { EngineEvents } from '../../src/protocol/engine.js';
import { anyIce, EngineProcess } from '../engine/engine-process.js';
import { profileWith } from '../engine/profile.js';
import { rowOf, type Measure } from './measure.js';

const viewers = ['one', 'two', 'three', 'four', 'five'];
const rounds = 6;
/** Who tunes looks between two changes, ms. */
const lookingMs = 2_500;
const moving = 'videotestsrc is-live=true pattern=ball';

/** A graph with another number of tracks is offered anew. What that costs when what receives costs little: receivers of GStreamer, which decode nothing, instead of browsers. */
export const exchange: Measure = {
  name: 'changes-light',
  title: `From a change of one track to two or back to ${String(viewers.length)} light viewers connected anew, ${String(rounds)} times`,
  async run() {
    const eyes = { left: moving, right: moving };
    const profiles = await Promise.all(
      ['sbs', 'twin'].map((layout) => profileWith(eyes, [`profile.layout=${layout}`])),
    );
    const engine = new EngineProcess('src/engine/main.js');
    const peers = fork(packagePath('dist', 'test/engine/peers-process.js'), {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    try {
      await engine.start(profiles[0]!);
      join(engine, peers);
      const samples: number[] = [];
      const first = connected(engine);
      for (const viewer of viewers) await engine.ask('addViewer', { viewer, ice: anyIce });
      await first;
      for (let round = 1; round <= rounds; round += 1) {
        await pause(lookingMs);
        const again = connected(engine);
        const asked = performance.now();
        await engine.start(profiles[round % 2]!);
        await again;
        samples.push((performance.now() - asked) / 1000);
      }
      return [
        rowOf(`one track to two or back, ${String(viewers.length)} light viewers connected anew`, 's', samples, {
          limit: 1.5,
        }),
      ];
    } finally {
      peers.disconnect();
      await once(peers, 'exit');
      await engine.close();
    }
  },
};

/** Every offer goes to a receiver of its own, and its answer back. */
function join(engine: EngineProcess, peers: ReturnType<typeof fork>): void {
  const receivers = new Map<string, string>();
  let offers = 0;
  engine.listen((event, data) => {
    if (event === 'offer') {
      const { viewer, sdp } = data as EngineEvents['offer'];
      const peer = `${viewer} ${String((offers += 1))}`;
      receivers.set(viewer, peer);
      peers.send({ offer: { peer, sdp } });
    } else if (event === 'candidate') {
      const { viewer, ...candidate } = data as EngineEvents['candidate'];
      peers.send({ candidate: { peer: receivers.get(viewer), ...candidate } });
    }
  });
  peers.on('message', ({ answer }: { answer?: { peer: string; sdp: string } }) => {
    if (answer === undefined) return;
    const viewer = answer.peer.split(' ')[0]!;
    engine
      .ask('answer', { viewer, sdp: answer.sdp })
      .catch((error: Error) => process.stderr.write(`${error.message}\n`));
  });
}

/** All of them, from now on. */
function connected(engine: EngineProcess): Promise<unknown> {
  return Promise.all(
    viewers.map((name) => engine.next('viewerState', ({ viewer, state }) => viewer === name && state === 'connected')),
  );
}
