/**
 * Tests that want more than this machine. `npm test -- --NAME` runs them along with the rest, `npm run test:NAME` alone.
 *
 * `packages`: what is installed for it; `root`: only root can make what it needs; `processor`: the only one where it says anything; `rig`: module of the compiled tests that makes it.
 */
import { compilePlugin } from './native.mjs';
import { oneAtATime } from './one-at-a-time.mjs';
import { inPackage } from './places.mjs';
import { run, step, StepFailed } from './step.mjs';

/** @typedef {{ packages: import('./packages.mjs').Requirement['for'][], root: boolean, processor?: string, rig: string }} Lane @type {Record<string, Lane>} */
export const lanes = {
  libcamera: { packages: ['rig'], root: true, rig: 'libcamera/rig.js' },
  debian13: { packages: ['rig'], root: true, rig: 'roots/debian13.js' },
  arm64: { packages: ['arm64'], root: false, processor: 'x64', rig: 'arm64/rig.js' },
};

/** @param {string[]} args of `npm test` @returns {{ asked: Map<string, string[]>, patterns: string[] }} asked: lanes, each with its own patterns (`--NAME=PATTERN,…`) */
export function readArguments(args) {
  const asked = new Map();
  const patterns = [];
  for (const arg of args) {
    const [, name, own] = /^--([^=]+)(?:=(.*))?$/.exec(arg) ?? [];
    if (name === undefined) patterns.push(arg);
    else if (name in lanes) asked.set(name, own?.split(',').filter(Boolean) ?? []);
    else throw new StepFailed(`npm test knows no ${arg}; it knows --${Object.keys(lanes).join(', --')}`, { status: 2 });
  }
  return { asked, patterns };
}

/** Says what a lane lacks here, before anything is installed or made for it. @param {Iterable<string>} asked names of lanes @param {{ user?: number | undefined, processor?: string }} here */
export function refuse(asked, { user = process.getuid?.(), processor = process.arch } = {}) {
  for (const name of asked)
    if ((lanes[name].processor ?? processor) !== processor)
      throw new StepFailed(
        `${name}: this compares a PC's processor (amd64) with an emulated one, and here is ${processor}`,
        {
          mend: '`npm test` itself shows what this processor does.',
          status: 3,
        },
      );
  const needing = [...asked].filter((name) => lanes[name].root);
  if (needing.length === 0 || user === 0) return;
  throw new StepFailed(
    `${needing.join(' and ')}: this makes a Debian 13 of its own, with mounts, which only root can`,
    {
      mend: 'Run it as root, in a checkout that is root’s. `npm test` alone needs no root.',
      status: 3,
    },
  );
}

/** What rigs get of the set-up, which their compiled modules do not import. */
const workshop = {
  run,
  step,
  compilePlugin: (/** @type {string} */ library, /** @type {import('./native.mjs').Toolchain} */ toolchain) =>
    compilePlugin('binocle', library, toolchain),
};

/** What a lane needs, made or brought up to date; minutes the first time. @param {string} name @returns {Promise<any>} the rig's module */
export async function prepare(name) {
  const rig = await import(inPackage('dist', 'test', lanes[name].rig));
  await rig.prepare(workshop);
  return rig;
}

/** The roots of lanes are this user's, not the checkout's: one run at a time has them, from making them to its last test. @template T @param {Iterable<string>} asked @param {() => Promise<T>} work */
export function withRoots(asked, work) {
  if (![...asked].some((name) => lanes[name].root)) return work();
  return oneAtATime(work, {
    thing: `roots of ${process.getuid?.()}`,
    said: 'Another run of tests in the Debian 13 root',
  });
}
