import type { Browser } from 'playwright-core';
import type { Priority } from '../../src/protocol/configuration.js';
import { launchChromium } from '../harness/chromium.js';
import { bare } from './delay/bare.js';
import { whileBusy } from './delay/busy.js';
import { beatSeconds, offerStamps, type Shape } from './delay/cameras.js';
import { ours } from './delay/ours.js';
import { watchRound, type Round } from './delay/round.js';
import type { System } from './delay/system.js';
import { coresOf, delayRows, mixedRow, rateRow, ratioRow, submittedRows, titleOf, waitedRow } from './delay/rows.js';
import { rowOf, type Measure, type Options, type Row } from './measure.js';
import { aiortc, hasAiortc } from './peers/aiortc.js';
import { hasJanus, janus } from './peers/janus.js';

const rounds = 3;
const seconds = 2 * beatSeconds;
const priorities: readonly Priority[] = ['normal', 'high', 'realtime'];
/** Display frames in which the pairs of eyes are looked at with `--long`. */
const manyPairs = 10_000;

interface Case {
  name: string;
  shape: Shape;
  /** What is promised, ms. */
  p50?: number;
  p95?: number;
  /** By which p50 it is held against the bare reference: at half the display's rate the display's says nothing (README.md). Two tracks are not: bare mixes them. */
  judged?: 'display' | 'submitted';
}

const cases: readonly Case[] = [
  { name: 'sbs60', shape: { width: 640, height: 480, fps: 60, layout: 'sbs' }, p50: 12.5, p95: 21, judged: 'display' },
  { name: 'sbs30', shape: { width: 1280, height: 720, fps: 30, layout: 'sbs' }, p50: 18, p95: 26, judged: 'submitted' },
  { name: 'twin60', shape: { width: 640, height: 480, fps: 60, layout: 'twin' } },
];

/** From a camera's capture to the page's display, read from stamps in the pictures: the program against the least that could be, in turns. */
export const delays: readonly Measure[] = [
  ...cases.map(({ name, shape, p50, p95, judged }): Measure => ({
    name: `delay-${name}`,
    title: `Delay from capture to display, ${titleOf(shape)}, ${rounds} rounds of ${seconds.toFixed(1)} s`,
    run: (options) =>
      withDisplay(async (browser) => {
        const [mine, least] = await inTurns(browser, alike(shape, ours(shape), bare(shape)), options);
        const what = titleOf(shape);
        return [
          ...delayRows(what, mine!, { p50, p95 }),
          ...delayRows(`${what}, bare`, least!),
          ratioRow(`${what}, p50 / bare`, mine!, least!, (round) => round.p50, judged === 'display' ? 1 : undefined),
          ratioRow(`${what}, p95 / bare`, mine!, least!, (round) => round.p95, judged === undefined ? undefined : 1),
          ...submittedRows(
            `${what}, submitted, p50 / bare`,
            byRound(mine!, least!, (a, b) => a / b),
            { unit: '', ...(judged === 'submitted' ? { limit: 1 } : {}) },
          ),
          ratioRow(`${what}, cores / bare`, mine!, least!, coresOf, judged === undefined ? undefined : 1.05),
          rateRow(`${what}, shown / camera`, mine!, shape),
          rateRow(`${what}, bare, shown / camera`, least!, shape, false),
          mixedRow(`${what}, mixed pairs`, mine!),
          mixedRow(`${what}, bare, mixed pairs`, least!, false),
        ];
      }),
  })),
  {
    name: 'delay-busy',
    title: `The same while other programs keep every core busy, ${rounds} rounds of ${seconds.toFixed(1)} s`,
    run: (options) =>
      withDisplay((browser) =>
        whileBusy(async () => {
          const { shape } = cases[0]!;
          const ofPriority = (priority: Priority): System => ours(shape, ['--set', `server.priority=${priority}`]);
          const systems = [...priorities.map(ofPriority), bare(shape)];
          const results = await inTurns(browser, alike(shape, ...systems), options);
          const least = results.at(-1)!;
          const what = `${titleOf(shape)}, busy cores`;
          const rows = [...priorities, 'bare'].flatMap((name, index) => [
            ...delayRows(`${what}, ${name}`, results[index]!),
            waitedRow(`${what}, ${name}, threads waiting for a core, a frame`, results[index]!),
          ]);
          const realtime = results[priorities.indexOf('realtime')]!;
          return [...rows, ratioRow(`${what}, realtime, p50 / bare`, realtime, least, (round) => round.p50, 1)];
        }),
      ),
  },
  {
    name: 'delay-pinhole',
    title: `What rectification adds to the delay, ${rounds} rounds of ${seconds.toFixed(1)} s`,
    run: (options) =>
      withDisplay(async (browser) => {
        const shape: Shape = { width: 640, height: 480, fps: 30, layout: 'sbs' };
        const [without, pinhole] = await inTurns(browser, alike(shape, ours(shape), ours(shape, lens)), options);
        const what = titleOf(shape);
        return [
          ...delayRows(what, without!),
          ...delayRows(`${what}, pinhole`, pinhole!),
          rowOf(
            `${what}, added by pinhole, p50`,
            'ms',
            pinhole!.map(({ p50 }, round) => p50 - without![round]!.p50),
            { limit: 6 },
          ),
          ...submittedRows(
            `${what}, added by pinhole, submitted, p50`,
            byRound(pinhole!, without!, (a, b) => a - b),
          ),
          rateRow(`${what}, pinhole, shown / camera`, pinhole!, shape),
        ];
      }),
  },
  ...[cases[0]!, cases[1]!].map(({ name, shape }): Measure => ({
    name: `delay-peers-${name}`,
    title: `The same with aiortc and Janus, where they are installed (--peers), ${titleOf(shape)}, ${rounds} rounds of ${seconds.toFixed(1)} s`,
    async run(options) {
      if (!options.peers) return [];
      const twin: Shape = { ...shape, layout: 'twin' };
      const others: [System, Shape][] = [
        ...(hasAiortc() ? [[aiortc(twin), twin] as [System, Shape]] : []),
        ...(hasJanus() ? [[janus(shape), shape] as [System, Shape]] : []),
      ];
      if (others.length === 0) return [];
      return withDisplay(async (browser) => {
        const [mine, ...theirs] = await inTurns(browser, [[ours(shape), shape], ...others], options);
        const what = titleOf(shape);
        return others.flatMap(([{ name: peer }], index) => {
          const rows = [
            ...delayRows(`${what}, ${peer}`, theirs[index]!),
            mixedRow(`${what}, ${peer}, mixed pairs`, theirs[index]!, false),
            ratioRow(
              `${what}, p50 / ${peer}`,
              mine!,
              theirs[index]!,
              (round) => round.p50,
              peer === 'aiortc' ? 0.3 : 1,
            ),
          ];
          if (peer !== 'aiortc') return rows;
          return [
            ...rows,
            ratioRow(`${what}, cores / ${peer}`, mine!, theirs[index]!, coresOf, 0.2),
            ratioRow(
              `${what}, cores by frames shown / ${peer}`,
              mine!,
              theirs[index]!,
              (round) => coresOf(round) / round.fps.slower,
            ),
          ];
        });
      });
    },
  })),
  {
    name: 'delay-eyes',
    title: `Eyes that misbehave, ${rounds} rounds of ${seconds.toFixed(1)} s`,
    run: (options) =>
      withDisplay(async (browser) => {
        const shape: Shape = { width: 640, height: 480, fps: 60, layout: 'sbs' };
        const stopping = ours(shape, [], { right: 'gap-every=1000000000 gap-for=200000000' });
        const late = ours(shape, [], { right: 'late-by=8000000' });
        const [stopped, behind] = await inTurns(browser, alike(shape, stopping, late), options);
        return [
          rateRow('right eye stops for 200 ms every second, left shown / camera', stopped!, shape, true, 'left'),
          mixedRow('right eye late by 8 ms of 16.7, mixed pairs', behind!),
          rateRow('right eye late by 8 ms of 16.7, shown / camera', behind!, shape),
        ];
      }),
  },
];

/** A gentle lens, the same for both eyes: the stamps stay where they are, and every pixel goes through the shader. */
const lens = [
  'model=pinhole',
  'size=[640, 480]',
  ...['left', 'right'].flatMap((eye) => [
    `${eye}.K=[500, 0, 320, 0, 500, 240, 0, 0, 1]`,
    `${eye}.D=[-0.05, 0.01, 0, 0, 0]`,
    `${eye}.R=[1, 0, 0, 0, 1, 0, 0, 0, 1]`,
    `${eye}.P=[500, 0, 320, 0, 0, 500, 240, 0, 0, 0, 1, 0]`,
  ]),
].flatMap((setting) => ['--set', `profile.calibration.${setting}`]);

/** A Chromium whose display costs little: what WebGL draws is drawn by SwiftShader, the page is not. */
async function withDisplay(work: (browser: Browser) => Promise<Row[]>): Promise<Row[]> {
  offerStamps();
  const browser = await launchChromium({ display: 'software' });
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

function byRound(
  mine: readonly Round[],
  others: readonly Round[],
  compare: (mine: number, other: number) => number,
): (number | null)[] {
  return mine.map(({ submitted }, round) => {
    const other = others[round]!.submitted;
    return submitted === null || other === null ? null : compare(submitted, other);
  });
}

function alike(shape: Shape, ...systems: System[]): [System, Shape][] {
  return systems.map((system) => [system, shape]);
}

/** Every system in every round; with `long` as many seconds as show enough pairs. */
async function inTurns(browser: Browser, systems: readonly [System, Shape][], options: Options): Promise<Round[][]> {
  const results: Round[][] = systems.map(() => []);
  for (let round = 0; round < rounds; round += 1)
    for (const [index, [system, shape]] of systems.entries()) {
      const long = Math.ceil(manyPairs / shape.fps / rounds / 0.9 / beatSeconds) * beatSeconds;
      const length = options.long ? long : seconds;
      results[index]!.push(await watchRound(browser, system, shape, length));
    }
  return results;
}
