import type { Page } from 'playwright-core';
import { Running } from '../../harness/binocle.js';
import { untilPlaying } from '../../harness/page.js';
import { cameraArguments, type Shape } from './cameras.js';
import type { System } from './system.js';

/** The program as a user starts it, and its own page. `quirks`: properties of an eye's camera. */
export function ours(
  shape: Shape,
  settings: readonly string[] = [],
  quirks: Parameters<typeof cameraArguments>[1] = {},
): System {
  return {
    name: 'binocle',
    async play(page: Page) {
      const running = await Running.start([...cameraArguments(shape, quirks), ...settings]);
      const engine = await running.engine();
      return {
        processes: { engine, server: running.child.pid! },
        stop: async () => void (await running.stop()),
        opened: (async () => {
          await page.goto(running.ready.url);
          await untilPlaying(page);
        })(),
      };
    },
  };
}
