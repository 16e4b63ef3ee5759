/** The C of Binocle, compiled to plugins of GStreamer: by this machine's compiler for itself, or by a cross compiler for another (test/arm64). */
import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { inPackage } from './places.mjs';
import { filesBelow } from './stamp.mjs';
import { run, StepFailed } from './step.mjs';

/** Each is all the C in a folder; `libraries`: names for pkg-config. */
export const plugins = {
  binocle: {
    folder: 'src/engine/native',
    libraries: ['gstreamer-base-1.0', 'gstreamer-rtp-1.0', 'gstreamer-video-1.0'],
  },
  bench: { folder: 'test/bench/native', libraries: ['gstreamer-base-1.0', 'gstreamer-video-1.0'] },
};

/** What lets gcc make vectors of the loops that draw: nobody asks for errno, traps, NaN or -0. */
const arithmetic = ['-fno-math-errno', '-fno-trapping-math', '-ffinite-math-only', '-fno-signed-zeros'];
/** No name of ours meets another in a process of many libraries. */
const flags = ['-shared', '-fPIC', '-O3', '-fvisibility=hidden', ...arithmetic, '-Wall'];

/**
 * @typedef {{ compiler: string[], env: NodeJS.ProcessEnv }} Toolchain env: for pkg-config
 * @type {Toolchain}
 */
const ofThisMachine = { compiler: ['cc'], env: process.env };

/** @param {keyof typeof plugins} name @param {string} library path of what is made @param {Toolchain} toolchain */
export async function compilePlugin(name, library, { compiler, env } = ofThisMachine) {
  const { folder, libraries } = plugins[name];
  const sources = filesBelow(inPackage(folder)).filter((file) => file.endsWith('.c'));
  const { status, stdout, stderr } = spawnSync('pkg-config', ['--cflags', '--libs', ...libraries], {
    encoding: 'utf8',
    env,
  });
  if (status !== 0)
    throw new StepFailed('GStreamer’s headers are missing', {
      tail: stderr ?? '',
      mend: 'npm run setup installs them.',
      status: 3,
    });
  mkdirSync(dirname(library), { recursive: true });
  // Under another name first: an engine may have the old one mapped.
  const fresh = `${library}.new`;
  const [command = '', ...options] = compiler;
  const args = [...options, ...flags, '-o', fresh, ...sources, ...stdout.trim().split(/\s+/), '-lm'];
  await run(command, args, { log: `native-${name}` });
  renameSync(fresh, library);
}
