import type { Profile } from '../protocol/configuration.js';
import type { Content, Layout } from '../protocol/ws.js';
import { outputSize, type Size } from '../calibration/view.js';
import { chooseEncoder, encodedSize } from './choose-encoder.js';
import { chooseSources } from './choose-sources.js';
import { expectedDelay } from './delay.js';
import { encodeParameters } from './encode-parameters.js';
import { commonFormat, formatFrom, formatParameters } from './formats.js';
import { fraction } from './fraction.js';
import { extensionChoices } from './header-extensions.js';
import { elementsOf } from './launch-syntax.js';
import { eyeThatSees, joinEyes, placesOf } from './join-eyes.js';
import { shownEyes } from './shown-eyes.js';
import { olderThan, type Machine } from './machine.js';
import { ownElements } from './own-elements.js';
import { Parts } from './parts.js';
import type { Output, Plan } from './plan.js';
import { RectifyEye } from './rectify-eye.js';
import type { Template } from './template.js';
import type { Templates } from './templates.js';

/**
 * Decides everything about a graph before it is text: pure, so the same profile on the same machine is the same graph.
 * @throws BinocleError `missing-software`, `bad-config` or `source-failed`, with the path of the setting and the rejected alternatives.
 */
export function planGraph(asked: Profile, machine: Machine, templates: Templates): Plan {
  const { eyes, mono, leftSettings, swap, choice } = shownEyes(asked, machine, templates);
  const left = asked.cameras[leftSettings];
  const profile = { ...asked, cameras: { ...asked.cameras, left }, view: { ...asked.view, swap } };
  const encoder = chooseEncoder(profile, machine, templates, mono ? 'mono' : profile.layout);
  const { layout } = encoder;
  const shown = { ...profile, layout };
  const cameras = [...eyes.keys()];
  const { sources, choices: sourceChoices } = chooseSources(profile, machine, templates, eyes);
  const eyeSize = outputSize(shown);
  const outputs = outputsOf(layout, eyeSize, profile.encode.bitrate_mbps);

  const parts = new Parts(machine, templates);
  const joining = joinEyes(layout, machine, templates);
  const rectify = new RectifyEye(shown, machine, templates, eyeSize);
  // Of every source, rectified or not: a rectification that is put into the running graph leaves the format alone.
  const format = commonFormat(encoder.template, [...sources.values()]);
  for (const [index, eye] of cameras.entries()) {
    const source = sources.get(eye)!;
    const delivered = formatFrom(source, format);
    const { parameters } = parts.addTemplate('source', source.template, {
      ...source.parameters,
      ...formatParameters(delivered),
    });
    parts.add('capture', 'count', { eye });
    const waits = joining?.join === 'join-compositor';
    rectify.add(parts, eye, { ...source, parameters, format: delivered }, format, encoder.template.name, waits);
    if (joining === null) addEncoder(layout === 'mono' ? 'left' : eyeThatSees(eye, swap));
    else parts.add('layout', joining.join, { eye, index });
  }
  if (joining !== null) {
    const [{ width, height }] = outputs as [Output];
    const frame = Math.round(1e9 / profile.capture.fps);
    parts.add('layout', joining.whole, {
      format,
      width,
      height,
      fps: fraction(profile.capture.fps),
      ...placesOf(eyeSize, swap),
      frame_ns: frame,
      half_frame_ns: Math.round(frame / 2),
    });
    for (const [index, { content }] of outputs.entries()) {
      if (content !== 'both') parts.add('layout', 'leave', { index });
      addEncoder(content);
    }
  }

  function addEncoder(content: Content): void {
    const output = outputs.find((candidate) => candidate.content === content)!;
    parts.add('tap', 'raw', { content });
    parts.addTemplate('encode', encoder.template, encodeParameters(shown, output));
    parts.add('tap', 'encoded', { content });
  }

  const needed = [
    ...parts.templates.flatMap(({ header }) => header.needs),
    ...parts.stages.flatMap(({ parameters }) => elementsOf(String(parameters['colours'] ?? ''))),
  ];
  const usesGl = needed.some((element) => element.startsWith('gl'));
  const usesOwn = needed.some((element) => ownElements.has(element));
  const { gl } = machine;
  return {
    layout,
    codec: profile.encode.codec,
    encoder: encoder.template.name,
    sources: Object.fromEntries([...sources].map(([eye, { source }]) => [eye, source])),
    capture: { ...profile.capture },
    gl: usesGl && gl.available ? gl.renderer : null,
    outputs,
    mtu: profile.encode.mtu,
    stages: parts.stages,
    environment: {
      ...(usesOwn && machine.pluginPath !== null ? { GST_PLUGIN_PATH: machine.pluginPath } : {}),
      ...(usesGl && gl.available ? gl.environment : {}),
    },
    choices: [
      ...sourceChoices,
      ...rectify.choices,
      ...(choice === null ? [] : [choice]),
      ...encoder.choices,
      ...(joining?.choices ?? []),
      ...extensionChoices(profile, machine),
    ],
    omitted: rectify.omitted,
    notes: [...(machine.cameraFaults ?? []), ...notesOf(parts.templates, machine)],
    delay: expectedDelay(parts.templates, outputs, profile.capture),
  };
}

function outputsOf(layout: Layout, eye: Size, bitrateMbps: number): Output[] {
  const contents: Content[] = layout === 'twin' ? ['left', 'right'] : layout === 'mono' ? ['left'] : ['both'];
  const size = encodedSize(layout, eye);
  const bitrateKbps = Math.round((bitrateMbps * 1000) / contents.length);
  return contents.map((content) => ({ content, ...size, bitrateKbps }));
}

function notesOf(used: readonly Template[], machine: Machine): string[] {
  const notes = used.flatMap(({ header }) => header.notes ?? []);
  const applies = notes.filter(({ before, of }) => {
    if (before === undefined) return true;
    return olderThan(of === 'libcamera' ? machine.libcamera : machine.gstreamer.join('.'), before);
  });
  return [...new Set(applies.map(({ note }) => note))];
}
