import { delimiter } from 'node:path';
import { packagePath } from '../../../src/paths.js';

/** The shape of a stream that is measured: two cameras of this size. */
export interface Shape {
  width: number;
  height: number;
  fps: number;
  layout: 'sbs' | 'twin';
}

/** Of headless Chromium. */
const displayHz = 60;

export type Eye = 'left' | 'right';
export const eyes: readonly Eye[] = ['left', 'right'];

/** Cameras run at this part of their nominal rate, so that a window sees every phase between camera and display. */
const pace = { of: 199, by: 200 } as const;
/** Time in which a camera of the display's rate, or of a whole part of it, falls behind the display by one frame of that: what a window has to be whole ones of, s. */
export const beatSeconds = pace.by / (pace.by - pace.of) / displayHz;

/** Makes `capturestamp` known to every GStreamer that this process starts, and with it the plugin of the program. */
export function offerStamps(): void {
  const folders = [packagePath('dist', 'test', 'bench', 'native'), packagePath('dist', 'native')];
  const before = process.env['GST_PLUGIN_PATH']?.split(delimiter) ?? [];
  process.env['GST_PLUGIN_PATH'] = [...new Set([...folders, ...before])].join(delimiter);
}

/**
 * A camera as launch text: a picture that scrolls, so that it compresses like one of a moving camera, with its stamp. Both eyes count from the same
 * beginning, as cameras in hardware sync do (a live videotestsrc counts from when it was first scheduled). `quirks`: properties of `capturestamp`.
 */
export function camera(eye: Eye, { width, height, fps }: Shape, quirks = ''): string {
  return (
    `videotestsrc pattern=smpte horizontal-speed=2 ! video/x-raw,format=I420,width=${width},height=${height},framerate=${fps * pace.of}/${pace.by} ` +
    `! clocksync ! capturestamp eye=${eye} ${quirks} ! video/x-raw,format=I420`
  );
}

/** `binocle` with these cameras: arguments for `run` and `graph`. */
export function cameraArguments(shape: Shape, quirks: Partial<Record<Eye, string>> = {}): string[] {
  const { width, height, fps, layout } = shape;
  const settings = {
    'capture.width': width,
    'capture.height': height,
    'capture.fps': fps,
    layout,
    ...Object.fromEntries(
      eyes.flatMap((eye) => [
        [`cameras.${eye}.source`, 'custom'],
        [`cameras.${eye}.launch`, JSON.stringify(camera(eye, shape, quirks[eye]))],
      ]),
    ),
  };
  return Object.entries(settings).flatMap(([key, value]) => ['--set', `profile.${key}=${value}`]);
}
