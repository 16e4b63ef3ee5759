import assert from 'node:assert/strict';
import type { Browser, JSHandle, Page } from 'playwright-core';
import type { Profile } from '../../src/protocol/configuration.js';
import type { Applied } from '../../src/protocol/ws.js';
import type { Running } from '../harness/binocle.js';
import { untilPlaying } from '../harness/page.js';
import { type Decoded, takeDecoded, watchDecoded } from '../scene/decoded-scene.js';

/** Of the capture, ms. */
const frameMs = 1000 / 30;

/** A page that writes down what it decodes and asks for changes, by one clock. */
export class Watcher {
  readonly page: Page;
  readonly program: Running;
  /** The profile as it was answered last. */
  profile!: Profile;
  readonly #offers: string[] = [];
  #engine!: number;
  #connection!: JSHandle<RTCPeerConnection | null>;
  /** When frame 0 would have been here at the best, the page's clock; ms. */
  #origin = Infinity;

  private constructor(page: Page, program: Running) {
    this.page = page;
    this.program = program;
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => {
        if (String(payload).startsWith('{"type":"offer"')) this.#offers.push(String(payload));
      }),
    );
  }

  static async open(browser: Browser, program: Running): Promise<Watcher> {
    const watcher = new Watcher(await browser.newPage(), program);
    const { page } = watcher;
    await page.goto(program.ready.url);
    await untilPlaying(page);
    watcher.profile = (await (await fetch(`${program.origin}/api/v1/rigs/default/profile`)).json()) as Profile;
    watcher.#engine = await program.engine();
    watcher.#connection = await page.evaluateHandle(() => window.binocle.connection);
    await watchDecoded(page);
    await watcher.frames(30);
    return watcher;
  }

  /** Frames since the last call, with `count` that were decoded after `since`. */
  async frames(count: number, since = -Infinity): Promise<Decoded[]> {
    const frames = await takeDecoded(this.page, count, since);
    for (const frame of frames) this.#origin = Math.min(this.#origin, frame.at - numberOf(frame) * frameMs);
    return frames;
  }

  /** When a frame would have been here if nothing had kept it longer than the quickest one, the page's clock; ms. */
  due(frame: Decoded): number {
    return this.#origin + numberOf(frame) * frameMs;
  }

  /** By the page's own road; both times by its clock, ms. */
  async set(patch: object): Promise<{ applied: Applied; asked: number; answered: number }> {
    const set = await this.page.evaluate(async (wanted) => {
      const asked = performance.now();
      const applied = await window.binocle.set(wanted);
      return { applied, asked, answered: performance.now() };
    }, patch);
    this.profile = set.applied.profile;
    return set;
  }

  /** The engine, the connection and what was offered are those of the beginning. */
  async requireTheSame(): Promise<void> {
    assert.equal(this.#offers.length, 1, 'offers');
    assert.equal(await this.program.engine(), this.#engine, 'process of the engine');
    const same = await this.page.evaluate((old) => window.binocle.connection === old, this.#connection);
    assert.ok(same, 'the same connection');
  }
}

/** The frame's number, from the eye in which it can be read. */
export function numberOf({ number: { left, right } }: Decoded): number {
  return left ?? right ?? NaN;
}

/** Of each eye, what is missing between the first and the last of these frames, or came twice. */
export function lost(frames: readonly Decoded[]): string[] {
  return (['left', 'right'] as const).flatMap((eye) =>
    frames.slice(1).flatMap(({ number }, index) => {
      const [from, to] = [frames[index]!.number[eye], number[eye]];
      return from === null || to === null || to === from + 1 ? [] : [`${eye} ${from} to ${to}`];
    }),
  );
}
