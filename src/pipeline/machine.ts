import type { Eye } from '../protocol/ws.js';
import type { CameraElement } from './camera-controls.js';

/** What was probed of this machine: the only thing besides the profile that a plan depends on. */
export interface Machine {
  /** Device tree model ("Raspberry Pi 5 Model B Rev 1.0") or null on a PC. */
  model: string | null;
  /** Runtime version, e.g. [1, 22, 0]. */
  gstreamer: readonly [number, number, number];
  /** GST_PLUGIN_PATH with which `gst-launch-1.0` finds the plugin compiled from `src/engine/native`; null where it is not compiled. */
  pluginPath: string | null;
  /** Names of GStreamer elements that exist here, of those that any template needs. */
  elements: ReadonlySet<string>;
  gl: GlProbe;
  cameras: CameraFound[];
  /** Video devices that `auto` never takes, since they are no cameras, or not one of their own. */
  leftOut?: LeftOut[];
  /** Camera stacks that did not answer, as sentences. */
  cameraFaults?: string[];
  /** Version of libcamera by GStreamer's plugin for it, e.g. 0.5.2+rpt20250903; null where that is not installed. */
  libcamera?: string | null;
  /** Which properties the cameras' elements have, of those that the profile's controls and their planning ask for. */
  cameraProperties?: Partial<Record<CameraElement, readonly string[]>>;
  /** What a `path` of the profile led to; absent for an eye without one. */
  files?: Partial<Record<Eye, FilesFound>>;
}

/** A machine as text, for another process. */
export function machineText(machine: Machine): string {
  return JSON.stringify({ ...machine, elements: [...machine.elements] });
}

export function machineFrom(text: string): Machine {
  const machine = JSON.parse(text) as Omit<Machine, 'elements'> & { elements: string[] };
  return { ...machine, elements: new Set(machine.elements) };
}

/** Whether its cameras are libcamera's: a Raspberry Pi has no others at its camera sockets. */
export function isRaspberryPi({ model }: Pick<Machine, 'model'>): boolean {
  return model?.startsWith('Raspberry Pi') === true;
}

/** Whether a version, e.g. 0.5.2+rpt20250903, is older than `[major, minor]`; false where it says nothing of itself. */
export function olderThan(version: string | null | undefined, [major, minor]: readonly number[]): boolean {
  const found = /(\d+)\.(\d+)/.exec(version ?? '');
  if (found === null) return false;
  const [has, hasMinor] = [Number(found[1]), Number(found[2])];
  return has < major! || (has === major && hasMinor < minor!);
}

export type GlProbe =
  | {
      available: true;
      renderer: string;
      /** Rendered by the CPU (llvmpipe, softpipe, swrast). */ software: boolean;
      environment: Record<string, string>;
    }
  | { available: false; because: string };

/** Where a camera is plugged in: of a board with two sockets CAM0 or CAM1, as is printed beside them; CAM where there is one. */
export type Socket = 'CAM' | 'CAM0' | 'CAM1';

export interface CameraFound {
  api: 'libcamera' | 'v4l2';
  /** libcamera id, or /dev/videoN. */
  id: string;
  name: string;
  /** Names of a node that stay the same when it is plugged in again, /dev/v4l/by-path/… */
  links?: readonly string[];
  /** Kernel driver of a V4L2 node. */
  driver?: string | null;
  /** Null or absent where the device tree does not tell, and of what has none. */
  socket?: Socket | null;
  modes: { width: number; height: number; fps: number[]; format: string }[];
  /** Process that has it open. */
  heldBy: { pid: number; command: string } | null;
}

/** A video device that is taken only where the configuration names it. */
export interface LeftOut extends CameraFound {
  /** Half a sentence. */
  because: string;
  /** This user may not open it, so that it may be a camera all the same. */
  denied?: boolean;
}

/** Pictures with consecutive numbers that the `files` source plays: of the user's, by links, or the frames of a video. */
export interface FilesFound {
  /** For multifilesrc, e.g. /home/me/.cache/binocle/files/1f0c…/%06d.jpg; numbers start at 0. */
  pattern: string;
  /** Number of the last one. */
  last: number;
  format: 'jpeg' | 'png';
  /** What it was made of, for people: "12 pictures in /data/left". */
  from: string;
}
