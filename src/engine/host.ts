import { BinocleError } from '../protocol/errors.js';
import { notify, serve } from './ipc.js';
import type { Blueprint } from './blueprint.js';
import type { Profile } from '../protocol/configuration.js';
import { Rig } from './rig.js';
import { Watchdog } from './watchdog.js';

/** Says what start-up is doing. */
const progress = (message: string) => void notify('progress', { message });

/** Time for viewers and graph to end, ms; what takes longer hangs. */
const teardownMs = 1_000;

/**
 * Makes this process an engine: it serves one rig over Node’s IPC and ends when told to, when its parent is gone, or when the rig has failed. Called
 * once, by the entry of the process.
 */
export function host(draw: (profile: Profile, progress: (message: string) => void) => Promise<Blueprint>): void {
  const watchdog = new Watchdog();
  const alive = setInterval(() => watchdog.alive(), 1_000);
  let asked = false;
  let rig: Rig | null = null;
  let ending = false;

  /** Ends this process, once; the exit status of the first reason counts. */
  function end(status: number): void {
    if (ending) return;
    ending = true;
    clearInterval(alive);
    watchdog.within(teardownMs);
    rig?.close();
    process.exit(status);
  }

  function running(): Rig {
    if (rig === null || !rig.running) throw new BinocleError('bad-message', 'the rig does not run yet');
    return rig;
  }

  serve({
    start: async ({ profile }) => {
      if (asked) throw new BinocleError('bad-message', 'start was asked before');
      asked = true;

      const blueprint = await draw(profile, progress);
      progress('starting the graph');
      rig = new Rig(blueprint, (event, data) => {
        const told = notify(event, data);
        if (event === 'failed') void told.then(() => end(1));
      });
      await rig.start();
      return rig.report();
    },
    addViewer: (params) => running().addViewer(params),
    answer: (params) => running().answer(params),
    candidate: (params) => running().candidate(params),
    removeViewer: (params) => running().removeViewer(params),
    keyframe: () => running().keyframe(),
    snapshot: (params) => running().snapshot(params),
    graph: (params) => running().graph(params),
    stop: () => {
      // The answer leaves before the process does.
      setImmediate(() => end(0));
    },
  });

  process.once('disconnect', () => end(0));
  process.once('SIGTERM', () => end(0));
  // The terminal's Ctrl-C reaches the whole group; the server process decides what it means.
  process.on('SIGINT', () => undefined);
}
