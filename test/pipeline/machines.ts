import { elementsNeeded, loadTemplates, type Templates } from '../../src/pipeline/templates.js';
import type { CameraFound, Machine } from '../../src/pipeline/machine.js';
import { planGraph } from '../../src/pipeline/plan-graph.js';
import { ownElements } from '../../src/pipeline/own-elements.js';
import type { Plan } from '../../src/pipeline/plan.js';
import { select } from '../../src/config/select.js';
import type { Profile } from '../../src/protocol/configuration.js';

/** Machines that nobody here has: what a probe of them would say. */
export const templates: Templates = loadTemplates();

const hardware = new Set(['v4l2h264enc', 'vah264enc', 'vaapih264enc', 'nvh264enc']);
const software = [...elementsNeeded(templates), 'videotestsrc', 'shmsrc'].filter((name) => !hardware.has(name));

const camera = (id: string, modes: CameraFound['modes'] = []): CameraFound => ({
  api: 'libcamera',
  id,
  name: 'imx708',
  modes,
  heldBy: null,
});
const piCameras = [
  camera('/base/axi/pcie@120000/rp1/i2c@88000/imx708@1a'),
  camera('/base/axi/pcie@120000/rp1/i2c@80000/imx708@1a'),
];
const v3d = {
  available: true,
  renderer: 'V3D 4.2',
  software: false,
  environment: { GST_GL_WINDOW: 'egl-device', GST_GL_PLATFORM: 'egl', GST_GL_API: 'gles2' },
} as const;

export const pi4: Machine = {
  model: 'Raspberry Pi 4 Model B Rev 1.4',
  gstreamer: [1, 22, 0],
  pluginPath: '/opt/binocle/dist/native',
  elements: new Set([...software, 'v4l2h264enc']),
  gl: v3d,
  libcamera: '0.5.2+rpt20250903',
  cameras: piCameras,
};
export const pi5: Machine = {
  model: 'Raspberry Pi 5 Model B Rev 1.0',
  gstreamer: [1, 26, 2],
  pluginPath: '/opt/binocle/dist/native',
  elements: new Set(software),
  gl: { ...v3d, renderer: 'V3D 7.1.7', environment: { ...v3d.environment, GST_GL_WINDOW: 'surfaceless' } },
  libcamera: '0.6.0+rpt20251202',
  cameras: piCameras,
};
export const pcWithVa: Machine = {
  model: null,
  gstreamer: [1, 22, 0],
  pluginPath: '/opt/binocle/dist/native',
  elements: new Set([...software, 'vah264enc']),
  gl: { available: true, renderer: 'Mesa Intel(R) UHD Graphics 620', software: false, environment: {} },
  cameras: [],
};
export const pcWithoutGl: Machine = {
  model: null,
  gstreamer: [1, 22, 0],
  pluginPath: '/opt/binocle/dist/native',
  elements: new Set(software),
  gl: { available: false, because: 'no GL context can be had here' },
  cameras: [],
};
export const softwareGl: Machine = {
  ...pcWithoutGl,
  gl: { available: true, renderer: 'llvmpipe', software: true, environment: {} },
};

/** As before `npm run setup` compiled the plugin. */
export const withoutPlugin = (machine: Machine): Machine => ({
  ...machine,
  elements: new Set([...machine.elements].filter((name) => !ownElements.has(name))),
  pluginPath: null,
});

/** The shipped profile with settings as on the command line, e.g. `layout=twin`. */
export async function profileWith(...settings: string[]): Promise<Profile> {
  const { profile } = await select({ set: settings.map((setting) => `profile.${setting}`) });
  return profile;
}

export async function planOn(machine: Machine, ...settings: string[]): Promise<Plan> {
  const profile = await profileWith(...settings);
  return planGraph(profile, machine, loadTemplates(profile));
}

export const calibrated =
  'calibration={model: pinhole, size: [640, 480], left: {K: [500, 0, 320, 0, 500, 240, 0, 0, 1], D: [-0.25, 0.05, 0.001, -0.001]}, right: {K: [500, 0, 322, 0, 500, 238, 0, 0, 1], D: [-0.24, 0.04, 0, 0]}}';
