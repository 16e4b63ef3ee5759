import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packagePath } from '../../src/paths.js';
import { asRootOnDebian13, inRoot, onDebian13, prepare as prepareDebian13, runLine } from '../roots/debian13.js';
import { onceFor, type Workshop } from '../roots/workshop.js';

const rigFile = (name: string): string => packagePath('test', 'libcamera', name);

/** What `libcamerasrc` needs to see the virtual cameras: 60 frames a second, half of them of either. */
const cameraEnvironment = {
  LD_PRELOAD: '/usr/local/lib/virtual-dmabuf.so',
  VIRTUAL_CAMERA_US: '16667',
  LIBCAMERA_LOG_LEVELS: '*:ERROR',
};

/** Where libcamera looks for the description of its virtual cameras, and where the rig keeps it: other tests have no camera. */
const described = '/usr/share/libcamera/pipeline/virtual';
const kept = '/opt/virtual-cameras';

/** A command line that runs `command` on Debian 13 with the virtual cameras. */
export function withCameras(command: string[]): string[] {
  return ['env', `BIND=${kept}:${described}`, ...onDebian13(command, cameraEnvironment)];
}

/** The Debian 13 root with two virtual cameras: a white ball over red for the left eye, over blue for the right one. */
export async function prepare(workshop: Workshop): Promise<void> {
  await prepareDebian13(workshop);
  const library = readFileSync(rigFile('virtual-dmabuf.c'));
  const cameras = readFileSync(rigFile('virtual.yaml'));
  const commands = [
    `gcc -shared -fPIC -O1 -o ${cameraEnvironment.LD_PRELOAD} -x c - -ldl <<'SOURCE'\n${library.toString()}\nSOURCE`,
    draw('left', '0xffc02020'),
    draw('right', '0xff2020c0'),
  ];
  await onceFor(inRoot('.binocle-cameras'), [library, cameras, kept, ...commands], () =>
    workshop.step('Making two virtual cameras', async () => {
      for (const folder of [described, kept]) mkdirSync(inRoot(folder), { recursive: true });
      writeFileSync(inRoot(join(kept, 'virtual.yaml')), cameras);
      await runLine(workshop, 'libcamera-cameras', asRootOnDebian13(['sh', '-ec', commands.join('\n')]));
    }),
  );
}

/** Draws an eye's frames: 0.jpg … 59.jpg. */
function draw(eye: string, colour: string): string {
  const pictures = `videotestsrc num-buffers=60 pattern=ball background-color=${colour} ! video/x-raw,width=640,height=480`;
  const folder = `/opt/frames/${eye}`;
  return `mkdir -p ${folder} && gst-launch-1.0 -q ${pictures} ! jpegenc quality=90 ! multifilesink location=${folder}/%d.jpg`;
}
