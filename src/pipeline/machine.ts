/** What was probed of this machine: the only thing besides the profile that a plan depends on. */
export interface Machine {
  /** Device tree model ("Raspberry Pi 5 Model B Rev 1.0") or null on a PC. */
  model: string | null;
  /** Runtime version, e.g. [1, 22, 0]. */
  gstreamer: readonly [number, number, number];
  /** Names of GStreamer elements that exist here, of those that any template needs. */
  elements: ReadonlySet<string>;
  gl: GlProbe;
  cameras: CameraFound[];
}

export type GlProbe =
  | {
      available: true;
      renderer: string;
      /** Rendered by the CPU (llvmpipe, softpipe, swrast). */ software: boolean;
      environment: Record<string, string>;
    }
  | { available: false; because: string };

export interface CameraFound {
  api: 'libcamera' | 'v4l2';
  /** libcamera id, or /dev/videoN. */
  id: string;
  name: string;
  modes: { width: number; height: number; fps: number[]; format: string }[];
  /** Process that has it open. */
  heldBy: { pid: number; command: string } | null;
}
