import { howToInstall } from '../../pipeline/debian-packages.js';
import { isRaspberryPi, olderThan } from '../../pipeline/machine.js';
import { failure, ok, warning, type Check, type Finding } from './check.js';

/** The first libcamera without a race that ends a process with two cameras (raspberrypi/libcamera 65db93f8). */
const steadyWithTwo = [0, 7] as const;

export interface LibcameraFacts {
  /** Whether GStreamer's plugin for it is installed. */
  installed: boolean;
  /** E.g. 0.5.2+rpt20250903. */
  version: string | null;
  raspberryPi: boolean;
  /** How many eyes of the plan it is the source of. */
  cameras: number;
}

export function judgeLibcamera({ installed, version, raspberryPi, cameras }: LibcameraFacts): Finding {
  if (!installed) {
    if (!raspberryPi) return ok('not installed; USB cameras do without');
    return failure(
      'GStreamer’s plugin for it is not installed, and a Raspberry Pi’s cameras are seen by nothing else',
      `sudo ${howToInstall(['libcamerasrc'])}`,
    );
  }
  const said = version ?? 'of an unknown version';
  if (cameras < 2 || !olderThan(version, steadyWithTwo)) return ok(said);
  return warning(
    `${said}: before ${steadyWithTwo.join('.')} two cameras can crash the engine, which then starts again`,
    'sudo apt update && sudo apt full-upgrade',
  );
}

export const libcameraCheck: Check = {
  id: 'libcamera',
  what: 'libcamera',
  examine: ({ machine, plan }) => {
    if (machine === null) return ok('not known without node-gtk');
    const sources = plan instanceof Error ? [] : Object.values(plan.sources);
    return judgeLibcamera({
      installed: machine.elements.has('libcamerasrc'),
      version: machine.libcamera ?? null,
      raspberryPi: isRaspberryPi(machine),
      cameras: sources.filter((source) => source === 'libcamera').length,
    });
  },
};
