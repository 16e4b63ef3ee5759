import { outputSize, type Size } from '../calibration/view.js';
import type { Profile } from '../protocol/configuration.js';
import { BinocleError } from '../protocol/errors.js';
import type { Layout } from '../protocol/ws.js';
import { macroblocks } from './h264-level.js';
import type { Machine } from './machine.js';
import type { Choice } from './plan.js';
import { requireTemplate, whyNot } from './requirements.js';
import type { Template } from './template.js';
import type { Templates } from './templates.js';

export interface ChosenEncoder {
  template: Template;
  layout: Layout;
  choices: Choice[];
}

type Rejected = Choice['rejected'];

/** What `auto` tries, best first: one picture is one decoder for the headset and both eyes of one instant. */
const preferredLayouts: readonly Layout[] = ['sbs', 'tab', 'twin'];

/**
 * Chooses encoder and layout together, since an encoder's limits decide which layouts it can take. `wanted` is the profile's layout, or mono where
 * there is one camera only.
 * @throws BinocleError `missing-software` or `bad-config` with every alternative and why it cannot be.
 */
export function chooseEncoder(
  profile: Profile,
  machine: Machine,
  templates: Templates,
  wanted: Profile['layout'],
): ChosenEncoder {
  const layouts = wanted === 'auto' ? preferredLayouts : [wanted];
  const { codec, encoder } = profile.encode;
  if (encoder !== 'auto') {
    const template = templates.named('encode', encoder);
    if (template.header.codec !== codec)
      throw refusal(
        `encoder ${encoder} makes ${template.header.codec ?? 'no'} video, and encode.codec is ${codec}.`,
        'codec',
      );
    requireTemplate(template, machine, 'profile.encode.encoder');
    const { layout, rejected } = firstFitting(template, layouts, profile);
    if (layout === null) throw refusal(`${encoder} cannot encode this: ${rejected.map(said).join('; ')}.`, 'encoder');
    const choice = { what: 'encoder', chosen: encoder, because: 'encode.encoder says so', rejected: [] };
    return { template, layout, choices: [choice, layoutChoice(layout, profile.layout, rejected)] };
  }

  const rejected: Rejected = [];
  const candidates = templates
    .of('encode')
    .filter(({ header }) => header.order !== undefined)
    .toSorted((one, other) => one.header.order! - other.header.order!);
  for (const [index, template] of candidates.entries()) {
    const { name, header } = template;
    if (header.codec !== codec) {
      rejected.push({ option: name, because: `it makes ${header.codec ?? 'no'} video, and encode.codec is ${codec}` });
      continue;
    }
    const absent = whyNot(template, machine);
    if (absent !== null) {
      rejected.push({ option: name, because: absent });
      continue;
    }
    const fit = firstFitting(template, layouts, profile);
    if (fit.layout === null) {
      rejected.push({ option: name, because: fit.rejected.map(said).join('; ') });
      continue;
    }
    const later = candidates.slice(index + 1).filter((other) => other.header.codec === codec);
    for (const other of later)
      rejected.push({ option: other.name, because: whyNot(other, machine) ?? `${name} comes before it` });
    const because =
      header.hardware === true
        ? `the machine's own encoder: ${header.summary}`
        : `${inWords(machine, rejected)}${header.summary}`;
    const choice = { what: 'encoder', chosen: name, because, rejected };
    return { template, layout: fit.layout, choices: [choice, layoutChoice(fit.layout, profile.layout, fit.rejected)] };
  }
  const missing = candidates.filter(({ header }) => header.codec === codec && header.hardware !== true);
  for (const template of missing) requireTemplate(template, machine, 'profile.encode.encoder');
  throw refusal(`no encoder can take this: ${rejected.map(said).join('; ')}.`, 'encoder');
}

/** The sizes of the pictures that a layout encodes. */
export function encodedSize(layout: Layout, eye: Size): Size {
  if (layout === 'sbs') return { width: eye.width * 2, height: eye.height };
  if (layout === 'tab') return { width: eye.width, height: eye.height * 2 };
  return eye;
}

function firstFitting(
  template: Template,
  layouts: readonly Layout[],
  profile: Profile,
): { layout: Layout | null; rejected: Rejected } {
  const rejected: Rejected = [];
  for (const layout of layouts) {
    const because = tooLarge(template, layout, profile);
    if (because === null) return { layout, rejected };
    rejected.push({ option: layout, because });
  }
  return { layout: null, rejected };
}

/** Why a layout is beyond an encoder's limits, or null if it is not. */
function tooLarge({ name, header }: Template, layout: Layout, profile: Profile): string | null {
  const { limits } = header;
  if (limits === undefined) return null;
  const { width, height } = encodedSize(layout, outputSize({ ...profile, layout }));
  const size = `${width}x${height}`;
  const { max_width: maxWidth = Infinity, max_height: maxHeight = Infinity } = limits;
  if (width > maxWidth) return `${size} is wider than ${maxWidth}, the most that ${name} takes (${limits.because})`;
  if (height > maxHeight) return `${size} is higher than ${maxHeight}, the most that ${name} takes (${limits.because})`;
  const pictures = layout === 'twin' ? 2 : 1;
  const rate = macroblocks(width, height) * profile.capture.fps * pictures;
  const most = limits.max_macroblocks_per_second ?? Infinity;
  if (rate > most)
    return `${size} at ${profile.capture.fps} frames a second is ${Math.round(rate)} macroblocks a second, and ${name} takes ${most} (${limits.because})`;
  return null;
}

function layoutChoice(layout: Layout, asked: Profile['layout'], rejected: Rejected): Choice {
  const reasons: Record<Layout, string> = {
    sbs: 'one picture with both eyes of one instant, and one decoder in the headset',
    tab: 'one picture with both eyes, and side by side is too wide for the encoder',
    twin: 'a picture for each eye, since both together are too large for the encoder',
    mono: 'there is one camera',
  };
  if (asked !== 'auto') return { what: 'layout', chosen: layout, because: 'layout says so', rejected };
  if (layout === 'mono') return { what: 'layout', chosen: layout, because: reasons.mono, rejected };
  const later = preferredLayouts
    .slice(preferredLayouts.indexOf(layout) + 1)
    .map((option) => ({ option, because: option === 'tab' ? 'side by side fits' : 'one picture for both eyes fits' }));
  return { what: 'layout', chosen: layout, because: reasons[layout], rejected: [...rejected, ...later] };
}

/** On a Raspberry Pi 5 people look for the hardware encoder: say that there is none. */
function inWords(machine: Machine, rejected: Rejected): string {
  const hardware = rejected.find(({ option }) => option === 'v4l2h264enc');
  if (machine.model?.startsWith('Raspberry Pi') !== true || hardware === undefined) return '';
  return `${hardware.because}, so it is done in software: `;
}

function said({ option, because }: Rejected[number]): string {
  return `${option}: ${because}`;
}

function refusal(message: string, key: string): BinocleError {
  return new BinocleError('bad-config', message, { path: `profile.encode.${key}` });
}
