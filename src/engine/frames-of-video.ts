import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fraction } from '../pipeline/fraction.js';
import { quoteValue } from '../pipeline/launch-syntax.js';
import type { Profile } from '../protocol/configuration.js';
import { BinocleError } from '../protocol/errors.js';

/** A decoder that gives no frame for this long gives none any more, ms: decodebin hangs now and then on a file that is no video. */
const patience = 10_000;

/**
 * Writes the frames of a video into a folder as 000000.jpg and so on: the video's own speed at the capture's rate, in the capture's size. Containers carry
 * timestamps that cannot be looped without a seam; pictures carry none.
 * @throws BinocleError `missing-software` where a decoder is missing, `source-failed` where it is no video.
 */
export async function framesOfVideo(
  video: string,
  { width, height, fps }: Profile['capture'],
  folder: string,
  progress: (message: string) => void,
): Promise<void> {
  const stalled = new AbortController();
  let last = { frames: 0, at: performance.now() };
  const look = async (): Promise<void> => {
    const frames = (await readdir(folder)).length;
    progress(`reading ${basename(video)}, once: ${frames} frames so far`);
    if (frames > last.frames) last = { frames, at: performance.now() };
    else if (performance.now() - last.at > patience) stalled.abort();
  };
  const told = setInterval(() => void look(), 1_000);
  try {
    await gstLaunch(
      [
        ['filesrc', `location=${quoteValue(video)}`],
        ['decodebin'],
        ['videorate'],
        ['videoconvert'],
        ['videoscale', 'add-borders=true'],
        [`video/x-raw,format=I420,width=${width},height=${height},pixel-aspect-ratio=1/1,framerate=${fraction(fps)}`],
        ['jpegenc', 'quality=95'],
        ['multifilesink', `location=${quoteValue(join(folder, '%06d.jpg'))}`],
      ],
      stalled.signal,
    );
  } catch (error) {
    throw refusal(video, (error as { stderr?: string }).stderr ?? String(error));
  } finally {
    clearInterval(told);
  }
  if ((await readdir(folder)).length === 0) throw new BinocleError('source-failed', `${video} has no picture in it.`);
}

function gstLaunch(chain: string[][], signal: AbortSignal): Promise<void> {
  const words = chain.flatMap((link, index) => (index === 0 ? link : ['!', ...link]));
  return new Promise((resolve, reject) => {
    execFile('gst-launch-1.0', ['-q', ...words], { signal, killSignal: 'SIGKILL' }, (error, _stdout, stderr) => {
      if (error === null) resolve();
      else reject(Object.assign(error, { stderr }));
    });
  });
}

function refusal(video: string, stderr: string): BinocleError {
  if (/ENOENT/.test(stderr))
    return new BinocleError('missing-software', 'gst-launch-1.0 is missing: apt install gstreamer1.0-tools.');
  const said =
    /ERROR: from element \S+: (.+)/.exec(stderr)?.[1]?.trim() ??
    'GStreamer gives no frame of it, and does not say why.';
  if (/missing a plug-in/.test(said))
    return new BinocleError('missing-software', `no decoder for ${video}: apt install gstreamer1.0-libav.`);
  return new BinocleError('source-failed', `${video} cannot be played: ${said}`);
}
