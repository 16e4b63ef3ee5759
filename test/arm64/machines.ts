import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { packagePath } from '../../src/paths.js';
import { emulated, environment } from './rig.js';

const run = promisify(execFile);

/** Programs of GStreamer with our plugin, by processor: of this machine, and emulated. */
export const machines = {
  amd64: (program: string, ...args: string[]) =>
    finished([program, ...args], { ...process.env, GST_PLUGIN_PATH: packagePath('dist', 'native') }),
  arm64: (program: string, ...args: string[]) => finished(emulated(program, ...args), environment),
};

async function finished([command, ...args]: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await run(command!, args, { env, timeout: 120_000, maxBuffer: 64e6 });
  return stdout;
}
