import { isDeepStrictEqual } from 'node:util';
import { stepBetween } from '../pipeline/compare-plans.js';
import { machineText } from '../pipeline/machine.js';
import type { Profile } from '../protocol/configuration.js';
import type { Drawing } from '../protocol/engine.js';
import { BinocleError } from '../protocol/errors.js';
import type { Blueprint } from './blueprint.js';
import type { Known } from './draw-blueprint.js';
import { OfferRehearsal } from './gst/warm-up.js';
import { notify, serve } from './ipc.js';
import { Memory } from './memory.js';
import { Pump } from './pump.js';
import { Rig } from './rig.js';
import { Viewers } from './viewers.js';
import { Watchdog } from './watchdog.js';

/** From a profile to its graph; see {@link drawBlueprint}. */
export type Draw = (profile: Profile, progress: (message: string) => void, known: Known) => Promise<Blueprint>;

/** Says what start-up is doing. */
const progress = (message: string) => void notify('progress', { message });

/** Time for viewers and graph to end, ms; what takes longer hangs. */
const teardownMs = 1_000;

/**
 * Makes this process an engine: it serves one rig over Node’s IPC and ends when told to, when its parent is gone, or when the rig has failed. Called
 * once, by the entry of the process.
 * @param prefer makes the system prefer this process, before its first graph; returns why it does not
 */
export function host(draw: Draw, prefer: () => string | null = () => null): void {
  const watchdog = new Watchdog();
  const alive = setInterval(() => watchdog.alive(), 1_000);
  const rehearsal = new OfferRehearsal();
  const memory = new Memory();
  const pump = new Pump();
  pump.add(memory);
  const viewers = new Viewers(pump, memory, (event, data) => void notify(event, data));
  let drawn: { profile: Profile; blueprint: Promise<Blueprint> } | null = null;
  /** GStreamer's parser has taken it; it plays soon, or never. */
  let built: Rig | null = null;
  let rig: Rig | null = null;
  /** Until a graph plays here the process has no business before others: it loads, and waits. */
  let preferred = false;
  let ending = false;

  /** Ends this process, once; the exit status of the first reason counts. */
  function end(status: number): void {
    if (ending) return;
    ending = true;
    clearInterval(alive);
    watchdog.within(teardownMs);
    rehearsal.close();
    pump.close();
    viewers.close();
    built?.close();
    rig?.close();
    process.exit(status);
  }

  function running(): Rig {
    if (rig === null || !rig.running) throw new BinocleError('bad-message', 'the rig does not run yet');
    return rig;
  }

  /** What was drawn for this profile before is good for it again. */
  async function blueprintFor({ profile, known }: Drawing): Promise<Blueprint> {
    if (!isDeepStrictEqual(drawn?.profile, profile))
      drawn = {
        profile,
        blueprint: draw(profile, progress, rig === null ? { machine: known } : { running: rig.blueprint }),
      };
    const own = drawn!;
    try {
      const blueprint = await own.blueprint;
      if (drawn !== own) throw new BinocleError('bad-message', 'another graph was asked for meanwhile');
      return blueprint;
    } catch (error) {
      if (drawn === own) drawn = null;
      throw error;
    }
  }

  async function build(drawing: Drawing): Promise<Rig> {
    const blueprint = await blueprintFor(drawing);
    if (built?.blueprint === blueprint) return built;
    built?.close();
    const fresh: Rig = new Rig(blueprint, { pump, memory, viewers }, (event, data) => {
      // What another has taken the place of has nothing to say any more.
      if (fresh !== rig && fresh !== built) return;
      const told = notify(event, data);
      if (event === 'failed') void told.then(() => end(1));
    });
    built = fresh;
    return fresh;
  }

  function preferOnce(): void {
    if (preferred) return;
    preferred = true;
    const denied = prefer();
    if (denied !== null) void notify('warning', { message: denied });
  }

  /** From now on this graph is the one that runs and is watched. */
  function exchange(next: Rig): void {
    try {
      viewers.hangOn(next);
    } catch (error) {
      next.close();
      throw error;
    }
    const previous = rig;
    rig = next;
    setImmediate(() => previous?.close());
  }

  serve({
    prepare: async (drawing) => ({ exclusive: (await build(drawing)).blueprint.exclusive }),
    start: async ({ within, ...drawing }) => {
      const starting = await build(drawing);
      progress('starting the graph');
      preferOnce();
      try {
        await starting.start(within);
        exchange(starting);
      } finally {
        if (built === starting) built = null;
      }
      const { machine } = starting.blueprint;
      return { ...starting.report(), ...(machine === undefined ? {} : { known: machineText(machine) }) };
    },
    apply: async ({ profile }) => {
      const before = running();
      const after = await draw(profile, progress, { running: before.blueprint });
      const step = stepBetween(before.blueprint.plan, after.plan, before.built);
      const back = stepBetween(after.plan, before.blueprint.plan, before.built);
      if (step.cost === 'graph' || back.cost === 'graph') {
        drawn = { profile, blueprint: Promise.resolve(after) };
        return { cost: 'graph', because: step.cost === 'graph' ? step.because : 'there is no small step back' };
      }
      const delayed = !isDeepStrictEqual(before.blueprint.extensions, after.extensions);
      await running().apply(after, step, back);
      drawn = { profile, blueprint: Promise.resolve(after) };
      return { cost: step.cost === 'none' && delayed ? 'hot' : step.cost, report: before.report() };
    },
    release: () => {
      const leaving = running();
      viewers.letGo();
      leaving.close();
      rig = null;
    },
    addViewer: (params) => {
      running();
      viewers.add(params);
    },
    answer: (params) => viewers.answer(params),
    candidate: (params) => viewers.candidate(params),
    removeViewer: (params) => viewers.remove(params),
    keyframe: () => running().keyframe(),
    snapshot: (params) => running().snapshot(params),
    graph: (params) => running().describe(params),
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
