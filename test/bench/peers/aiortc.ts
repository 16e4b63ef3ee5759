import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Page } from 'playwright-core';
import { packagePath } from '../../../src/paths.js';
import { camera, eyes, type Shape } from '../delay/cameras.js';
import { openPlayer } from '../delay/player.js';
import { untilPlayers, type System } from '../delay/system.js';

/** Debian's own: where its python3-aiortc is. */
const python = '/usr/bin/python3';

/** Whether python3-aiortc is installed. */
export function hasAiortc(): boolean {
  return spawnSync(python, ['-c', 'import aiortc'], { stdio: 'ignore' }).status === 0;
}

/** Two tracks by aiortc with an encoder in software each. */
export function aiortc(shape: Shape): System {
  return {
    name: 'aiortc',
    async play(page: Page) {
      const { width, height } = shape;
      const sender = spawn(
        python,
        [
          packagePath('test', 'bench', 'peers', 'aiortc_sender.py'),
          ...[width, height].map(String),
          ...eyes.map((eye) => camera(eye, shape)),
        ],
        { stdio: ['pipe', 'pipe', 'pipe'] },
      );
      // libx264 tells much there; it is shown when something went wrong.
      let log = '';
      sender.stderr.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-2000)));
      const player = await openPlayer(page, (message) => void sender.stdin.write(`${JSON.stringify(message)}\n`));
      const cameras = new Promise<number>((resolve, reject) => {
        sender.once('exit', (status) => reject(new Error(`aiortc_sender.py ended with ${String(status)}:\n${log}`)));
        createInterface({ input: sender.stdout }).on('line', (line) => {
          const message = JSON.parse(line) as { camera?: number; offer?: string };
          if (message.camera !== undefined) resolve(message.camera);
          if (message.offer !== undefined) void player.take({ offer: message.offer });
        });
      });
      return {
        processes: { python: sender.pid!, cameras: await cameras },
        opened: untilPlayers(page, 2),
        async stop() {
          if (sender.exitCode !== null || sender.signalCode !== null) return;
          const ended = once(sender, 'exit');
          sender.stdin.end();
          await ended;
        },
      };
    },
  };
}
