import { execFile } from 'node:child_process';
import type { Machine } from '../../pipeline/machine.js';
import { BinocleError } from '../../protocol/errors.js';

/** How long a driver may take to compile a shader and draw a frame. */
const limitMs = 20_000;

/**
 * Runs a graph in a process of its own, with this machine's GL: a driver that crashes is a failed check and nothing more.
 * Rejects with `missing-software` where there is no gst-launch-1.0.
 */
export function launchGl(
  graph: readonly string[],
  { gl, pluginPath }: Pick<Machine, 'gl' | 'pluginPath'>,
): Promise<{ failed: boolean; output: string }> {
  const env = {
    ...process.env,
    ...(gl.available ? gl.environment : {}),
    ...(pluginPath === null ? {} : { GST_PLUGIN_PATH: pluginPath }),
    GST_DEBUG: 'glslstage:1,glsl:1',
    GST_DEBUG_NO_COLOR: '1',
    LC_ALL: 'C',
  };
  return new Promise((resolve, reject) => {
    execFile('gst-launch-1.0', ['-q', ...graph], { env, timeout: limitMs }, (error, stdout, stderr) => {
      if (error?.code === 'ENOENT')
        return reject(
          new BinocleError('missing-software', 'gst-launch-1.0 is not installed: apt install gstreamer1.0-tools'),
        );
      const why = error?.killed === true ? `\nthe driver did not answer within ${limitMs / 1000} s` : '';
      resolve({ failed: error !== null, output: `${stdout}\n${stderr}${why}` });
    });
  });
}
