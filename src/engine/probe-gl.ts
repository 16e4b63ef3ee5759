import { execFile, type ExecFileException } from 'node:child_process';
import type { GlProbe } from '../pipeline/machine.js';
import { onThisMachine } from '../slowness.js';

/** What may give a GL context, in the order of preference; `since` is the first GStreamer that has it. */
const attempts: readonly { environment: Record<string, string>; since?: readonly [number, number] }[] = [
  // As the user has it: a display, or GST_GL_* of their own.
  { environment: {} },
  {
    environment: { GST_GL_WINDOW: 'surfaceless', GST_GL_PLATFORM: 'egl', GST_GL_API: 'gles2' },
    since: [1, 24],
  },
  { environment: { GST_GL_WINDOW: 'egl-device', GST_GL_PLATFORM: 'egl', GST_GL_API: 'gles2' } },
  { environment: { GST_GL_WINDOW: 'gbm', GST_GL_PLATFORM: 'egl', GST_GL_API: 'gles2' } },
];

/** Longer than any driver takes to start; one that hangs must not hang us. ms */
const limitMs = 5_000;

/**
 * Draws one frame in a process of its own, since a driver that fails takes its process with it.
 * @param timeout milliseconds for each attempt
 */
export async function probeGl(
  gstreamer: readonly [number, number, number],
  timeout = onThisMachine(limitMs),
): Promise<GlProbe> {
  const [major, minor] = gstreamer;
  const reasons = new Set<string>();
  for (const { environment, since } of attempts) {
    if (since !== undefined && (major < since[0] || (major === since[0] && minor < since[1]))) continue;
    const answer = await drawFrame(environment, timeout);
    if ('renderer' in answer) {
      const software = /llvmpipe|softpipe|swrast|software/i.test(answer.renderer);
      return { available: true, renderer: answer.renderer, software, environment };
    }
    reasons.add(answer.because);
    if (answer.final) break;
  }
  return { available: false, because: `no GL context can be had here (${[...reasons].join('; ')})` };
}

type Drawn = { renderer: string } | { because: string; final: boolean };

function drawFrame(environment: Record<string, string>, timeout: number): Promise<Drawn> {
  const { GST_DEBUG_FILE: _, ...inherited } = process.env;
  const env = { ...inherited, ...environment, GST_DEBUG: 'glcontext:4', GST_DEBUG_NO_COLOR: '1' };
  return new Promise((resolve) => {
    execFile(
      'gst-launch-1.0',
      ['-q', 'gltestsrc', 'num-buffers=1', '!', 'fakesink'],
      { env, timeout, killSignal: 'SIGKILL' },
      (error, _stdout, stderr) => resolve(readAnswer(error, stderr, timeout)),
    );
  });
}

function readAnswer(error: ExecFileException | null, stderr: string, timeout: number): Drawn {
  if (error?.code === 'ENOENT')
    return { because: 'gst-launch-1.0 is not installed: apt install gstreamer1.0-tools', final: true };
  if (/no element "gltestsrc"/.test(stderr)) return { because: 'apt install gstreamer1.0-gl', final: true };
  const renderer = /GL_RENDERER: (.+)/.exec(stderr)?.[1]?.trim();
  if (error === null && renderer !== undefined) return { renderer };
  if (error?.killed === true) return { because: `the driver drew no frame within ${timeout / 1000} s`, final: false };
  if (typeof error?.signal === 'string') return { because: `the driver ended with ${error.signal}`, final: false };
  const said = /ERROR: from element \S+: (.+)/.exec(stderr)?.[1]?.trim();
  return { because: said ?? 'the driver says nothing', final: false };
}
