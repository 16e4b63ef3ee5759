import { heldByBinocle, heldByOthers } from '../../pipeline/camera-holders.js';
import { howToInstall } from '../../pipeline/debian-packages.js';
import type { Plan } from '../../pipeline/plan.js';
import { loadTemplate } from '../../pipeline/template.js';
import { failure, ok, warning, type Check, type Finding, type Patient } from './check.js';
import { libcameraCheck } from './libcamera.js';

/** The oldest GStreamer with what the graph uses: Debian 12's. */
const oldestGStreamer = [1, 22] as const;
/** Elements that webrtcbin makes for itself; without them it exists and no viewer can connect. */
const insideWebrtcbin = ['nicesrc', 'nicesink', 'dtlsenc', 'dtlsdec', 'srtpenc', 'srtpdec', 'rtpbin'];

/** What the templates of a plan need, and what a viewer of it does. */
export function elementsOf(plan: Plan): string[] {
  const graph = plan.stages.map(({ kind, template }) => loadTemplate(template, kind));
  const viewer = [loadTemplate(plan.codec, 'viewer'), loadTemplate('webrtc', 'viewer')];
  return [...new Set([...graph, ...viewer].flatMap(({ header }) => header.needs)), ...insideWebrtcbin];
}

/** A check that has nothing to say before GStreamer can be asked. */
const unknown = ok('not known without node-gtk');

export const graphChecks: Check[] = [
  {
    id: 'gstreamer',
    what: 'GStreamer',
    examine: ({ machine }) => {
      if (machine === null) return unknown;
      const [major, minor] = machine.gstreamer;
      const text = machine.gstreamer.join('.');
      if (major > oldestGStreamer[0] || minor >= oldestGStreamer[1]) return ok(text);
      return failure(`${text} is too old`, `Debian 12 and later have ${oldestGStreamer.join('.')} or newer`);
    },
  },
  {
    id: 'plan',
    what: 'Graph for this configuration',
    examine: ({ plan }) => {
      if (plan instanceof Error) return failure(plan.message, 'binocle plan says what was tried');
      const sources = [...new Set(Object.values(plan.sources))].join(' and ');
      return ok(`${sources}, ${plan.layout}, ${plan.encoder}`);
    },
  },
  {
    id: 'elements',
    what: 'GStreamer elements',
    examine: async ({ machine, plan }) => {
      if (machine === null || plan instanceof Error) return ok('not known without a graph');
      const { elementExists } = await import('../../engine/gst/gst.js');
      const wanted = elementsOf(plan);
      const missing = wanted.filter((element) => !elementExists(element));
      if (missing.length === 0) return ok(`all ${wanted.length} are there`);
      return failure(`missing: ${missing.join(', ')}`, `sudo ${howToInstall(missing)}`);
    },
  },
  { id: 'graphics', what: 'OpenGL', examine: ({ machine }) => examineGraphics(machine) },
  {
    id: 'encoder',
    what: 'Encoder',
    examine: ({ machine, plan }) => {
      if (plan instanceof Error) return unknown;
      // The stage names a template of the user's by its path.
      const { template } = plan.stages.find(({ kind }) => kind === 'encode')!;
      const { header } = loadTemplate(template, 'encode');
      const kind = header.hardware === true ? 'in hardware' : 'in software';
      const model = machine?.model ?? null;
      return ok(`${plan.encoder}, ${kind}${model === null ? '' : ` (${model})`}`);
    },
  },
  libcameraCheck,
  { id: 'cameras', what: 'Cameras', examine: examineCameras },
];

function examineGraphics(machine: Patient['machine']) {
  if (machine === null) return unknown;
  const { gl, elements } = machine;
  const remaps = elements.has('lensremap');
  if (!gl.available)
    return warning(
      `none: ${gl.because}. Lenses are ${remaps ? 'corrected by the processor' : 'not corrected'}`,
      'sudo apt install gstreamer1.0-gl libgl1-mesa-dri libegl-mesa0',
    );
  if (!gl.software) return ok(gl.renderer);
  return warning(
    `${gl.renderer} renders on the processor${remaps ? ', and lenses are corrected without it' : ''}`,
    'let the user into the groups video and render, or install the graphics processor’s driver',
  );
}

/** Which cameras there are, and what keeps them from being used. What the running program has open is in good hands. */
export function examineCameras({ machine, plan }: Pick<Patient, 'machine' | 'plan'>): Finding {
  if (machine === null) return unknown;
  const { cameras, leftOut = [] } = machine;
  const wanted = plan instanceof Error ? [] : Object.values(plan.sources);
  const held = cameras.filter(heldByOthers);
  const names = cameras.map((camera) => {
    const { api, name, id, socket } = camera;
    const also = [...(socket ? [socket] : []), ...(heldByBinocle(camera) ? ['in use by Binocle itself'] : [])];
    return `${name || id} (${[api, ...also].join(', ')})`;
  });
  if (held.length > 0)
    return warning(
      held.map(({ name, id, heldBy }) => `${name || id} is open in ${heldBy!.command} [pid:${heldBy!.pid}]`).join('; '),
      'end that program if the camera is wanted here',
    );
  if (cameras.length > 0) return ok(names.join(', '));
  if (wanted.some((source) => source === 'libcamera' || source.startsWith('v4l2')))
    return failure('none is connected', 'check the cable and its clips, then `binocle cameras`');
  const denied = leftOut.filter((device) => device.denied === true).map(({ id }) => id);
  if (denied.length > 0)
    return warning(
      `none can be used: this user may not open ${denied.join(', ')}`,
      'sudo usermod -aG video "$USER", then log in again',
    );
  const count = leftOut.length;
  const others = count === 0 ? '' : `; ${count} video device${count > 1 ? 's are no cameras' : ' is no camera'}`;
  return warning(
    `none is connected: the picture is simulated or comes from files${others}`,
    'connect a camera, then `binocle cameras` lists it',
  );
}
